import LanguageModels

/// The course of answering one message, as a state machine: what happened goes in, what to do next comes out.
///
/// It does no I/O and knows no clock; the time that has passed is a parameter. The history it keeps is valid after every
/// step, so a conversation can always go on from it.
struct Turn {
    /// What to do next.
    enum Action: Hashable {
        /// Ask the model; without tools it has to answer with what it has.
        case askModel(offersTools: Bool)
        /// Run the first `allowed` of these calls; the others get ``Turn/refusal``.
        case runTools([ModelToolCall], allowed: Int)
        case stop(StopReason)
    }

    private(set) var history: ConversationHistory
    private(set) var usage = ModelUsage()
    private(set) var modelCalls = 0
    private(set) var toolCalls = 0
    private(set) var text = ""
    private(set) var explanation: String?
    private(set) var failure: ModelError?
    private var iterations = 0
    private var wasInterrupted = false
    private var pending: [ModelItem] = []
    /// Set once the model has been told to finish.
    private var lastCall: StopReason?
    private var notices: [String] = []
    private let limits: AgentLimits

    init(history: ConversationHistory, limits: AgentLimits) {
        self.history = history
        self.limits = limits
    }

    /// What a call over the limit is answered with.
    var refusal: String {
        "Not run: the limit of \(limits.maximumToolCalls) tool calls for one message is reached."
    }

    /// What a person should be told; each is given once.
    mutating func takeNotices() -> [String] {
        defer { notices = [] }
        return notices
    }

    mutating func begin(_ message: String, elapsed: Double) -> Action {
        history.append(user: message)
        return askOrStop(elapsed: elapsed)
    }

    mutating func spent(_ cost: ModelUsage) { usage += cost }

    mutating func replied(_ reply: ModelReply, elapsed: Double) -> Action {
        wasInterrupted = false
        let calls = reply.toolCalls
        if let lastCall { return conclude(reply, lastCall) }
        if !calls.isEmpty {
            iterations += 1
            pending = reply.items
            let allowed = min(calls.count, limits.maximumToolCalls - toolCalls)
            if allowed < calls.count {
                notices.append(
                    "\(calls.count - allowed) tool calls were not run: the limit is \(limits.maximumToolCalls)"
                )
            }
            return .runTools(calls, allowed: allowed)
        }
        guard !reply.droppedCalls.isEmpty else { return conclude(reply, nil) }
        // Part of a call is not a call; running it would be a guess.
        iterations += 1
        let names = reply.droppedCalls.joined(separator: ", ")
        notices.append("the model's output limit cut off calls of \(names); they were not run")
        if !reply.items.isEmpty { history.append(reply: reply.items) }
        history.append(
            user: note(
                "Your reply was cut off at the output limit. The calls of \(names) in it were incomplete and were not "
                    + "run. Make fewer or smaller calls."
            )
        )
        return askOrStop(elapsed: elapsed)
    }

    mutating func toolsFinished(_ results: [ModelToolResult], ran: Int, elapsed: Double) -> Action {
        toolCalls += ran
        history.append(reply: pending, results: results)
        pending = []
        return askOrStop(elapsed: elapsed)
    }

    /// Ends the turn after its tools were cancelled; their results say so.
    mutating func toolsCancelled(_ results: [ModelToolResult], ran: Int) -> Action {
        toolCalls += ran
        history.append(reply: pending, results: results)
        pending = []
        return cancelled(partial: "")
    }

    mutating func modelFailed(_ error: ModelError, elapsed: Double) -> Action {
        if error.isInterruption, !wasInterrupted, elapsed < limits.maximumSeconds {
            wasInterrupted = true
            modelCalls += 1
            return .askModel(offersTools: lastCall == nil)
        }
        failure = error
        if error.code == .timeout || error.isInterruption, elapsed >= limits.maximumSeconds { return outOfTime() }
        return stop(.failed, error.description)
    }

    /// Ends the turn because the person wants it; `partial` is what they have seen of an answer.
    mutating func cancelled(partial: String) -> Action {
        text = partial
        let words = partial.isEmpty ? "" : partial + "\n\n"
        history.append(reply: [.text(words + "[The user stopped this answer.]")])
        explanation = "stopped"
        return .stop(.cancelled)
    }

    private mutating func askOrStop(elapsed: Double) -> Action {
        if elapsed >= limits.maximumSeconds { return outOfTime() }
        let next = ModelUsage.estimate(inputBytes: history.bytes.count, outputBytes: 0).inputTokens
        if usage.totalTokens + next >= limits.maximumTotalTokens {
            return stop(
                .maximumTotalTokens,
                "stopped before the next model call: \(usage.totalTokens) tokens are spent, the call would read about "
                    + "\(next) more, and the limit is \(limits.maximumTotalTokens)"
            )
        }
        modelCalls += 1
        if toolCalls >= limits.maximumToolCalls {
            return finish(.maximumToolCalls, "the limit of \(limits.maximumToolCalls) tool calls is reached")
        }
        if iterations >= limits.maximumToolIterations {
            return finish(
                .maximumToolIterations,
                "the limit of \(limits.maximumToolIterations) rounds of tool calls is reached"
            )
        }
        return .askModel(offersTools: true)
    }

    /// Asks one last time, without tools, so that work already done is not lost.
    private mutating func finish(_ reason: StopReason, _ limit: String) -> Action {
        lastCall = reason
        explanation = limit
        notices.append(limit + "; the agent answers with what it has")
        history.append(
            user: note(
                "\(limit.prefix(1).uppercased() + limit.dropFirst()). Answer now with what you have, and say what is missing."
            )
        )
        return .askModel(offersTools: false)
    }

    private mutating func conclude(_ reply: ModelReply, _ reason: StopReason?) -> Action {
        text = reply.text
        if !reply.droppedCalls.isEmpty {
            notices.append(
                "calls of \(reply.droppedCalls.joined(separator: ", ")) were not run: no tools were on offer"
            )
        }
        history.append(reply: reply.items.filter { if case .toolCall = $0 { false } else { true } })
        if let reason { return .stop(reason) }
        switch reply.finish {
        case .outputLimit:
            explanation = "the answer was cut off at the model's output limit"
            return .stop(.outputLimit)
        case .contentFilter:
            explanation = "the answer was cut off by the provider's content filter"
            return .stop(.contentFilter)
        case .refusal:
            explanation = "the model declined"
            return .stop(.refusal)
        case .stop, .toolCalls, .other:
            guard text.utf8.allSatisfy({ $0 <= 0x20 }) else { return .stop(.answered) }
            explanation = "the model ended without a word; ask again, or try another model"
            return .stop(.emptyAnswer)
        }
    }

    private mutating func outOfTime() -> Action {
        stop(.maximumSeconds, "stopped: the limit of \(Int(limits.maximumSeconds)) seconds is reached")
    }

    private mutating func stop(_ reason: StopReason, _ why: String) -> Action {
        explanation = why
        history.append(reply: [.text("[No answer: \(reason.rawValue).]")])
        return .stop(reason)
    }

    /// Marks words as the program's, since the model sees them in the user's place.
    private func note(_ text: String) -> String { "[Note from Switchboard, not from the user] " + text }
}
