package import Basics
import Cryptography
import JSON
package import LanguageModels
package import Tools
package import Transcripts

/// A conversation with an agent: the driver that performs what ``Turn`` decides.
package actor AgentSession {
    private let agent: Agent
    private let model: any LanguageModel
    private let provider: any ToolProvider
    private let user: String
    private let transcript: (any TranscriptSink)?
    private let clock: any WallClock
    private let monotonic: @Sendable () -> UInt64
    private var history: ConversationHistory
    private var offered: [ToolSpecification]
    private var tools: ModelToolSet
    private var isAnswering = false
    /// What the person is told with the first answer.
    private var note: String?

    /// Begins a conversation.
    ///
    /// - Parameters:
    ///   - agent: Who answers.
    ///   - model: The model it uses.
    ///   - tools: What it may choose its tools from.
    ///   - user: Whose connections the tools use.
    ///   - transcript: What records the run.
    ///   - clock: The day that the model is told; models do not know it.
    ///   - monotonic: Nanoseconds on a clock that never goes back.
    /// - Throws: ``AgentError`` with code `toolMissing` when a tool that the agent names is not on offer.
    package init(
        agent: Agent,
        model: any LanguageModel,
        tools provider: any ToolProvider,
        user: String,
        transcript: (any TranscriptSink)? = nil,
        clock: any WallClock = SystemClock(),
        monotonic: @escaping @Sendable () -> UInt64 = monotonicNanoseconds
    ) throws(AgentError) {
        let available = provider.tools
        let missing = agent.toolNames.filter { name in !available.contains { $0.name == name } }
        guard missing.isEmpty else {
            throw AgentError(
                .toolMissing,
                "the agent '\(agent.name)' needs tools that are not on offer: \(missing.joined(separator: ", ")); "
                    + "use an endpoint that has them, or change agents/\(agent.name).json"
            )
        }
        self.agent = agent
        self.model = model
        self.provider = provider
        self.user = user
        self.transcript = transcript
        self.clock = clock
        self.monotonic = monotonic
        history = ConversationHistory(dialect: model.dialect)
        let absent = agent.optionalTools.filter { name in !available.contains { $0.name == name } }
        if !absent.isEmpty { note = "without \(absent.joined(separator: ", ")), which are not on offer here" }
        offered = available.filter(agent.mayUse)
        tools = AgentSession.encode(offered, for: model)
    }

    /// Answers a message, running tools as the model asks for them.
    ///
    /// Never throws: how it ended is in the outcome. Cancelling the task stops the answer and leaves a conversation that
    /// can go on. One message at a time: a second one while the first is being answered is refused.
    ///
    /// - Parameters:
    ///   - message: What the person says.
    ///   - report: Is told what happens, in order, except that tools that run together report in the order they end.
    package func send(
        _ message: String,
        report: @escaping @Sendable (AgentEvent) async -> Void = { _ in }
    ) async -> AgentOutcome {
        let start = monotonic()
        var turn = Turn(history: history, limits: agent.limits)
        guard !isAnswering else {
            return outcome(turn, .failed, start, "the agent is still answering the message before this one")
        }
        isAnswering = true
        defer { isAnswering = false }
        refreshTools()
        // The turn holds the only copy while it runs, so that appending to it does not copy it.
        history = ConversationHistory(dialect: model.dialect)
        transcript?.record(.user(text: message), origin: .user)
        if let note = note.take() { await tell(note, report) }
        var action = turn.begin(message, elapsed: 0)
        while true {
            for notice in turn.takeNotices() { await tell(notice, report) }
            switch action {
            case .askModel(let offersTools):
                action = await ask(&turn, offersTools: offersTools, start: start, report)
            case .runTools(let calls, let allowed):
                action = await run(calls, allowed: allowed, &turn, start: start, report)
            case .stop(let reason):
                history = turn.history
                let outcome = outcome(turn, reason, start, turn.explanation)
                transcript?.record(.end(reason: reason.rawValue), origin: .workflow)
                return outcome
            }
        }
    }

    private func ask(
        _ turn: inout Turn,
        offersTools: Bool,
        start: UInt64,
        _ report: @Sendable (AgentEvent) async -> Void
    ) async -> Turn.Action {
        await report(.modelCallStarted(number: turn.modelCalls))
        let elapsed = seconds(since: start)
        let left = agent.limits.maximumTotalTokens - turn.usage.totalTokens
        let request = ModelRequest(
            instructions: agent.instructions + "\n\nToday is \(clock.now().isoDate) (UTC).",
            history: turn.history,
            tools: tools,
            toolChoice: offersTools ? .auto : .none,
            maximumOutputTokens: agent.limits.maximumOutputTokens.map { max(1, min($0, left)) },
            temperature: agent.temperature,
            timeout: agent.limits.maximumSeconds - elapsed
        )
        if let transcript {
            let digest = Hex.encode(SHA256.hash(turn.history.bytes))
            let size = turn.history.bytes.count
            transcript.record(.modelRequest(model: model.name, sha256: digest, bytes: size), origin: .workflow)
        }
        var partial = ""
        var written = 0
        do {
            let reply = try await read(request, &turn, &partial, &written, report)
            transcript?.record(.modelReply(RecordedReply(reply)), origin: .model)
            return turn.replied(reply, elapsed: seconds(since: start))
        } catch  where !(error is CancellationError) && !Task.isCancelled {
            let error = error as? ModelError ?? ModelError(.unavailable, "the model failed: \(error)", cause: error)
            transcript?.record(.error(code: error.code.rawValue, message: error.description), origin: .workflow)
            let action = turn.modelFailed(error, elapsed: seconds(since: start))
            if case .askModel = action { await report(.interrupted(reason: error.message)) }
            return action
        } catch {
            // The provider counts what it has written although nobody will read it.
            turn.spent(.estimate(inputBytes: turn.history.bytes.count, outputBytes: written))
            return turn.cancelled(partial: partial)
        }
    }

    private func read(
        _ request: ModelRequest,
        _ turn: inout Turn,
        _ partial: inout String,
        _ written: inout Int,
        _ report: @Sendable (AgentEvent) async -> Void
    ) async throws -> ModelReply {
        var events = model.events(for: request).makeAsyncIterator()
        while let event = try await events.next() {
            switch event {
            case .text(let words):
                partial += words
                written += words.utf8.count
                await report(.text(words))
            case .reasoning(let words):
                written += words.utf8.count
                await report(.reasoning(words))
            case .toolCallStarted: break
            case .toolCallArguments(_, let fragment): written += fragment.utf8.count
            case .retry(let retry):
                transcript?.record(.notice(text: "retry \(retry.attempt): \(retry.reason)"), origin: .workflow)
                await report(.retry(retry))
            case .usage(let cost):
                turn.spent(cost)
                transcript?.record(
                    .usage(input: cost.inputTokens, output: cost.outputTokens, isEstimate: cost.isEstimate),
                    origin: .workflow
                )
                await report(.usage(turn.usage))
            case .finished(let reply):
                try Task.checkCancellation()
                return reply
            }
        }
        throw ModelError(.interrupted, "the model's answer ended without its terminal signal")
    }

    private func run(
        _ calls: [ModelToolCall],
        allowed: Int,
        _ turn: inout Turn,
        start: UInt64,
        _ report: @escaping @Sendable (AgentEvent) async -> Void
    ) async -> Turn.Action {
        let refusal = turn.refusal
        let plans = calls.enumerated().map { index, call -> ToolCallPlan in
            guard index < allowed else { return .refuse(call, .failure("limit_reached", refusal)) }
            return ToolCallPlan(call, offered: offered, user: user)
        }
        for call in calls {
            let arguments = (try? JSONParser.parse(call.arguments)) ?? .string(call.arguments)
            transcript?.record(.toolCall(id: call.callID, tool: call.name, arguments: arguments), origin: .model)
        }
        let left = agent.limits.maximumSeconds - seconds(since: start)
        let runner = ToolRunner(
            provider: provider,
            width: agent.limits.parallelToolCalls,
            timeout: left,
            report: report
        )
        let finished = await runner.run(plans)
        var results: [ModelToolResult] = []
        for call in finished {
            record(call)
            let limit = agent.limits.maximumResultBytes
            let canReadMore = offered.contains { $0.name == "read_result" }
            let shown = ResultLimit.apply(call.result.displayText, limit: limit, canReadMore: canReadMore)
            if shown.isCut {
                await tell("the result of \(call.tool) was shortened to \(limit) bytes for the model", report)
            }
            results.append(ModelToolResult(callID: call.id, content: shown.text, isError: call.result.isError))
        }
        let ran = plans.count { if case .run = $0 { true } else { false } }
        if Task.isCancelled { return turn.toolsCancelled(results, ran: ran) }
        return turn.toolsFinished(results, ran: ran, elapsed: seconds(since: start))
    }

    private func record(_ call: AgentToolCall) {
        guard let transcript else { return }
        let result = (try? JSONParser.parse(call.result.payload)) ?? .string(call.result.displayText)
        transcript.record(
            .toolResult(
                id: call.id,
                tool: call.tool,
                isError: call.result.isError,
                seconds: call.seconds,
                result: result
            ),
            origin: call.result.origin
        )
    }

    private func tell(_ notice: String, _ report: @Sendable (AgentEvent) async -> Void) async {
        transcript?.record(.notice(text: notice), origin: .workflow)
        await report(.notice(notice))
    }

    private func refreshTools() {
        let now = provider.tools.filter(agent.mayUse)
        guard now != offered else { return }
        offered = now
        tools = AgentSession.encode(now, for: model)
    }

    private static func encode(_ tools: [ToolSpecification], for model: any LanguageModel) -> ModelToolSet {
        ModelToolSet(
            tools.map { ModelTool(name: $0.name, description: $0.description, inputSchema: $0.inputSchema) },
            dialect: model.dialect
        )
    }

    private func seconds(since start: UInt64) -> Double { Double(monotonic() - start) / 1e9 }

    private func outcome(_ turn: Turn, _ reason: StopReason, _ start: UInt64, _ why: String?) -> AgentOutcome {
        AgentOutcome(
            reason: reason,
            text: turn.text,
            explanation: why,
            errorCode: reason == .failed ? turn.failure?.code : nil,
            modelCalls: turn.modelCalls,
            toolCalls: turn.toolCalls,
            usage: turn.usage,
            seconds: seconds(since: start)
        )
    }
}

extension RecordedReply {
    fileprivate init(_ reply: ModelReply) {
        let finish: String =
            switch reply.finish {
            case .stop, .refusal: "stop"
            case .toolCalls: "tool_calls"
            case .outputLimit: "length"
            case .contentFilter: "content_filter"
            case .other(let word): word
            }
        var items: [Item] = []
        for item in reply.items {
            switch item {
            case .text(let text): items.append(.text(text))
            case .reasoning(let text, _): items.append(.reasoning(text))
            case .refusal(let text): items.append(.refusal(text))
            case .toolCall(let call):
                items.append(.toolCall(id: call.callID, name: call.name, arguments: call.arguments))
            case .compaction: break
            }
        }
        self.init(finish: finish, items: items)
    }
}
