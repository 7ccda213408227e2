import Gateway

/// Commands of the program that can be given in a chat, behind a slash.
package enum ChatCommands {
    private static let commands: [Command] = [
        .run, .runsList, .runsShow, .runsApprove, .runsReject, .runsPause, .runsResume, .runsCancel, .runsRedrive,
        .runsExport, .workflowsList, .workflowsExplain, .approvalsList, .approvalsShow,
    ]
    private static let verbs: Set<String> = [
        "show", "approve", "reject", "pause", "resume", "cancel", "redrive", "export",
    ]

    /// The words of the command that a line means; nil when it means none.
    package static func words(of line: String) -> [String]? {
        var words = split(String(line.dropFirst()))
        guard let first = words.first?.lowercased() else { return nil }
        words.removeFirst()
        switch first {
        case "run": return ["run"] + words
        case "runs", "workflows", "approvals": return [first] + (words.isEmpty ? ["list"] : words)
        case let verb where verbs.contains(verb): return ["runs", verb] + words
        default: return nil
        }
    }

    /// Runs a command where the chat is: the same data folder, the same home folder, the sandbox or not.
    static func run(_ words: [String], in chat: Invocation) async {
        let terminal = chat.terminal
        do {
            switch try ArgumentParser(commands: commands).parse(words) {
            case .overview(let path): terminal.write(HelpText.overview(commands, below: path))
            case .help(let command): terminal.write(HelpText.text(of: command))
            case .run(let command, let arguments, let options):
                var invocation = chat
                invocation.arguments = arguments
                let places = chat.options.filter { place in CommonOptions.places.contains { $0.name == place.key } }
                invocation.options = places.merging(options) { old, _ in old }
                _ = try await command.run(invocation)
            }
        } catch is CancellationError {
            terminal.print(terminal.dim("The run goes on; /runs shows how it is going."))
        } catch {
            terminal.printError(Terminal.harmless("\(error)"))
        }
    }

    /// The words of a line, as a shell would see them: quotes keep spaces, a backslash keeps what follows it.
    static func split(_ line: String) -> [String] {
        var words: [String] = []
        var word = ""
        var hasWord = false
        var quote: Character?
        var isEscaped = false
        for character in line {
            if isEscaped {
                word.append(character)
                isEscaped = false
            } else if character == "\\", quote != "'" {
                isEscaped = true
                hasWord = true
            } else if let open = quote {
                if character == open { quote = nil } else { word.append(character) }
            } else if character == "\"" || character == "'" {
                quote = character
                hasWord = true
            } else if character.isWhitespace {
                if hasWord { words.append(word) }
                word = ""
                hasWord = false
            } else {
                word.append(character)
                hasWord = true
            }
        }
        if hasWord { words.append(word) }
        return words
    }
}
