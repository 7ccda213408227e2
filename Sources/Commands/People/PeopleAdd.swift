import Gateway
import HTTP
import JSON

extension Command {
    static let peopleAdd = Command(
        path: ["people", "add"],
        summary: "Add somebody who may sign in to the pages",
        arguments: [.init(name: "NAME", summary: "Their name; the user whose connections are theirs")],
        options: [
            .init(name: "role", value: "ROLE", summary: "member (the default), recruiting-lead or administrator"),
            .init(name: "email", value: "ADDRESS", summary: "How an identity provider knows them"), CommonOptions.json,
        ] + CommonOptions.places,
        details: """
            A member connects accounts of their own; a recruiting lead also decides about approvals; an administrator also
            changes endpoints and people. Then: switchboard people sign-in NAME
            """,
        run: { invocation in
            var body: JSONObject = ["name": .string(invocation.arguments[0])]
            if let role = invocation.value("role") { body["role"] = .string(role) }
            if let email = invocation.value("email") { body["email"] = .string(email) }
            let request = JSONValue.object(body)
            return try await invocation.withControl { control in
                let person = try await control.send("POST", "/v1/people", body: request)
                if invocation.json {
                    invocation.terminal.print(JSONWriter.pretty(person))
                } else {
                    let name = person["name"]?.string ?? ""
                    invocation.terminal.print("Added \(name) as \(person["role"]?.string ?? "member").")
                    invocation.terminal.print("Let them in with: switchboard people sign-in \(name)")
                }
                return .done
            }
        }
    )

    static let peopleUpdate = Command(
        path: ["people", "update"],
        summary: "Give a person another role",
        arguments: [.init(name: "NAME", summary: "As `people list` shows it")],
        options: [
            .init(name: "role", value: "ROLE", summary: "member, recruiting-lead or administrator"), CommonOptions.json,
        ] + CommonOptions.places,
        run: { invocation in
            guard let role = invocation.value("role") else { throw CommandError.usage("say which: --role ROLE") }
            let target = personTarget(invocation)
            return try await invocation.withControl { control in
                let person = try await control.send("PATCH", target, body: ["role": .string(role)])
                if invocation.json {
                    invocation.terminal.print(JSONWriter.pretty(person))
                } else {
                    invocation.terminal.print(
                        "\(person["name"]?.string ?? "") is \(person["role"]?.string ?? "") from now on."
                    )
                }
                return .done
            }
        }
    )

    static func personTarget(_ invocation: Invocation) -> String {
        "/v1/people/" + PercentEncoding.encode(invocation.arguments[0])
    }
}
