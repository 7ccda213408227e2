import Basics
import JSON
import Tools

extension RunExecution {
    /// Seconds that a call waits in line for the limits of its connection; then the run waits itself, and can be paused.
    private static let longestWait = 20.0

    /// Calls a tool, as often as the step's rule allows, and gives its result.
    ///
    /// A call that the rules hold back until a person has approved it waits for that; then it is made.
    func call(
        _ step: Step,
        _ call: CallStep,
        _ place: Place,
        _ record: StepRecord?
    ) async throws(RunStop) -> StepValue {
        let start = place.scope.now
        guard let tool = services.tools.tool(call.tool, endpoint: run.endpoint) else {
            let failure = StepFailure("tool_not_found", "there is no tool \(call.tool) that this run may use")
            throw try await failed(step, place, failure, subject: call.tool)
        }
        let prepared = try formula { () throws(WorkflowError) in
            (
                arguments: try call.arguments?.evaluate(place.scope)?.object ?? [:],
                once: try once(call, place.scope),
                maximum: try call.paging?.max.value(place.scope)
            )
        }
        let request = ToolCall(
            tool: call.tool,
            arguments: prepared.arguments,
            user: run.user,
            connection: run.connections[call.connection],
            // What a model asked for is its wish, whatever file makes the call.
            origin: run.isWishOfModel ? .model : .workflow,
            once: prepared.once ?? "run:\(run.id):\(address(step, place))",
            context: CallContext(
                actor: caller,
                endpoint: run.endpoint,
                run: run.id,
                path: step.path,
                item: place.item.isEmpty ? nil : place.item
            ),
            longestWait: RunExecution.longestWait
        )
        if tool.effect.isWrite {
            // A write that the journal has not cannot stand before an approval whose plan is found out anew.
            if isShadow { return .value(RunExecution.plannedValue) }
            if run.isPreview { return try await plan(step, request, place) }
            guard control.use(1, of: .writes, limit: run.writesLimit) else {
                let failure = StepFailure(
                    "write_limit",
                    "the run may write \(run.writesLimit) times and has done so; raise limits.writes after looking why"
                )
                throw try await failed(step, place, failure, subject: call.tool)
            }
        }
        if let asked = record?.output?["approval"]?.string { try await checkNotExpired(asked, step, place) }
        var charge = StepCharge(writes: tool.effect.isWrite ? 1 : 0)
        do {
            let value: JSONValue
            if let paging = call.paging {
                let limits = PageWalk.Limits(maximum: prepared.maximum, excess: paging.onMax == .fail ? .fail : .stop)
                value = .array(try await pages(of: request, step, place, limits, &charge))
            } else {
                value = try await answer(to: request, step, tool, &charge)
            }
            try await note(step, place, .done, output: value, subject: call.tool, since: start, charge: charge)
            return .value(value)
        } catch {
            if tool.effect.isWrite, !error.mayHaveWritten {
                // What certainly was not written does not count, so that the limit is there for doing it again.
                control.giveBackWrite()
                charge.writes = 0
            }
            switch error {
            case .failure(let failure):
                throw try await failed(step, place, failure, subject: call.tool, since: start, charge: charge)
            case .suspended(.approval(let id, _)):
                try await note(step, place, .waiting, output: ["approval": .string(id)], subject: id, charge: charge)
                services.report(.notice("waits for the approval \(id): Call \(call.tool)"), of: run.id)
            default: break
            }
            throw error
        }
    }

    /// Throws when the approval that the call waits for was not given in time; asking again would never end.
    private func checkNotExpired(_ approval: String, _ step: Step, _ place: Place) async throws(RunStop) {
        let decision = try await stored { () async throws(WorkflowError) in
            try await self.services.approvals.decision(approval)
        }
        guard decision == .expired else { return }
        control.giveBackWrite()
        let failure = StepFailure("expired", "nobody decided about the approval \(approval) in time")
        throw try await failed(step, place, failure, subject: approval)
    }

    /// Who makes the run's calls, in the words of the audit; who is behind the run decides about its approvals.
    private var caller: String {
        guard let cause = run.schedule else { return run.actor }
        switch run.trigger {
        case "schedule": return "schedule:" + cause
        // The event's id, and then the workflow's name.
        case "webhook": return "webhook:" + cause.prefix { $0 != ":" }
        default: return run.actor
        }
    }

    private func once(_ call: CallStep, _ scope: FormulaScope) throws(WorkflowError) -> String? {
        guard let formula = call.once else { return nil }
        let text = Template.text(of: try formula.evaluate(scope))
        guard text.isEmpty else { return text }
        throw WorkflowError("no_key", "\(formula.anchor.pointer): `once` gave nothing: \(formula.text)")
    }

    /// Lists a write instead of making it.
    private func plan(_ step: Step, _ request: ToolCall, _ place: Place) async throws(RunStop) -> StepValue {
        guard control.use(1, of: .writes, limit: run.writesLimit) else {
            let failure = StepFailure("write_limit", "the run would write more than \(run.writesLimit) times")
            throw try await failed(step, place, failure, subject: request.tool)
        }
        var row: JSONObject = ["tool": .string(request.tool), "arguments": .object(request.arguments)]
        if let once = request.once, !once.hasPrefix("run:") { row["once"] = .string(once) }
        let charge = StepCharge(writes: 1)
        try await note(step, place, .planned, output: .object(row), subject: request.tool, charge: charge)
        return .value(RunExecution.plannedValue)
    }

    /// Makes a call until it is answered or given up.
    private func answer(
        to request: ToolCall,
        _ step: Step,
        _ tool: ToolSpecification,
        _ charge: inout StepCharge
    ) async throws(RunStop) -> JSONValue {
        let result = try await attempts(request, step, isWrite: tool.effect.isWrite, &charge)
        do {
            return try JSONParser.parse(result.payload)
        } catch {
            throw .failure(StepFailure("invalid_result", "\(request.tool) gave something that is not JSON"))
        }
    }

    /// Reads every page of a list, keeping each one in the journal.
    private func pages(
        of request: ToolCall,
        _ step: Step,
        _ place: Place,
        _ limits: PageWalk.Limits,
        _ charge: inout StepCharge
    ) async throws(RunStop) -> [JSONValue] {
        let address = address(step, place)
        var records: [JSONValue] = []
        var walk = PageWalk(limits: limits)
        var number = 0
        if isContinued, !isShadow {
            let kept = try await stored { () async throws(WorkflowError) in
                try await self.journal.pages(at: address, of: self.run.id)
            }
            if let checkpoint = kept.walk,
                let resumed = PageWalk(checkpoint: checkpoint, items: kept.records, limits: limits)
            {
                (records, walk, number) = (kept.records, resumed, kept.count)
            }
        }
        while case .fetch(let cursor) = walk.next {
            try control.check()
            var page = request
            if let cursor { page.arguments["next_cursor"] = .string(cursor) }
            let result = try await attempts(page, step, isWrite: false, &charge, stale: cursor != nil)
            switch walk.take(result) {
            case .page(let new):
                records += new
                // The last page is written down with the step itself.
                guard case .fetch = walk.next, !isShadow else { continue }
                let (checkpoint, position) = (walk.checkpoint, number)
                try await stored { () async throws(WorkflowError) in
                    try await self.journal.keepPage(
                        new,
                        walk: checkpoint,
                        number: position,
                        at: address,
                        of: self.run.id
                    )
                }
                number += 1
            case .restarted: services.report(.notice("\(request.tool) starts over: its cursor had expired"), of: run.id)
            case .failed(let result): throw .failure(RunExecution.failure(of: result))
            }
        }
        return records
    }

    /// Makes a call as often as its rule allows.
    ///
    /// - Parameter stale: Whether an answer that a cursor has expired is for the caller to deal with.
    private func attempts(
        _ request: ToolCall,
        _ step: Step,
        isWrite: Bool,
        _ charge: inout StepCharge,
        stale: Bool = false
    ) async throws(RunStop) -> ToolResult {
        var plan = RetryPlan(step.retry)
        let start = services.monotonic()
        let limit = try callLimit()
        var isCounted = false
        while true {
            if !isCounted {
                guard control.use(1, of: .toolCalls, limit: limit) else {
                    throw .failure(
                        StepFailure("call_limit", "the run has made its \(limit ?? 0) calls; raise limits.toolCalls")
                    )
                }
                charge.toolCalls += 1
            }
            let result = await services.tools.call(request, endpoint: run.endpoint)
            guard result.isError, let problem = result.problem else { return result }
            if stale, problem.code == "cursor_expired" { return result }
            if problem.code == "approval_required", let wait = RunExecution.approval(in: result) {
                throw .suspended(wait)
            }
            // What a limit held back was not a call, so it takes nothing from the run's calls or from its attempts.
            isCounted = RetryPlan.isLimit(problem)
            let elapsed = Double(services.monotonic() - start) / 1e9
            switch plan.next(problem, isWrite: isWrite, elapsed: elapsed) {
            case .giveUp: throw .failure(RunExecution.failure(of: result))
            case .again(let delay):
                if delay >= 5 { services.report(.notice("waits \(Int(delay)) s: \(result.displayText)"), of: run.id) }
                await control.sleep(seconds: delay)
                try control.check()
            }
        }
    }

    private func callLimit() throws(RunStop) -> Int? {
        guard let limit = workflow.limits.toolCalls else { return nil }
        let scope = FormulaScope(bindings: ["input": .object(run.input)], now: run.createdAt)
        return try formula { () throws(WorkflowError) in try limit.value(scope) }
    }

    /// What a call that a person must approve first waits for.
    private static func approval(in result: ToolResult) -> RunWait? {
        guard let details = try? JSONParser.parse(result.payload), let id = details["approval_id"]?.string,
            let until = details["expires_at"]?.string.flatMap({ Timestamp(iso8601: $0) })
        else { return nil }
        return .approval(id: id, until: until)
    }

    /// A failed result in the words of a run.
    static func failure(of result: ToolResult) -> StepFailure {
        let details = (try? JSONParser.parse(result.payload)) ?? .null
        return StepFailure(
            result.problem?.code ?? "failed",
            result.displayText,
            isUnknown: result.problem?.outcome == .unknown,
            write: result.write ?? details["write_id"]?.string ?? details["write"]?.string
        )
    }
}
