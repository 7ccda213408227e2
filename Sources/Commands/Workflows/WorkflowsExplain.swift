import Basics
import Gateway
import JSON
import Workflows

extension Command {
    static let workflowsExplain = Command(
        path: ["workflows", "explain"],
        summary: "Tell in English what a workflow does, and draw it",
        arguments: [.init(name: "FILE", summary: "A workflow file, or the name of a workflow")],
        options: [
            CommonOptions.json, .init(name: "diagram", summary: "Print the Mermaid diagram alone"),
        ] + CommonOptions.places,
        run: { invocation in
            let desk = WorkflowDesk(home: try invocation.configuration().home)
            let (workflow, diagnostics) = try desk.load(invocation.arguments[0])
            guard let workflow else {
                for diagnostic in diagnostics { invocation.terminal.printError(diagnostic.description) }
                return .failed
            }
            let outline = WorkflowOutline(workflow, catalog: desk.catalog).text
            let diagram = WorkflowDiagram(workflow, catalog: desk.catalog).mermaid
            if invocation.json {
                invocation.terminal.print(
                    JSONWriter.pretty([
                        "name": .string(workflow.name), "sha256": .string(workflow.sha256),
                        "outline": .string(outline), "mermaid": .string(diagram),
                    ])
                )
            } else if invocation.has("diagram") {
                invocation.terminal.write(Terminal.harmless(diagram))
            } else {
                invocation.terminal.write(Terminal.harmless("\(outline)\n```mermaid\n\(diagram)```\n"))
            }
            return .done
        }
    )
}
