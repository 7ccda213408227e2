/// Completion scripts for shells, made from the commands.
enum Completions {
    static let shells = ["bash", "zsh", "fish"]

    /// The script for one of ``shells``; nil for another name.
    static func script(for shell: String, commands: [Command]) -> String? {
        let shown = commands.filter { !$0.isHidden }
        switch shell {
        case "bash": return bash(shown)
        case "zsh": return "#compdef switchboard\nautoload -U +X bashcompinit && bashcompinit\n" + bash(shown)
        case "fish": return fish(shown)
        default: return nil
        }
    }

    private static func bash(_ commands: [Command]) -> String {
        var cases = ""
        for command in commands {
            let words = command.options.map { "--" + $0.name } + ["--help"]
            cases += "        \"\(command.name)\"*) words=\"\(words.joined(separator: " "))\" ;;\n"
        }
        for (noun, verbs) in groups(commands) {
            cases += "        \"\(noun) \"*|\"\(noun)\") words=\"\(verbs.joined(separator: " "))\" ;;\n"
        }
        let first = unique(commands.map { $0.path[0] }).joined(separator: " ")
        return """
            _switchboard() {
                local current="${COMP_WORDS[COMP_CWORD]}" line words
                line="${COMP_WORDS[*]:1:COMP_CWORD-1}"
                case "$line" in
                    "") words="\(first)" ;;
            \(cases)        *) words="--help" ;;
                esac
                COMPREPLY=($(compgen -W "$words" -- "$current"))
            }
            complete -o default -F _switchboard switchboard

            """
    }

    private static func fish(_ commands: [Command]) -> String {
        var script = "complete -c switchboard -f\n"
        for command in commands where command.path.count == 1 {
            script +=
                "complete -c switchboard -n __fish_use_subcommand -a \(command.path[0]) -d \(quoted(command.summary))\n"
        }
        for (noun, verbs) in groups(commands) {
            script += "complete -c switchboard -n __fish_use_subcommand -a \(noun)\n"
            script +=
                "complete -c switchboard -n '__fish_seen_subcommand_from \(noun)' -a '\(verbs.joined(separator: " "))'\n"
        }
        for command in commands {
            for option in command.options {
                let needsValue = option.value == nil ? "" : " -r"
                script +=
                    "complete -c switchboard -n '__fish_seen_subcommand_from \(command.path[command.path.count - 1])' "
                    + "-l \(option.name)\(needsValue) -d \(quoted(option.summary))\n"
            }
        }
        return script
    }

    private static func groups(_ commands: [Command]) -> [(String, [String])] {
        let nouns = unique(commands.filter { $0.path.count > 1 }.map { $0.path[0] })
        return nouns.map { noun in
            (noun, commands.filter { $0.path.count > 1 && $0.path[0] == noun }.map { $0.path[1] })
        }
    }

    private static func unique(_ names: [String]) -> [String] {
        var seen: Set<String> = []
        return names.filter { seen.insert($0).inserted }
    }

    private static func quoted(_ text: String) -> String {
        "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "\\'") + "'"
    }
}
