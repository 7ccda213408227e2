import Basics
import Gateway
import JSON

extension Command {
    static let toolsSearch = Command(
        path: ["tools", "search"],
        summary: "Find the tools that serve a request in plain words",
        arguments: [.init(name: "TEXT", summary: "What is to be done", isRequired: false, isRest: true)],
        options: [
            .init(name: "toolkit", value: "NAME", summary: "Only the tools of one toolkit"),
            .init(name: "limit", value: "N", summary: "At most this many results (default 5; 10 with --queries)"),
            .init(name: "queries", value: "FILE", summary: "Answer many: one {\"query\", \"toolkit\"?} object a line"),
            CommonOptions.json,
        ] + CommonOptions.places,
        details: "Example: switchboard tools search \"leave a note on an application\" --toolkit pinpoint",
        run: { invocation in
            let limit = try invocation.integer("limit", in: 1...50) ?? (invocation.value("queries") == nil ? 5 : 10)
            return try await invocation.withControl { control in
                if let file = invocation.value("queries") {
                    let bytes = try TextFile.read(file)
                    for (number, line) in bytes.split(separator: 0x0A).enumerated() {
                        guard let query = try? JSONParser.parse(line), let text = query["query"]?.string else {
                            throw CommandError("\(file), line \(number + 1): expected {\"query\": \"…\"} on one line")
                        }
                        // Files for scoring say so when a request belongs to no toolkit or to several.
                        let scope = query["toolkit"]?.string.flatMap { ["both", "none"].contains($0) ? nil : $0 }
                        let toolkit = scope ?? invocation.value("toolkit")
                        let answer = try await search(text, toolkit: toolkit, limit: limit, control)
                        invocation.terminal.print(JSONWriter.text(of: answer))
                    }
                    return .done
                }
                let text = invocation.arguments.joined(separator: " ")
                guard !text.isEmpty else {
                    throw CommandError.usage("`switchboard tools search` needs TEXT or --queries FILE")
                }
                let answer = try await search(text, toolkit: invocation.value("toolkit"), limit: limit, control)
                if invocation.json {
                    invocation.terminal.print(JSONWriter.pretty(answer))
                    return .done
                }
                var table = Table("TOOL", "EFFECT", "TITLE")
                for result in answer["results"]?.array ?? [] {
                    let name = result["name"]?.string ?? ""
                    table.add(name, result["effect"]?.string ?? "", result["title"]?.string ?? "")
                }
                if table.isEmpty {
                    invocation.terminal.print("No tool serves this. `switchboard tools list` shows what there is.")
                } else {
                    invocation.terminal.write(table.text(for: invocation.terminal))
                }
                return .done
            }
        }
    )

    private static func search(
        _ text: String,
        toolkit: String?,
        limit: Int,
        _ control: ControlClient
    ) async throws -> JSONValue {
        var body: JSONValue = ["query": .string(text), "limit": .integer(limit)]
        if let toolkit { body["toolkit"] = .string(toolkit) }
        return try await control.send("POST", "/v1/tools/search", body: body)
    }
}
