import Basics
import Commands
import Gateway
import Glibc

/// Runs the program's commands in this process, in a data folder of their own.
struct ProgramRun {
    /// What a command printed, and how it ended.
    struct Output: Equatable {
        var status: ExitStatus
        var out: String
        var err: String
    }

    /// The folder that holds toolkits/ and agents/: this repository.
    static let home = String(#filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 })

    let folder: String
    var home = ProgramRun.home
    var variables: [String: String] = [:]

    /// A fresh data folder; to be removed with ``remove()``.
    init() {
        folder = "/tmp/" + Identifier.make("switchboard-test")
        mkdir(folder, 0o700)
    }

    /// The configuration that commands run with, for an application beside them.
    func configuration(isSandbox: Bool = false) throws -> Configuration {
        try Configuration.make(
            environment: ["SWITCHBOARD_HOME": home, "SWITCHBOARD_DATA": folder + "/data", "USER": "tester"],
            home: nil,
            data: nil,
            isSandbox: isSandbox,
            log: .none
        )
    }

    /// Runs a command with words separated by spaces, and more words as they are.
    func run(_ words: String, _ more: String...) async -> Output {
        await run(all: words.split(separator: " ").map(String.init) + more)
    }

    /// Runs a command with words as they are.
    func run(all: [String]) async -> Output {
        let printed = Locked(Output(status: .done, out: "", err: ""))
        let terminal = Terminal(
            output: { text in printed.withLock { $0.out += text } },
            error: { text in printed.withLock { $0.err += text } }
        )
        var environment = ["SWITCHBOARD_HOME": home, "SWITCHBOARD_DATA": folder + "/data", "USER": "tester"]
        environment.merge(variables) { _, new in new }
        let status = await Program.run(all, environment: environment, terminal: terminal)
        var output = printed.withLock { $0 }
        output.status = status
        return output
    }

    /// Writes a file into the folder and returns its path.
    func write(_ text: String, to name: String) throws -> String {
        let path = folder + "/" + name
        try TextFile.write(Array(text.utf8), to: path)
        return path
    }

    func remove() { TextFile.removeFolder(folder) }
}
