import Gateway
import HTTP
import JSON

extension Command {
    static let tokensCreate = Command(
        path: ["tokens", "create"],
        summary: "Make a token for the control API and for endpoints that ask for one",
        arguments: [.init(name: "NAME", summary: "What it is for")],
        options: [
            .init(name: "role", value: "ROLE", summary: "administrator (the default), recruiting-lead or member"),
            .init(name: "person", value: "NAME", summary: "Whose it is (default: you)"),
            .init(name: "expires", value: "TIME", summary: "When it stops to count (ISO 8601)"),
            CommonOptions.json,
        ] + CommonOptions.places,
        details: """
            The token is shown this once. Send it as Authorization: Bearer TOKEN, or as x-api-key.
            Example: switchboard tokens create ci --role member
            """,
        run: { invocation in
            var draft: JSONValue = ["name": .string(invocation.arguments[0])]
            if let role = invocation.value("role") { draft["role"] = .string(role) }
            if let person = invocation.value("person") { draft["person"] = .string(person) }
            if let time = invocation.value("expires") { draft["expires_at"] = .string(time) }
            let body = draft
            return try await invocation.withControl { control in
                let token = try await control.send("POST", "/v1/tokens", body: body)
                if invocation.json {
                    invocation.terminal.print(JSONWriter.pretty(token))
                } else {
                    invocation.terminal.print(token["token"]?.string ?? "")
                    let id = token["id"]?.string ?? ""
                    invocation.terminal.printError("Token \(id) counts from now. Keep it: it is not shown again.")
                }
                return .done
            }
        }
    )

    static let tokensList = Command(
        path: ["tokens", "list"],
        summary: "List the API tokens",
        options: [CommonOptions.json] + CommonOptions.places,
        run: { invocation in
            try await invocation.withControl { control in
                let answer = try await control.everyPage(of: "/v1/tokens", "tokens")
                if invocation.json {
                    invocation.terminal.print(JSONWriter.pretty(answer))
                    return .done
                }
                var table = Table("ID", "NAME", "PERSON", "ROLE", "ENDS WITH", "EXPIRES")
                for token in answer["tokens"]?.array ?? [] {
                    table.add(
                        token["id"]?.string ?? "",
                        token["name"]?.string ?? "",
                        token["person"]?.string ?? "",
                        token["role"]?.string ?? "",
                        token["hint"]?.string ?? "",
                        token["expires_at"]?.string ?? "never"
                    )
                }
                if table.isEmpty {
                    invocation.terminal.print("There is no token. `switchboard tokens create NAME` makes one.")
                } else {
                    invocation.terminal.write(table.text(for: invocation.terminal))
                }
                return .done
            }
        }
    )

    static let tokensRevoke = Command(
        path: ["tokens", "revoke"],
        summary: "Take an API token back, from now on",
        arguments: [.init(name: "ID", summary: "As `tokens list` shows it")],
        options: CommonOptions.places,
        run: { invocation in
            try await invocation.withControl { control in
                _ = try await control.send("DELETE", "/v1/tokens/" + PercentEncoding.encode(invocation.arguments[0]))
                invocation.terminal.print("Revoked \(invocation.arguments[0]).")
                return .done
            }
        }
    )
}
