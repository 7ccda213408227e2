import Gateway
import HTTP
import JSON

extension Command {
    static let peopleSignIn = Command(
        path: ["people", "sign-in"],
        summary: "Make a code that lets a person sign in to the pages once",
        arguments: [.init(name: "NAME", summary: "As `people list` shows it")],
        options: [CommonOptions.json] + CommonOptions.places,
        details: """
            The code is good for ten minutes. Whoever has it is that person, so give it to nobody else; an earlier code of
            theirs is void.
            """,
        run: { invocation in
            let target = personTarget(invocation) + "/code"
            return try await invocation.withControl { control in
                let answer = try await control.send("POST", target)
                if invocation.json {
                    invocation.terminal.print(JSONWriter.pretty(answer))
                    return .done
                }
                let name = answer["name"]?.string ?? ""
                invocation.terminal.print("Code for \(name): \(answer["code"]?.string ?? "")")
                if let url = answer["url"]?.string {
                    invocation.terminal.print("Within ten minutes, open \(url)")
                } else {
                    invocation.terminal.print("No server runs: start it with `switchboard serve` within ten minutes.")
                }
                return .done
            }
        }
    )

    static let peopleSignOut = Command(
        path: ["people", "sign-out"],
        summary: "End every session of a person",
        arguments: [.init(name: "NAME", summary: "As `people list` shows it")],
        options: [CommonOptions.json] + CommonOptions.places,
        run: { invocation in
            let target = personTarget(invocation) + "/sessions"
            return try await invocation.withControl { control in
                let answer = try await control.send("DELETE", target)
                if invocation.json {
                    invocation.terminal.print(JSONWriter.pretty(answer))
                } else {
                    let count = answer["ended"]?.integer ?? 0
                    invocation.terminal.print("Ended \(count) session\(count == 1 ? "" : "s").")
                }
                return .done
            }
        }
    )
}
