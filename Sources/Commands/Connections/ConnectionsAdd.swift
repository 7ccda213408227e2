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
            """,
        run: { invocation in
            var fields = JSONObject()
            for pair in invocation.options["field"] ?? [] {
                let name = pair.prefix { $0 != "=" }
                guard name.count < pair.count else { throw CommandError.usage("--field takes NAME=VALUE") }
                fields[String(name)] = .string(String(pair.dropFirst(name.count + 1)))
            }
            var body: JSONValue = ["toolkit": .string(invocation.arguments[0]), "fields": .object(fields)]
            var secrets = JSONObject()
            if let key = try apiKey(invocation) { secrets["api_key"] = .string(key) }
            for pair in invocation.options["secret-env"] ?? [] {
                let name = pair.prefix { $0 != "=" }
                let variable = String(pair.dropFirst(name.count + 1))
                guard let secret = invocation.environment[variable], !secret.isEmpty else {
                    throw CommandError.usage("--secret-env takes FIELD=NAME with a variable that is set, not '\(pair)'")
                }
                secrets[String(name)] = .string(secret)
            }
            if !secrets.isEmpty { body["secrets"] = .object(secrets) }
            body["user"] = .string(try invocation.value("user") ?? invocation.configuration().defaultUser)
            if let label = invocation.value("label") { body["label"] = .string(label) }
            if let url = invocation.value("base-url") { body["base_url"] = .string(url) }
            if invocation.has("no-test") { body["test"] = false }
            let request = body
            return try await invocation.withControl { control in
                let connection = try await control.send("POST", "/v1/connections", body: request)
                let id = connection["id"]?.string ?? ""
                guard connection["state"]?.string == "active" else {
                    _ = try await control.send("DELETE", "/v1/connections/" + PercentEncoding.encode(id))
                    let reason = connection["message"]?.string ?? "it could not be tried"
                    throw CommandError("not connected: \(reason)", status: .needsPerson)
                }
                if invocation.json {
                    invocation.terminal.print(JSONWriter.pretty(connection))
                } else {
                    invocation.terminal.print("Connected \(invocation.arguments[0]) as \(id).")
                }
                return .done
            }
        }
    )

    private static func apiKey(_ invocation: Invocation) throws(CommandError) -> String? {
        if let name = invocation.value("api-key-env") {
            guard let key = invocation.environment[name], !key.isEmpty else {
                throw CommandError("the environment variable \(name) is not set; it should hold the key")
            }
            return key
        }
        guard invocation.has("api-key-stdin") else {
            guard invocation.terminal.canAsk else { return nil }
            return SecretPrompt.ask("API key (not shown): ")
        }
        guard let line = readLine(strippingNewline: true), !line.isEmpty else {
            throw CommandError("standard input held no key")
        }
        return line
    }
}
