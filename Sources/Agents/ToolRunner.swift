import Basics
import LanguageModels
import Tools

/// Runs the calls of one reply: several at a time, with the results in the order of the calls.
struct ToolRunner {
    let provider: any ToolProvider
    /// How many run at the same time.
    let width: Int
    /// Seconds until calls that still run are cancelled.
    let timeout: Double
    let report: @Sendable (AgentEvent) async -> Void

    /// Runs the calls; there is one result for each, whatever happens.
    ///
    /// When the task is cancelled, or time runs out, running calls are cancelled too, and those without a result get one
    /// that says so: a conversation cannot go on with a call that was never answered.
    func run(_ plans: [ToolCallPlan]) async -> [AgentToolCall] {
        let deadline = monotonicNanoseconds() + UInt64(max(0, min(timeout, 1e9)) * 1e9)
        var finished = [AgentToolCall?](repeating: nil, count: plans.count)
        await withTaskGroup(of: (Int, AgentToolCall)?.self) { group in
            group.addTask {
                let now = monotonicNanoseconds()
                try? await Task.sleep(for: .nanoseconds(Int64(deadline > now ? deadline - now : 0)))
                return nil
            }
            var started = 0
            var open = 0
            func startNext() {
                guard started < plans.count else { return }
                let index = started
                started += 1
                open += 1
                group.addTask { (index, await execute(plans[index], deadline: deadline)) }
            }
            for _ in 0..<max(1, min(width, plans.count)) { startNext() }
            while open > 0, let outcome = await group.next() {
                guard let (index, call) = outcome else {
                    group.cancelAll()
                    continue
                }
                finished[index] = call
                open -= 1
                startNext()
            }
            group.cancelAll()
        }
        return finished.compactMap { $0 }
    }

    private func execute(_ plan: ToolCallPlan, deadline: UInt64) async -> AgentToolCall {
        let start = monotonicNanoseconds()
        let finished: AgentToolCall
        switch plan {
        case .refuse(let call, let result):
            finished = AgentToolCall(id: call.callID, tool: call.name, seconds: 0, result: result)
        case .run(let model, let call):
            var result: ToolResult
            if Task.isCancelled {
                result = stopped("Not run: ", deadline: deadline)
            } else {
                await report(.toolCallStarted(id: model.callID, tool: call.tool, arguments: call.arguments))
                result = await provider.call(call)
                // A failure after cancellation is its consequence; a success is still a success.
                if Task.isCancelled, result.isError {
                    result = stopped(
                        "Stopped while it ran, so whether it took effect is not known: ",
                        deadline: deadline
                    )
                }
            }
            let seconds = Double(monotonicNanoseconds() - start) / 1e9
            finished = AgentToolCall(id: model.callID, tool: call.tool, seconds: seconds, result: result)
        }
        await report(.toolCallFinished(finished))
        return finished
    }

    private func stopped(_ prefix: String, deadline: UInt64) -> ToolResult {
        if monotonicNanoseconds() >= deadline {
            return .failure("timeout", prefix + "the time for this message ran out.")
        }
        return .failure("cancelled", prefix + "the user cancelled.")
    }
}
