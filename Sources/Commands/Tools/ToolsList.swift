import Gateway
import HTTP
import JSON

extension Command {
    static let toolsList = Command(
        path: ["tools", "list"],
        summary: "List the tools of every toolkit",
        options: [
            .init(name: "toolkit", value: "NAME", summary: "Only the tools of one toolkit"), CommonOptions.json,
        ] + CommonOptions.places,
        run: { invocation in
            try await invocation.withControl { control in
                let query = invocation.value("toolkit").map { "&toolkit=" + PercentEncoding.encode($0) } ?? ""
                let answer = try await control.send("GET", "/v1/tools?limit=1000" + query)
                if invocation.json {
                    invocation.terminal.print(JSONWriter.pretty(answer))
                    return .done
                }
                var table = Table("NAME", "EFFECT", "TITLE")
                for tool in answer["tools"]?.array ?? [] {
                    table.add(tool["name"]?.string ?? "", tool["effect"]?.string ?? "", tool["title"]?.string ?? "")
                }
                invocation.terminal.write(table.text(for: invocation.terminal))
                return .done
            }
        }
    )
}
