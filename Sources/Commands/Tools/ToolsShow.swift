import Gateway
import HTTP
import JSON

extension Command {
    static let toolsShow = Command(
        path: ["tools", "show"],
        summary: "Show what a tool does and what it takes",
        arguments: [.init(name: "NAME", summary: "The tool's name")],
        options: [CommonOptions.json] + CommonOptions.places,
        run: { invocation in
            try await invocation.withControl { control in
                let name = invocation.arguments[0]
                let tool = try await control.send("GET", "/v1/tools/" + PercentEncoding.encode(name))
                if invocation.json {
                    invocation.terminal.print(JSONWriter.pretty(tool))
                } else {
                    invocation.terminal.write(text(of: tool, for: invocation.terminal))
                }
                return .done
            }
        }
    )

    private static func text(of tool: JSONValue, for terminal: Terminal) -> String {
        var text = terminal.bold(tool["name"]?.string ?? "") + "  " + (tool["title"]?.string ?? "") + "\n"
        text += "toolkit \(tool["toolkit"]?.string ?? "")   effect \(tool["effect"]?.string ?? "")"
        let tags = (tool["tags"]?.array ?? []).compactMap(\.string)
        if !tags.isEmpty { text += "   tags " + tags.joined(separator: ", ") }
        text += "\n\n" + (tool["description"]?.string ?? "") + "\n"
        for note in (tool["notes"]?.array ?? []).compactMap(\.string) { text += "\nNote: \(note)\n" }
        let schema = tool["input_schema"] ?? .null
        let required = Set((schema["required"]?.array ?? []).compactMap(\.string))
        var table = Table("ARGUMENT", "TYPE", "", "MEANING")
        for property in schema["properties"]?.object ?? [:] {
            let type = property.value["type"]
            let types = type?.string ?? (type?.array ?? []).compactMap(\.string).joined(separator: "|")
            table.add(
                property.name,
                types,
                required.contains(property.name) ? "required" : "",
                property.value["description"]?.string ?? ""
            )
        }
        if !table.isEmpty { text += "\n" + table.text(for: terminal) }
        return text
    }
}
