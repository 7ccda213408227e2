import Gateway
import JSON

extension Command {
    static let toolkitsList = Command(
        path: ["toolkits", "list"],
        summary: "List the toolkits, how many tools each offers, and which are refused",
        options: [CommonOptions.json] + CommonOptions.places,
        run: { invocation in
            try await invocation.withControl { control in
                let answer = try await control.send("GET", "/v1/toolkits")
                if invocation.json {
                    invocation.terminal.print(JSONWriter.pretty(answer))
                    return .done
                }
                var table = Table("NAME", "TOOLS", "STATE", "TITLE")
                var problems: [String] = []
                for toolkit in answer["toolkits"]?.array ?? [] {
                    table.add(
                        toolkit["name"]?.string ?? "",
                        toolkit["tools"]?.integer.map(String.init) ?? "",
                        toolkit["state"]?.string?.replacing("_", with: " ") ?? "",
                        toolkit["title"]?.string ?? ""
                    )
                    if toolkit["state"] != "served" {
                        problems += toolkit["diagnostics"]?.array?.compactMap(\.string) ?? []
                    }
                }
                invocation.terminal.write(table.text(for: invocation.terminal))
                for problem in problems { invocation.terminal.print(problem) }
                return .done
            }
        }
    )
}
