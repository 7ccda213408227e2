package import Basics
import JSON
package import ToolRouter

/// Starts the workflows whose files name what a vendor reported, each once for each report.
package struct WorkflowTriggers: TriggerSubscriber {
    private let engine: WorkflowEngine
    private let workflows: @Sendable () -> [Workflow]
    private let owner: @Sendable (_ connection: String) -> String?
    private let defaultUser: String
    private let log: Log

    /// - Parameters:
    ///   - workflows: Every workflow as it is now.
    ///   - owner: Whose a connection is; nil for one that everybody may use.
    ///   - defaultUser: Whose connections are used where the report came over one that everybody may use.
    package init(
        engine: WorkflowEngine,
        workflows: @escaping @Sendable () -> [Workflow],
        owner: @escaping @Sendable (_ connection: String) -> String?,
        defaultUser: String,
        log: Log = .none
    ) {
        self.engine = engine
        self.workflows = workflows
        self.owner = owner
        self.defaultUser = defaultUser
        self.log = log
    }

    package func received(_ event: TriggerEvent) async throws {
        for workflow in workflows() {
            for trigger in workflow.triggers where trigger.toolkit == event.toolkit && trigger.event == event.trigger {
                if try await starts(workflow, trigger, event) { break }
            }
        }
    }

    /// Starts a run, unless the event does not suit.
    ///
    /// - Throws: ``WorkflowError`` for what passes by itself, so that the event comes again.
    private func starts(
        _ workflow: Workflow,
        _ trigger: WorkflowTrigger,
        _ event: TriggerEvent
    ) async throws(WorkflowError) -> Bool {
        let scope = FormulaScope(bindings: ["event": event.body], now: event.receivedAt)
        do throws(WorkflowError) {
            if let condition = trigger.condition, try !condition.isTrue(scope) { return false }
            let user = owner(event.connection) ?? defaultUser
            var request = RunRequest(
                workflow: workflow.name,
                input: try trigger.input?.evaluate(scope)?.object ?? [:],
                user: user,
                actor: user,
                trigger: "webhook",
                // The event's id is the slot: one that is sent again, or handed out again after a crash, starts nothing.
                schedule: "\(event.id):\(workflow.name)",
                scheduledFor: event.receivedAt
            )
            for connection in workflow.connections where connection.toolkit == event.toolkit {
                request.connections[connection.alias] = event.connection
            }
            _ = try await engine.start(request)
            return true
        } catch {
            switch error.code {
            case "already_started": return true
            case "already_running", "storage", "closed": throw error
            default:
                // It would fail again however often it came.
                log.error(
                    "an event could not start a workflow",
                    ["event": event.id, "workflow": workflow.name, "error": error.code]
                )
                return true
            }
        }
    }
}
