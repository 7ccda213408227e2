import Basics

/// Finds the command that words ask for, and sorts the words into arguments and options.
struct ArgumentParser {
    /// What the words ask for.
    enum Request {
        case run(Command, arguments: [String], options: [String: [String]])
        /// The help of one command.
        case help(Command)
        /// The help of all commands whose path starts with these words.
        case overview([String])
    }

    let commands: [Command]

    /// Sorts the words that follow the program's name.
    ///
    /// - Throws: ``CommandError`` with status `wrongUsage`.
    func parse(_ words: [String]) throws(CommandError) -> Request {
        let plain = words.prefix { !$0.hasPrefix("-") }
        let wantsHelp = words.contains { $0 == "--help" || $0 == "-h" }
        if plain.first == "help" { return try help(Array(plain.dropFirst())) }
        let found = commands.filter { plain.starts(with: $0.path) }.max { $0.path.count < $1.path.count }
        guard let command = found else {
            if plain.isEmpty {
                if wantsHelp || words.isEmpty { return .overview([]) }
                if words == ["--version"] { return try parse(["version"]) }
                throw .usage("unknown option '\(words[0])'; `switchboard --help` lists the commands")
            }
            let group = commands.filter { $0.path.count > 1 && $0.path[0] == plain[0] }
            if !group.isEmpty {
                if wantsHelp || plain.count == 1 { return .overview([plain[0]]) }
                throw unknown(plain.prefix(2).joined(separator: " "), among: group.map(\.name))
            }
            throw unknown(plain[0], among: commands.map { $0.path[0] })
        }
        if wantsHelp { return .help(command) }
        return try sort(Array(words.dropFirst(command.path.count)), for: command)
    }

    private func help(_ path: [String]) throws(CommandError) -> Request {
        if let command = commands.first(where: { $0.path == path }) { return .help(command) }
        if path.isEmpty || commands.contains(where: { $0.path.starts(with: path) }) { return .overview(path) }
        throw unknown(path.joined(separator: " "), among: commands.map(\.name))
    }

    private func unknown(_ name: String, among names: [String]) -> CommandError {
        let nearest = Similarity.nearest(to: name, among: Array(Set(names)), limit: 1).first
        let hint = nearest.map { "did you mean `switchboard \($0)`?" } ?? "`switchboard --help` lists them"
        return .usage("there is no command '\(name)'; \(hint)")
    }

    private func sort(_ words: [String], for command: Command) throws(CommandError) -> Request {
        var arguments: [String] = []
        var options: [String: [String]] = [:]
        var index = 0
        var onlyArguments = false
        while index < words.count {
            let word = words[index]
            index += 1
            guard !onlyArguments, word.hasPrefix("-"), word.count > 1 else {
                arguments.append(word)
                continue
            }
            if word == "--" {
                onlyArguments = true
                continue
            }
            let body = word.drop { $0 == "-" }
            let name = String(body.prefix { $0 != "=" })
            let inline = body.count > name.count ? String(body.dropFirst(name.count + 1)) : nil
            guard word.hasPrefix("--"), let option = command.options.first(where: { $0.name == name }) else {
                let nearest = Similarity.nearest(to: name, among: command.options.map(\.name), limit: 1).first
                let hint = nearest.map { "; did you mean --\($0)?" } ?? ""
                throw .usage("`switchboard \(command.name)` has no option '\(word)'\(hint)")
            }
            if option.value == nil {
                guard inline == nil else { throw .usage("--\(name) takes no value") }
                options[name, default: []].append("")
            } else if let inline {
                options[name, default: []].append(inline)
            } else {
                guard index < words.count else {
                    throw .usage("--\(name) needs a value: --\(name) \(option.value ?? "")")
                }
                options[name, default: []].append(words[index])
                index += 1
            }
            if !option.mayRepeat, options[name, default: []].count > 1 { throw .usage("--\(name) was given twice") }
        }
        let required = command.arguments.filter(\.isRequired)
        if arguments.count < required.count {
            throw .usage("`switchboard \(command.name)` needs \(required[arguments.count].name); see --help")
        }
        if arguments.count > command.arguments.count, command.arguments.last?.isRest != true {
            throw .usage("'\(arguments[command.arguments.count])' is one argument too many; see --help")
        }
        return .run(command, arguments: arguments, options: options)
    }
}
