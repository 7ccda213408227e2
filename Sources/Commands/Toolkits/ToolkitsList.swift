import Basics
import Gateway
import JSON
import Toolkits

extension Command {
    static let toolkitsList = Command(
        path: ["toolkits", "list"],
        summary: "List the toolkits and how many tools each offers",
        options: [CommonOptions.json] + CommonOptions.places,
        run: { invocation in
            let configuration = try invocation.configuration()
            let loaded = ToolkitLoader.loadAll(home: configuration.home.path)
            var table = Table("NAME", "TOOLS", "TITLE")
            var rows: [JSONValue] = []
            for toolkit in loaded.toolkits {
                table.add(toolkit.name, String(toolkit.tools.count), toolkit.title)
                rows.append([
                    "name": .string(toolkit.name), "title": .string(toolkit.title),
                    "tools": .integer(toolkit.tools.count),
                ])
            }
            for diagnostic in loaded.diagnostics { invocation.terminal.printError(diagnostic.description) }
            if invocation.json {
                invocation.terminal.print(JSONWriter.pretty(["toolkits": .array(rows)]))
            } else {
                invocation.terminal.write(table.text(for: invocation.terminal))
            }
            return .done
        }
    )
}
