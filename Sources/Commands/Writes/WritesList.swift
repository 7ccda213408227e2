import Gateway
import HTTP
import JSON

extension Command {
    static let writesList = Command(
        path: ["writes", "list"],
        summary: "List what was or may have been written",
        options: [
            .init(
                name: "state",
                value: "STATE",
                summary: "Only these: planned, approved, intent, done, failed, unknown"
            ),
            .init(name: "run", value: "ID", summary: "Only the writes of one run"),
            .init(name: "limit", value: "N", summary: "How many, from 1 to 1000 (default: 100)"),
            .init(name: "cursor", value: "ID", summary: "Go on after this one, as the last list said"),
            CommonOptions.json,
        ] + CommonOptions.places,
        details: """
            `unknown` means that an answer was lost and that looking did not help: look in the system itself, then say
            with `writes settle` whether the record is there.
            """,
        run: { invocation in
            try await invocation.withControl { control in
                let pairs = ["state", "run", "limit", "cursor"].compactMap { name in
                    invocation.value(name).map { name + "=" + PercentEncoding.encode($0) }
                }
                let query = pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
                let answer = try await control.send("GET", "/v1/writes" + query)
                if invocation.json {
                    invocation.terminal.print(JSONWriter.pretty(answer))
                    return .done
                }
                var table = Table("ID", "STATE", "TOOL", "REMOTE ID", "EVIDENCE", "SENT", "REASON")
                for write in answer["writes"]?.array ?? [] {
                    table.add(
                        write["id"]?.string ?? "",
                        write["state"]?.string ?? "",
                        write["tool"]?.string ?? "",
                        write["remote_id"]?.string ?? "",
                        write["evidence"]?.string ?? "",
                        write["sent_at"]?.string ?? "",
                        write["reason"]?.string ?? ""
                    )
                }
                for id in answer["damaged"]?.array?.compactMap(\.string) ?? [] {
                    table.add(id, "damaged", "", "", "", "", "the row cannot be read; nothing is sent under its name")
                }
                if table.isEmpty {
                    invocation.terminal.print("Nothing of that kind was written.")
                } else {
                    invocation.terminal.write(table.text(for: invocation.terminal))
                }
                if let cursor = answer["next_cursor"]?.string {
                    invocation.terminal.print("There are more: --cursor \(cursor)")
                }
                return .done
            }
        }
    )

    static let writesShow = Command(
        path: ["writes", "show"],
        summary: "Show a write, and what was asked for while that is not settled",
        arguments: [.init(name: "ID", summary: "As `writes list` shows it")],
        options: [CommonOptions.json] + CommonOptions.places,
        run: { invocation in
            try await invocation.withControl { control in
                let target = "/v1/writes/" + PercentEncoding.encode(invocation.arguments[0])
                invocation.terminal.print(Terminal.harmless(JSONWriter.pretty(try await control.send("GET", target))))
                return .done
            }
        }
    )

    static let writesSettle = Command(
        path: ["writes", "settle"],
        summary: "Say what became of a write that nobody knows the outcome of",
        arguments: [.init(name: "ID", summary: "As `writes list --state unknown` shows it")],
        options: [
            .init(name: "done", value: "REMOTE_ID", summary: "It is there, and this is its id in the other system"),
            .init(name: "not-done", value: nil, summary: "It is not there; the same call may be made again"),
            CommonOptions.json,
        ] + CommonOptions.places,
        run: { invocation in
            let remoteID = invocation.value("done")
            guard (remoteID != nil) != invocation.has("not-done") else {
                throw CommandError.usage("say either --done REMOTE_ID or --not-done")
            }
            var body: JSONValue = ["done": .bool(remoteID != nil)]
            if let remoteID { body["remote_id"] = .string(remoteID) }
            if let person = invocation.environment["USER"], !person.isEmpty { body["by"] = .string(person) }
            let settled = body
            return try await invocation.withControl { control in
                let id = invocation.arguments[0]
                let target = "/v1/writes/\(PercentEncoding.encode(id))/settle"
                let answer = try await control.send("POST", target, body: settled)
                if invocation.json {
                    invocation.terminal.print(JSONWriter.pretty(answer))
                } else {
                    invocation.terminal.print("\(id) is \(answer["state"]?.string ?? "settled") now.")
                }
                return .done
            }
        }
    )
}
