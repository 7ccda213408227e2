package import Basics
import JSON
package import Tools

/// Finds what would go wrong in a workflow, before anything runs.
///
/// What the file alone shows, the loader has told already; this holds the file against the tools, the other workflows and
/// the clock.
package struct WorkflowChecker: Sendable {
    private let catalog: ToolCatalog
    private let workflow: @Sendable (String) -> Workflow?
    private let scheduleProblems: @Sendable (WorkflowSchedule) -> [String]
    private let events: @Sendable (String) -> [String]?

    /// A check against the tools of a catalog.
    ///
    /// `workflow` finds the targets of `run` steps; `scheduleProblems` says what is wrong with a cron line or a time zone;
    /// `events` gives the names of what a toolkit can report, nil where that is not known.
    package init(
        catalog: ToolCatalog,
        workflow: @escaping @Sendable (String) -> Workflow? = { _ in nil },
        scheduleProblems: @escaping @Sendable (WorkflowSchedule) -> [String] = { ScheduleCheck.problems(of: $0) },
        events: @escaping @Sendable (_ toolkit: String) -> [String]? = { _ in nil }
    ) {
        self.catalog = catalog
        self.workflow = workflow
        self.scheduleProblems = scheduleProblems
        self.events = events
    }

    /// What is wrong, in the order of the file; a workflow with an error must not run.
    package func check(_ workflow: Workflow) -> [Diagnostic] {
        var walk = WorkflowWalk(workflow: workflow, catalog: catalog, target: self.workflow)
        walk.check()
        for schedule in workflow.schedules {
            for problem in scheduleProblems(schedule) { walk.report(.error, schedule.anchor, problem) }
        }
        for trigger in workflow.triggers {
            guard let known = events(trigger.toolkit), !known.contains(trigger.event) else { continue }
            let near = Similarity.nearest(to: trigger.event, among: known, limit: 1).first
            let hint = near.map { "did you mean \"\($0)\"?" } ?? "`switchboard triggers list` shows what it can report"
            walk.report(.error, trigger.anchor, "\(trigger.toolkit) does not report \"\(trigger.event)\"; \(hint)")
        }
        return walk.diagnostics.sorted { ($0.line ?? 0, $0.column ?? 0) < ($1.line ?? 0, $1.column ?? 0) }
    }
}
