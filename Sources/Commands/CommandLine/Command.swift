/// One command of the program, as data: the parser, the help and the shell completions all read it.
struct Command: Sendable {
    /// Something that is given without a name.
    struct Argument: Sendable {
        var name: String
        var summary: String
        var isRequired = true
        /// Takes everything that is left.
        var isRest = false
    }

    /// Something that is given with `--name`.
    struct Option: Sendable {
        var name: String
        /// What stands for the value in the help; nil for a switch.
        var value: String?
        var summary: String
        var mayRepeat = false
    }

    /// The words that call it, such as `tools search`.
    var path: [String]
    var summary: String
    var arguments: [Argument] = []
    var options: [Option] = []
    /// What the help says below the lists; examples for the most part.
    var details = ""
    /// Kept out of the list of commands.
    var isHidden = false
    var run: @Sendable (Invocation) async throws -> ExitStatus

    var name: String { path.joined(separator: " ") }
}

/// How the program ends.
package enum ExitStatus: Int32, Sendable {
    case done = 0
    case failed = 1
    case wrongUsage = 2
    /// An approval or a connection is missing, which only a person can give.
    case needsPerson = 3
    case interrupted = 130
}

/// Why a command could not do what it was asked to.
struct CommandError: Error, CustomStringConvertible {
    /// What happened, to what, and what to do next; one line.
    var message: String
    var status: ExitStatus

    init(_ message: String, status: ExitStatus = .failed) {
        self.message = message
        self.status = status
    }

    static func usage(_ message: String) -> CommandError { CommandError(message, status: .wrongUsage) }

    var description: String { message }
}
