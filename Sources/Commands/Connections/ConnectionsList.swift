import Gateway
import HTTP
import JSON

extension Command {
    static let connectionsList = Command(
        path: ["connections", "list"],
        summary: "List the connected accounts",
        options: [
            .init(name: "user", value: "NAME", summary: "Only the connections of one person"), CommonOptions.json,
        ]
            + CommonOptions.places,
        run: { invocation in
            try await invocation.withControl { control in
                let query = invocation.value("user").map { "?user=" + PercentEncoding.encode($0) } ?? ""
                let answer = try await control.everyPage(of: "/v1/connections" + query, "connections")
                if invocation.json {
                    invocation.terminal.print(JSONWriter.pretty(answer))
                    return .done
                }
                var table = Table("ID", "TOOLKIT", "USER", "STATE", "LABEL")
                for connection in answer["connections"]?.array ?? [] {
                    table.add(
                        connection["id"]?.string ?? "",
                        connection["toolkit"]?.string ?? "",
                        connection["user"]?.string ?? "",
                        connection["state"]?.string ?? "",
                        connection["label"]?.string ?? ""
                    )
                }
                if table.isEmpty {
                    invocation.terminal.print(
                        "No account is connected. `switchboard connections add TOOLKIT` adds one."
                    )
                } else {
                    invocation.terminal.write(table.text(for: invocation.terminal))
                }
                return .done
            }
        }
    )

    static let connectionsTest = Command(
        path: ["connections", "test"],
        summary: "Try whether a connection's key is accepted",
        arguments: [.init(name: "ID", summary: "As `connections list` shows it")],
        options: [CommonOptions.json] + CommonOptions.places,
        run: { invocation in
            try await invocation.withControl { control in
                let id = PercentEncoding.encode(invocation.arguments[0])
                let answer = try await control.send("POST", "/v1/connections/\(id)/test")
                let accepted = answer["ok"]?.bool == true
                if invocation.json {
                    invocation.terminal.print(JSONWriter.pretty(answer))
                } else {
                    invocation.terminal.print(
                        answer["message"]?.string ?? (accepted ? "The key is accepted." : "Refused.")
                    )
                }
                return accepted ? .done : .needsPerson
            }
        }
    )

    static let connectionsRemove = Command(
        path: ["connections", "remove"],
        summary: "Forget a connection and its key",
        arguments: [.init(name: "ID", summary: "As `connections list` shows it")],
        options: CommonOptions.places,
        run: { invocation in
            try await invocation.withControl { control in
                _ = try await control.send(
                    "DELETE",
                    "/v1/connections/" + PercentEncoding.encode(invocation.arguments[0])
                )
                invocation.terminal.print("Removed \(invocation.arguments[0]).")
                return .done
            }
        }
    )
}
