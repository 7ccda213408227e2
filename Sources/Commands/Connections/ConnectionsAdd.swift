import Gateway
import HTTP
import JSON

extension Command {
    static let connectionsAdd = Command(
        path: ["connections", "add"],
        summary: "Connect an account of yours at a toolkit",
        arguments: [.init(name: "TOOLKIT", summary: "Which system, as `toolkits list` names it")],
        options: [
            .init(name: "user", value: "NAME", summary: "Whose connection it is (default: you)"),
            .init(name: "label", value: "TEXT", summary: "What to call it, where there are several"),
            .init(name: "api-key-stdin", summary: "Read the key from standard input"),
            .init(name: "api-key-env", value: "NAME", summary: "Take the key from an environment variable"),
            .init(name: "client-id", value: "ID", summary: "OAuth: the client that you registered with the vendor"),
            .init(name: "client-secret-stdin", summary: "OAuth: read the client's secret from standard input"),
            .init(name: "client-secret-env", value: "NAME", summary: "OAuth: take it from an environment variable"),
            .init(
                name: "grant",
                value: "NAME",
                summary: "OAuth: authorization_code (in a browser) or client_credentials (without)"
            ),
            .init(name: "port", value: "N", summary: "OAuth: where the browser comes back to without a server (8484)"),
            .init(name: "field", value: "NAME=VALUE", summary: "Something else the toolkit asks for", mayRepeat: true),
            .init(
                name: "secret-env",
                value: "FIELD=NAME",
                summary: "Take another secret, such as webhook_secret, from an environment variable",
                mayRepeat: true
            ),
            .init(name: "base-url", value: "URL", summary: "Send requests here instead of the vendor's address"),
            .init(name: "no-test", summary: "Do not try the key first"),
            CommonOptions.json,
        ] + CommonOptions.places,
        details: """
            A key is never taken from the command line, where other users of the machine could read it.
            Example: switchboard connections add pinpoint --field subdomain=acme --api-key-stdin < key.txt
            With OAuth a URL is printed; open it in a browser, and the command waits until you come back.
            """,
        run: { invocation in
            let port = try invocation.integer("port", in: 0...65535) ?? 8484
            let adding = try AddedConnection(invocation)
            // Only a flow in a browser needs pages, and only the owner of the data knows what the toolkit needs.
            let isCode = try await adding.needsBrowser(invocation)
            if isCode { return try await invocation.withPages(port: port) { try await adding.authorize(with: $0) } }
            return try await invocation.withControl { try await adding.connect(with: $0) }
        }
    )
}

/// A connection that is being made on the command line.
private struct AddedConnection: Sendable {
    let invocation: Invocation
    let toolkit: String
    let body: JSONValue

    init(_ invocation: Invocation) throws {
        self.invocation = invocation
        toolkit = invocation.arguments[0]
        var fields = JSONObject()
        for pair in invocation.options["field"] ?? [] {
            let name = pair.prefix { $0 != "=" }
            guard name.count < pair.count else { throw CommandError.usage("--field takes NAME=VALUE") }
            fields[String(name)] = .string(String(pair.dropFirst(name.count + 1)))
        }
        if let client = invocation.value("client-id") { fields["client_id"] = .string(client) }
        var body: JSONValue = ["toolkit": .string(toolkit), "fields": .object(fields)]
        body["user"] = .string(try invocation.value("user") ?? invocation.configuration().defaultUser)
        if let label = invocation.value("label") { body["label"] = .string(label) }
        if let url = invocation.value("base-url") { body["base_url"] = .string(url) }
        if let grant = invocation.value("grant") { body["grant"] = .string(grant) }
        var secrets = JSONObject()
        for pair in invocation.options["secret-env"] ?? [] {
            let name = pair.prefix { $0 != "=" }
            let variable = String(pair.dropFirst(name.count + 1))
            guard let secret = invocation.environment[variable], !secret.isEmpty else {
                throw CommandError.usage("--secret-env takes FIELD=NAME with a variable that is set, not '\(pair)'")
            }
            secrets[String(name)] = .string(secret)
        }
        body["secrets"] = .object(secrets)
        self.body = body
    }

    /// Whether a person has to allow the connection in a browser.
    func needsBrowser(_ invocation: Invocation) async throws -> Bool {
        let result = Answer()
        _ = try await invocation.withControl { control in
            let scheme = try await self.scheme(control)
            let grant = self.body["grant"]?.string ?? scheme["grants"]?[0]?.string
            await result.set(scheme["grants"]?.array != nil && grant != "client_credentials")
            return .done
        }
        return await result.value
    }

    private actor Answer {
        var value = false
        func set(_ value: Bool) { self.value = value }
    }

    private func scheme(_ control: ControlClient) async throws -> JSONValue {
        try await control.send("GET", "/v1/connections/schemes/" + PercentEncoding.encode(toolkit))
    }

    /// Connects with a key, or with a client that acts for itself.
    func connect(with control: ControlClient) async throws -> ExitStatus {
        var body = body
        if try await scheme(control)["grants"]?.array != nil {
            if let secret = try secret("client-secret", asking: "Client secret (not shown): ") {
                body["secrets"]?["client_secret"] = .string(secret)
            }
        } else if let key = try secret("api-key", asking: "API key (not shown): ") {
            body["secrets"]?["api_key"] = .string(key)
        }
        if invocation.has("no-test") { body["test"] = false }
        let connection = try await control.send("POST", "/v1/connections", body: body)
        return try await end(connection, message: connection["message"]?.string, with: control)
    }

    /// Connects in a browser.
    func authorize(with control: ControlClient) async throws -> ExitStatus {
        var body = body
        // Public clients have none, so nobody is asked for one.
        if let secret = try secret("client-secret", asking: nil) {
            body["secrets"]?["client_secret"] = .string(secret)
        }
        let start = try await control.send("POST", "/v1/connections/authorize", body: body)
        let message = "Open this in a browser, to connect \(toolkit):"
        if invocation.json {
            invocation.terminal.printError(message + "\n" + (start["authorization_url"]?.string ?? ""))
        } else {
            invocation.terminal.print(message + "\n" + (start["authorization_url"]?.string ?? ""))
        }
        let target = "/v1/connections/authorize/" + PercentEncoding.encode(start["flow"]?.string ?? "")
        while true {
            let standing = try await control.send("GET", target)
            switch standing["status"]?.string {
            case "waiting": try await Task.sleep(for: .milliseconds(300))
            case "done":
                let connection = standing["connection"] ?? .null
                return try await end(connection, message: connection["problem"]?.string, with: control)
            default:
                let reason = standing["message"]?.string ?? "nobody came back"
                throw CommandError("not connected: \(reason)", status: .needsPerson)
            }
        }
    }

    private func end(
        _ connection: JSONValue,
        message: String?,
        with control: ControlClient
    ) async throws -> ExitStatus {
        let id = connection["id"]?.string ?? ""
        guard connection["state"]?.string == "active" else {
            _ = try await control.send("DELETE", "/v1/connections/" + PercentEncoding.encode(id))
            throw CommandError("not connected: \(message ?? "it could not be tried")", status: .needsPerson)
        }
        if invocation.json {
            invocation.terminal.print(JSONWriter.pretty(connection))
        } else {
            invocation.terminal.print("Connected \(toolkit) as \(id).")
        }
        return .done
    }

    /// A secret from where the options say; nil when they say nothing and nobody can be asked.
    private func secret(_ option: String, asking prompt: String?) throws(CommandError) -> String? {
        if let name = invocation.value(option + "-env") {
            guard let secret = invocation.environment[name], !secret.isEmpty else {
                throw CommandError("the environment variable \(name) is not set; it should hold the secret")
            }
            return secret
        }
        guard invocation.has(option + "-stdin") else {
            guard let prompt, invocation.terminal.canAsk else { return nil }
            return SecretPrompt.ask(prompt)
        }
        guard let line = readLine(strippingNewline: true), !line.isEmpty else {
            throw CommandError("standard input held no secret")
        }
        return line
    }
}
