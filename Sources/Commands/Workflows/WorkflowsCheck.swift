import Basics
import Gateway
import JSON
import Workflows

extension Command {
    static let workflowsCheck = Command(
        path: ["workflows", "check"],
        summary: "Say what is wrong with a workflow before anything runs",
        arguments: [
            .init(
                name: "FILE",
                summary: "A workflow file, or the name of a workflow (default: every file in workflows/)",
                isRequired: false
            )
        ],
        options: [CommonOptions.json] + CommonOptions.places,
        details: """
            Holds the file against the tools of the toolkit folders: names, arguments, effects, formulas, limits.
            Example: switchboard workflows check workflows/bulk-disposition.pinpoint.json
            """,
        run: { invocation in
            let desk = WorkflowDesk(home: try invocation.configuration().home)
            var diagnostics: [Diagnostic] = []
            var checked: [Workflow] = []
            if let name = invocation.arguments.first {
                let (workflow, problems) = try desk.load(name)
                diagnostics = problems
                if let workflow { checked = [workflow] }
            } else {
                diagnostics = desk.loaded.diagnostics
                checked = desk.loaded.workflows
            }
            for workflow in checked { diagnostics += desk.check(workflow) }
            let errors = diagnostics.filter { $0.severity == .error }.count
            if invocation.json {
                invocation.terminal.print(
                    JSONWriter.pretty([
                        "diagnostics": .array(diagnostics.map(\.json)), "errors": .integer(errors),
                        "checked": .array(checked.map { .string($0.file) }),
                    ])
                )
            } else {
                for diagnostic in diagnostics { invocation.terminal.print(Terminal.harmless(diagnostic.description)) }
                if errors == 0 {
                    for workflow in checked {
                        invocation.terminal.print("\(workflow.file): \(workflow.name) is ready to run")
                    }
                }
            }
            return errors == 0 ? .done : .failed
        }
    )
}
