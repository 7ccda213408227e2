import Gateway
import HTTP
import JSON

extension Command {
    static let connectionsLink = Command(
        path: ["connections", "link"],
        summary: "Make a link by which a person connects an account themselves",
        arguments: [.init(name: "TOOLKIT", summary: "Which system, as `toolkits list` names it")],
        options: [
            .init(name: "user", value: "NAME", summary: "Who it is for (default: you); nobody else can use it"),
            .init(name: "label", value: "TEXT", summary: "What to call the connection, where there are several"),
            .init(name: "base-url", value: "URL", summary: "A simulator of this machine instead of the vendor"),
            CommonOptions.json,
        ] + CommonOptions.places,
        details: "It needs a running server, works once and for ten minutes. Its user must be among `people list`.",
        run: { invocation in
            var body: JSONObject = ["toolkit": .string(invocation.arguments[0])]
            body["user"] = .string(try invocation.value("user") ?? invocation.configuration().defaultUser)
            if let label = invocation.value("label") { body["label"] = .string(label) }
            if let url = invocation.value("base-url") { body["base_url"] = .string(url) }
            let request = JSONValue.object(body)
            return try await invocation.withControl { control in
                let link = try await control.send("POST", "/v1/connect-links", body: request)
                invocation.terminal.print(invocation.json ? JSONWriter.pretty(link) : link["url"]?.string ?? "")
                return .done
            }
        }
    )
}
