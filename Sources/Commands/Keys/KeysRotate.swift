import Gateway
import JSON

extension Command {
    static let keysRotate = Command(
        path: ["keys", "rotate"],
        summary: "Change the key that secrets are kept under",
        options: [CommonOptions.json] + CommonOptions.places,
        details: """
            A new key is written to the data folder; everything that the old one protected is protected by the new one, and
            the old one is forgotten. Broken off at any point, it goes on with the next start. Copies of the data folder
            that were made before still need the old key.
            With the key in SWITCHBOARD_KEY: set SWITCHBOARD_KEY_PREVIOUS to it and SWITCHBOARD_KEY to a new one, and start
            once.
            """,
        run: { invocation in
            try await invocation.withControl { control in
                let answer = try await control.send("POST", "/v1/keys/rotate")
                let unreadable = answer["connections_unreadable"]?.array?.compactMap(\.string) ?? []
                if invocation.json {
                    invocation.terminal.print(JSONWriter.pretty(answer))
                } else {
                    let count = answer["connections_resealed"]?.integer ?? 0
                    invocation.terminal.print("The key was changed; \(count) connections were sealed anew.")
                    for id in unreadable {
                        invocation.terminal.printError(
                            "connection \(id) cannot be opened; remove it with: switchboard connections remove \(id)"
                        )
                    }
                }
                return unreadable.isEmpty ? .done : .failed
            }
        }
    )
}
