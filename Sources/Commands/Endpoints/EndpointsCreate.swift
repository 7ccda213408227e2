import Gateway
import HTTP
import JSON

extension Command {
    static let endpointsCreate = Command(
        path: ["endpoints", "create"],
        summary: "Open an MCP URL with a policy of its own",
        options: EndpointArguments.all(creating: true) + [CommonOptions.json] + CommonOptions.places,
        details: """
            The URL holds the endpoint's secret and is shown this once.
            Example: switchboard endpoints create --name sourcing --toolkits pinpoint --methods read
            """,
        run: { invocation in
            var draft = try EndpointArguments.body(of: invocation)
            guard draft["name"] != nil else { throw CommandError.usage("an endpoint needs a name: --name NAME") }
            draft["user"] = try draft["user"] ?? .string(invocation.configuration().defaultUser)
            let body = draft
            return try await invocation.withControl { control in
                let endpoint = try await control.send("POST", "/v1/endpoints", body: body)
                if invocation.json {
                    invocation.terminal.print(JSONWriter.pretty(endpoint))
                } else {
                    invocation.terminal.print(endpoint["url"]?.string ?? "")
                    let id = endpoint["id"]?.string ?? ""
                    invocation.terminal.printError("Endpoint \(id) is open. Keep the URL: it is not shown again.")
                }
                return .done
            }
        }
    )

    static let endpointsUpdate = Command(
        path: ["endpoints", "update"],
        summary: "Change what an endpoint allows",
        arguments: [.init(name: "ID", summary: "As `endpoints list` shows it")],
        options: EndpointArguments.all(creating: false) + [CommonOptions.json] + CommonOptions.places,
        run: { invocation in
            let body = try EndpointArguments.body(of: invocation)
            return try await invocation.withControl { control in
                let target = "/v1/endpoints/" + PercentEncoding.encode(invocation.arguments[0])
                let current = try await control.send("GET", target)
                var change = body
                if let version = current["version"] { change["version"] = version }
                let endpoint = try await control.send("PATCH", target, body: change)
                invocation.terminal.print(
                    invocation.json ? JSONWriter.pretty(endpoint) : "Changed \(invocation.arguments[0])."
                )
                return .done
            }
        }
    )
}

/// What an endpoint's policy is made of, as options.
enum EndpointArguments {
    static func all(creating: Bool) -> [Command.Option] {
        var options: [Command.Option] = [
            .init(name: "name", value: "NAME", summary: "What to call it"),
            .init(name: "toolkits", value: "A,B", summary: "Only tools of these toolkits", mayRepeat: true),
            .init(name: "methods", value: "read,write", summary: "Only reads, or writes too", mayRepeat: true),
            .init(name: "tags", value: "T,U", summary: "Only tools with one of these tags", mayRepeat: true),
            .init(name: "tools", value: "NAMES", summary: "Only these tools", mayRepeat: true),
            .init(
                name: "approvals",
                value: "RULES",
                summary: "What a person must approve: write, destroy=refuse, tag:offers, batch:20, client…",
                mayRepeat: true
            ),
            .init(
                name: "connection",
                value: "TOOLKIT=ID",
                summary: "The account to use; more than one and each call says which",
                mayRepeat: true
            ),
            .init(name: "rate-limit", value: "CALLS/SECONDS", summary: "The most calls in so many seconds, or none"),
            .init(name: "require-api-token", summary: "Ask for an API token besides the URL"),
            .init(name: "expires", value: "TIME", summary: "When it closes by itself (ISO 8601)"),
        ]
        if !creating {
            options.append(.init(name: "no-require-api-token", summary: "The URL alone is enough again"))
        }
        if creating {
            options.append(.init(name: "user", value: "NAME", summary: "Whose connections it uses (default: you)"))
            options.append(
                .init(
                    name: "mode",
                    value: "direct|meta",
                    summary: "List every tool, or the meta-tools (default: direct)"
                )
            )
        }
        return options
    }

    static func body(of invocation: Invocation) throws(CommandError) -> JSONValue {
        var body = JSONObject()
        for name in ["name", "user", "mode"] {
            if let value = invocation.value(name) { body[name] = .string(value) }
        }
        for name in ["toolkits", "methods", "tags", "tools", "approvals"] {
            if let list = invocation.list(name) { body[name] = .array(list.map { .string($0) }) }
        }
        if let time = invocation.value("expires") { body["expires_at"] = .string(time) }
        if invocation.has("require-api-token") { body["require_api_token_auth"] = true }
        if invocation.has("no-require-api-token") { body["require_api_token_auth"] = false }
        if let text = invocation.value("rate-limit") { body["rate_limit"] = try rateLimit(text) }
        if let pairs = invocation.options["connection"] { body["connections"] = .object(try connections(pairs)) }
        return .object(body)
    }

    private static func rateLimit(_ text: String) throws(CommandError) -> JSONValue {
        if text == "none" { return .null }
        let parts = text.split(separator: "/").map { Int($0) }
        guard parts.count == 2, let calls = parts[0], let seconds = parts[1] else {
            throw .usage("--rate-limit takes CALLS/SECONDS such as 60/60, or none, not '\(text)'")
        }
        return ["calls": .integer(calls), "seconds": .integer(seconds)]
    }

    private static func connections(_ pairs: [String]) throws(CommandError) -> JSONObject {
        var connections = JSONObject()
        for pair in pairs {
            let toolkit = String(pair.prefix { $0 != "=" })
            let id = pair.dropFirst(toolkit.count + 1)
            guard !toolkit.isEmpty, !id.isEmpty else { throw .usage("--connection takes TOOLKIT=ID, not '\(pair)'") }
            connections[toolkit] = .array((connections[toolkit]?.array ?? []) + [.string(String(id))])
        }
        return connections
    }
}
