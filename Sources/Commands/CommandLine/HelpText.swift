/// The help, made from the commands themselves, so that it cannot say anything else than the parser does.
enum HelpText {
    /// The list of commands, or of those below a noun.
    static func overview(_ commands: [Command], below path: [String]) -> String {
        let shown = commands.filter { !$0.isHidden && $0.path.starts(with: path) }
        let width = (shown.map(\.name.count).max() ?? 0) + 2
        var text = ""
        if path.isEmpty {
            text += """
                Switchboard lets agents work in applicant tracking systems: it finds the right tool at run time, makes sure
                that an account is connected, runs it, and writes down what happened.

                Usage: switchboard COMMAND [ARGUMENTS] [--OPTIONS]


                """
        } else {
            text += "Usage: switchboard \(path.joined(separator: " ")) COMMAND\n\n"
        }
        text += "Commands:\n"
        for command in shown {
            text += "  " + command.name.padded(to: width) + command.summary + "\n"
        }
        text += "\n`switchboard COMMAND --help` explains one of them."
        if path.isEmpty { text += " New here? `switchboard demo` shows the whole on simulated data." }
        return text + "\n"
    }

    /// What one command does, takes and means.
    static func text(of command: Command) -> String {
        var usage = "Usage: switchboard \(command.name)"
        for argument in command.arguments {
            let name = argument.name + (argument.isRest ? " …" : "")
            usage += argument.isRequired ? " \(name)" : " [\(name)]"
        }
        if !command.options.isEmpty { usage += " [OPTIONS]" }
        var text = command.summary + ".\n\n" + usage + "\n"
        if !command.arguments.isEmpty {
            text += "\nArguments:\n"
            let width = (command.arguments.map(\.name.count).max() ?? 0) + 2
            for argument in command.arguments {
                text += "  " + argument.name.padded(to: width) + argument.summary + "\n"
            }
        }
        if !command.options.isEmpty {
            text += "\nOptions:\n"
            let names = command.options.map { "--" + $0.name + ($0.value.map { " " + $0 } ?? "") }
            let width = (names.map(\.count).max() ?? 0) + 2
            for (name, option) in zip(names, command.options) {
                text += "  " + name.padded(to: width) + option.summary + "\n"
            }
        }
        if !command.details.isEmpty { text += "\n" + command.details + "\n" }
        return text
    }
}

extension String {
    /// The text with spaces up to a width; counts characters, which is near enough for what we print.
    func padded(to width: Int) -> String {
        self + String(repeating: " ", count: max(0, width - count))
    }
}
