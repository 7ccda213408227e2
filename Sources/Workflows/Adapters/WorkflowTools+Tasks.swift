import Basics
package import MCP
package import Tools

/// Runs as tasks of MCP: the task is the run, so it outlives the program.
extension WorkflowTools {
    /// Milliseconds between two looks at a run that goes on by itself, and at one that waits for somebody.
    private static let shortPoll = 1000
    private static let longPoll = 5000

    package func task(_ id: String, for call: ToolCall) async -> MCPTask? {
        guard let run = try? await visible(id, for: call) else { return nil }
        return await task(of: run)
    }

    package func states(of id: String, for call: ToolCall) -> AsyncStream<MCPTask> {
        let events = engine.events(of: id)
        return AsyncStream(bufferingPolicy: .bufferingNewest(1)) { continuation in
            let follower = Task {
                defer { continuation.finish() }
                // Whatever happens after this look is in the events.
                guard let first = await task(id, for: call) else { return }
                continuation.yield(first)
                guard !first.status.isEnded else { return }
                for await event in events {
                    guard case .state = event, let task = await task(id, for: call) else { continue }
                    continuation.yield(task)
                    if task.status.isEnded { return }
                }
            }
            continuation.onTermination = { _ in follower.cancel() }
        }
    }

    package func tasks(after last: String?, limit: Int, for call: ToolCall) async -> [MCPTask] {
        let runs = try? await engine.parts.journal.runs(
            endpoint: call.context.endpoint,
            user: call.user,
            before: last,
            limit: limit
        )
        var tasks: [MCPTask] = []
        for run in runs ?? [] { tasks.append(await task(of: run)) }
        return tasks
    }

    private func task(of run: RunRecord) async -> MCPTask {
        let waiting = await waiting(run)
        let approval: String? = if case .approval(let id, _)? = waiting { id } else { nil }
        let page = approval.flatMap(page)
        var task = MCPTask(
            id: run.id,
            status: WorkflowTools.status(run, isAsking: approval != nil),
            message: await message(run, waiting, page: page),
            createdAt: run.createdAt.iso8601,
            updatedAt: max(run.endedAt ?? run.createdAt, run.createdAt).iso8601,
            pollInterval: run.state == .waiting || run.state == .paused
                ? WorkflowTools.longPoll : WorkflowTools.shortPoll
        )
        if let approval, let page {
            task.questions = [
                MCPElicitation(
                    key: approval,
                    message: "\(run.title): a person must approve what this run is about to do. The page shows exactly "
                        + "what that is, and asks you to sign in.",
                    content: .url(page)
                )
            ]
        }
        return task
    }

    /// What a run waits for; what a run waits for that it has started, where that is it.
    private func waiting(_ run: RunRecord) async -> RunWait? {
        var run = run
        for _ in 0..<8 {
            guard run.state == .waiting, let waiting = run.waiting else { return nil }
            guard case .run(let id) = waiting, let child = try? await engine.parts.journal.run(id),
                child.state == .waiting
            else { return waiting }
            run = child
        }
        return run.waiting
    }

    private static func status(_ run: RunRecord, isAsking: Bool) -> MCPTask.Status {
        switch run.state {
        case .ready, .running, .paused, .cancelling: .working
        case .waiting: isAsking ? .inputRequired : .working
        case .done: .completed
        case .failed: .failed
        case .cancelled: .cancelled
        }
    }

    /// How it stands, without anything of what it has read.
    private func message(_ run: RunRecord, _ waiting: RunWait?, page: String?) async -> String {
        let progress = (try? await engine.parts.journal.progress(of: run.id)) ?? RunProgress()
        let state =
            switch run.state {
            case .ready, .running: "running"
            case .waiting: waitingText(waiting ?? run.waiting, page: page)
            case .paused: "paused until somebody resumes it"
            case .cancelling: "being cancelled; what is under way is finished first"
            case .done: "done"
            case .failed: "failed (\(run.failure?.code ?? "failed"))"
            case .cancelled: "cancelled; what was done stays done"
            }
        return "\(run.title): \(state). \(progress.message)."
    }

    func waitingText(_ waiting: RunWait?, page: String?) -> String {
        let text = "waits for \(waiting?.description ?? "somebody")"
        guard let page else { return text }
        return text + "; a person with the right role decides at \(page)"
    }
}
