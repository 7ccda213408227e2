import Basics
import Gateway
import JSON
import Workflows

extension Command {
    static let workflowsList = Command(
        path: ["workflows", "list"],
        summary: "List the workflows and what they may write",
        options: [CommonOptions.json] + CommonOptions.places,
        run: { invocation in
            let desk = WorkflowDesk(home: try invocation.configuration().home)
            var table = Table("NAME", "VERSION", "WRITES", "STARTS", "TITLE")
            var rows: [JSONValue] = []
            for workflow in desk.loaded.workflows {
                let writes =
                    switch workflow.limits.writes {
                    case .number(let number): JSONValue.integer(number)
                    case .formula(let formula): JSONValue.string("= " + formula.text)
                    }
                let starts = workflow.schedules.map { "\($0.cron) \($0.timezone)" }
                table.add(
                    workflow.name,
                    String(workflow.version),
                    writes.string ?? JSONWriter.text(of: writes),
                    starts.joined(separator: "; "),
                    workflow.title
                )
                rows.append([
                    "name": .string(workflow.name), "version": .integer(workflow.version),
                    "title": .string(workflow.title), "description": .string(workflow.description),
                    "file": .string(workflow.file), "sha256": .string(workflow.sha256), "writes": writes,
                    "read_only": .bool(workflow.limits.isReadOnly), "input": .object(workflow.input),
                    "schedules": .array(starts.map { .string($0) }),
                ])
            }
            for diagnostic in desk.loaded.diagnostics { invocation.terminal.printError(diagnostic.description) }
            if invocation.json {
                invocation.terminal.print(JSONWriter.pretty(["workflows": .array(rows)]))
            } else {
                invocation.terminal.write(table.text(for: invocation.terminal))
            }
            return .done
        }
    )
}
