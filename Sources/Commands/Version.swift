import Gateway
import JSON

extension Command {
    static let version = Command(
        path: ["version"],
        summary: "Print the version",
        options: [CommonOptions.json],
        run: { invocation in
            let version = Configuration.version
            invocation.terminal.print(
                invocation.json ? JSONWriter.pretty(["version": .string(version)]) : "switchboard \(version)"
            )
            return .done
        }
    )

    static let completions = Command(
        path: ["completions"],
        summary: "Print a completion script for a shell",
        arguments: [.init(name: "SHELL", summary: "bash, zsh or fish")],
        details: "Example: switchboard completions bash > /etc/bash_completion.d/switchboard",
        run: { invocation in
            guard let script = Completions.script(for: invocation.arguments[0], commands: Program.commands) else {
                throw CommandError.usage("SHELL is one of \(Completions.shells.joined(separator: ", "))")
            }
            invocation.terminal.write(script)
            return .done
        }
    )
}
