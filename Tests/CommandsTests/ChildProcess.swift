import Basics
import Glibc

/// The real program as a process of its own, which a test may kill.
final class ChildProcess: Sendable {
    /// How a process ended.
    enum End: Equatable {
        case exited(Int32)
        case killed
    }

    let id: pid_t
    private let isReaped = Locked(false)

    /// The program: the one that `SWITCHBOARD_KILL_PROGRAM` names, or the one beside the tests.
    static let binary: String = {
        if let named = getenv("SWITCHBOARD_KILL_PROGRAM") { return String(cString: named) }
        var path = [CChar](repeating: 0, count: 4096)
        let length = readlink("/proc/self/exe", &path, path.count - 1)
        let own = String(decoding: path.prefix(max(0, length)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
        return own.split(separator: "/").dropLast().reduce("") { $0 + "/" + $1 } + "/switchboard"
    }()

    /// Starts the program with words and nothing but these variables; what it prints is dropped.
    ///
    /// - Parameter prefix: A command that starts the program in its own place, with the path of that command.
    init(_ words: [String], environment: [String: String], through prefix: [String] = []) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addopen(
            &actions,
            2,
            environment["CHILD_LOG"] ?? "/dev/null",
            O_WRONLY | O_CREAT | O_APPEND,
            0o600
        )
        var arguments = (prefix + [ChildProcess.binary] + words).map { strdup($0) }
        var variables = environment.map { strdup("\($0.key)=\($0.value)") }
        defer { for text in arguments + variables { free(text) } }
        arguments.append(nil)
        variables.append(nil)
        var id = pid_t()
        let failed = posix_spawn(&id, prefix.first ?? ChildProcess.binary, &actions, nil, arguments, variables)
        guard failed == 0 else { throw SystemError("start \(ChildProcess.binary)", code: failed) }
        self.id = id
    }

    /// Kills it, unless it has been waited for: its number may be another process's by then.
    func kill() {
        isReaped.withLock { if !$0 { _ = Glibc.kill(id, SIGKILL) } }
    }

    /// Waits for its end without holding up a thread that tasks need.
    func end() async -> End {
        await withCheckedContinuation { continuation in
            Thread.start(name: "wait for child") { [self] in
                var info = siginfo_t()
                while waitid(P_PID, id_t(id), &info, WEXITED | WNOWAIT) < 0, errno == EINTR {}
                var status: Int32 = 0
                isReaped.withLock { isReaped in
                    while waitpid(id, &status, 0) < 0, errno == EINTR {}
                    isReaped = true
                }
                let signal = status & 0x7F
                continuation.resume(returning: signal == 0 ? .exited(status >> 8 & 0xFF) : .killed)
            }
        }
    }
}
