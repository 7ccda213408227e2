import Basics
import JSON

/// Makes a run of a wish: limits and keys computed.
enum RunPreparation {
    /// The depth to which runs may start runs.
    private static let deepest = 8

    static func record(
        _ id: String,
        of workflow: Workflow,
        for request: RunRequest,
        at now: Timestamp
    ) throws(WorkflowError) -> RunRecord {
        let input = try workflow.input(from: request.input)
        let scope = FormulaScope(bindings: ["input": .object(input)], now: now)
        guard id.count(where: { $0 == "." }) < deepest else {
            throw WorkflowError(
                "too_deep",
                "runs may start runs to a depth of \(deepest), and this one would go deeper"
            )
        }
        var run = RunRecord(
            id: id,
            workflow: workflow.name,
            title: workflow.title,
            definition: workflow.sha256,
            trigger: request.trigger,
            actor: request.actor,
            user: request.user,
            input: input,
            createdAt: now
        )
        run.connections = request.connections
        run.endpoint = request.endpoint
        run.isPreview = request.isPreview
        run.parent = request.parent
        run.schedule = request.schedule
        run.scheduledFor = request.scheduledFor
        run.writesLimit = try workflow.limits.writes.value(scope)
        if !request.isPreview, let key = try workflow.oneAtATime?.evaluate(scope) {
            run.oneKey = workflow.name + ":" + Template.text(of: key)
        }
        return run
    }
}
