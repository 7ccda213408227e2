import Gateway
import HTTP
import JSON

extension Command {
    static let peopleList = Command(
        path: ["people", "list"],
        summary: "List who may sign in",
        options: [CommonOptions.json] + CommonOptions.places,
        run: { invocation in
            try await invocation.withControl { control in
                let answer = try await control.send("GET", "/v1/people")
                if invocation.json {
                    invocation.terminal.print(JSONWriter.pretty(answer))
                    return .done
                }
                var table = Table("NAME", "ROLE", "EMAIL", "SINCE")
                for person in answer["people"]?.array ?? [] {
                    table.add(
                        person["name"]?.string ?? "",
                        person["role"]?.string ?? "",
                        person["email"]?.string ?? "",
                        String((person["created_at"]?.string ?? "").prefix(10))
                    )
                }
                if table.isEmpty {
                    invocation.terminal.print("Nobody may sign in yet. `switchboard people add NAME` adds somebody.")
                } else {
                    invocation.terminal.write(table.text(for: invocation.terminal))
                }
                return .done
            }
        }
    )

    static let peopleRemove = Command(
        path: ["people", "remove"],
        summary: "Remove a person and end their sessions",
        arguments: [.init(name: "NAME", summary: "As `people list` shows it")],
        options: CommonOptions.places,
        details:
            "Connections and endpoints of that user stay; `connections remove` and `endpoints delete` remove those.",
        run: { invocation in
            let target = personTarget(invocation)
            let name = invocation.arguments[0]
            return try await invocation.withControl { control in
                _ = try await control.send("DELETE", target)
                let query = "?user=" + PercentEncoding.encode(name)
                let left = try await control.send("GET", "/v1/connections" + query)["connections"]?.array?.count ?? 0
                invocation.terminal.print("Removed \(name).")
                if left > 0 {
                    let noun = left == 1 ? "connection of theirs stays" : "connections of theirs stay"
                    invocation.terminal.print("\(left) \(noun): switchboard connections list --user \(name)")
                }
                return .done
            }
        }
    )
}
