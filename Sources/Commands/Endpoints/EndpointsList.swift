import Gateway
import HTTP
import JSON

extension Command {
    static let endpointsList = Command(
        path: ["endpoints", "list"],
        summary: "List the endpoints",
        options: [CommonOptions.json] + CommonOptions.places,
        run: { invocation in
            try await invocation.withControl { control in
                let answer = try await control.everyPage(of: "/v1/endpoints", "endpoints")
                if invocation.json {
                    invocation.terminal.print(JSONWriter.pretty(answer))
                    return .done
                }
                var table = Table("ID", "NAME", "MODE", "USER", "TOOLKITS", "METHODS", "EXPIRES")
                for endpoint in answer["endpoints"]?.array ?? [] {
                    table.add(
                        endpoint["id"]?.string ?? "",
                        endpoint["name"]?.string ?? "",
                        endpoint["mode"]?.string ?? "",
                        endpoint["user"]?.string ?? "",
                        words(endpoint["toolkits"]),
                        words(endpoint["methods"]),
                        endpoint["expires_at"]?.string ?? "never"
                    )
                }
                if table.isEmpty {
                    invocation.terminal.print(
                        "No endpoint is open. `switchboard endpoints create --name NAME` opens one."
                    )
                } else {
                    invocation.terminal.write(table.text(for: invocation.terminal))
                }
                return .done
            }
        }
    )

    static let endpointsShow = Command(
        path: ["endpoints", "show"],
        summary: "Show an endpoint and its policy",
        arguments: [.init(name: "ID", summary: "As `endpoints list` shows it")],
        options: [CommonOptions.json] + CommonOptions.places,
        run: { invocation in
            try await invocation.withControl { control in
                let target = "/v1/endpoints/" + PercentEncoding.encode(invocation.arguments[0])
                invocation.terminal.print(JSONWriter.pretty(try await control.send("GET", target)))
                return .done
            }
        }
    )

    static let endpointsDelete = Command(
        path: ["endpoints", "delete"],
        summary: "Close an endpoint for good",
        arguments: [.init(name: "ID", summary: "As `endpoints list` shows it")],
        options: CommonOptions.places,
        run: { invocation in
            try await invocation.withControl { control in
                _ = try await control.send("DELETE", "/v1/endpoints/" + PercentEncoding.encode(invocation.arguments[0]))
                invocation.terminal.print("Closed \(invocation.arguments[0]).")
                return .done
            }
        }
    )

    private static func words(_ value: JSONValue?) -> String {
        value?.array.map { $0.compactMap(\.string).joined(separator: ",") } ?? "all"
    }
}
