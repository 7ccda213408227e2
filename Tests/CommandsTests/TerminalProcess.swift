import Basics
import Glibc

/// The real program on a terminal of its own, with a person who reads the screen and types.
final class TerminalProcess: Sendable {
    private struct Screen {
        var bytes: [UInt8] = []
        /// Where the part begins that no test has waited for.
        var position = 0
        var isOver = false
        var waiting: (text: [UInt8], continuation: CheckedContinuation<Bool, Never>)?
    }

    // From asm-generic/ioctls.h and spawn.h.
    private static let setLock: UInt = 0x4004_5431
    private static let getNumber: UInt = 0x8004_5430
    private static let newSession: Int16 = 0x80

    let id: pid_t
    private let terminal: Int32
    private let screen = Locked(Screen())

    /// Starts the program with words and nothing but these variables.
    init(_ words: [String], environment: [String: String]) throws {
        // What posix_openpt, unlockpt and ptsname do, which Glibc's module leaves out.
        let terminal = open("/dev/ptmx", O_RDWR | O_NOCTTY)
        var (lock, number): (Int32, UInt32) = (0, 0)
        guard terminal >= 0, ioctl(terminal, TerminalProcess.setLock, &lock) == 0,
            ioctl(terminal, TerminalProcess.getNumber, &number) == 0
        else { throw SystemError("open a terminal") }
        let name = "/dev/pts/\(number)"
        self.terminal = terminal
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        // The first terminal that the leader of a new session opens is its own.
        posix_spawn_file_actions_addopen(&actions, 0, name, O_RDWR, 0)
        posix_spawn_file_actions_adddup2(&actions, 0, 1)
        posix_spawn_file_actions_adddup2(&actions, 0, 2)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        posix_spawnattr_setflags(&attributes, TerminalProcess.newSession)
        var arguments = (["switchboard"] + words).map { strdup($0) }
        var variables = environment.map { strdup("\($0.key)=\($0.value)") }
        defer { for text in arguments + variables { free(text) } }
        arguments.append(nil)
        variables.append(nil)
        var id = pid_t()
        let failed = posix_spawn(&id, ChildProcess.binary, &actions, &attributes, arguments, variables)
        guard failed == 0 else { throw SystemError("start \(ChildProcess.binary)", code: failed) }
        self.id = id
        Thread.start(name: "read terminal") { [self] in
            var buffer = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = read(terminal, &buffer, buffer.count)
                if count < 0, errno == EINTR { continue }
                // The end of a terminal is an error on Linux.
                take(count > 0 ? buffer[..<count] : nil)
                guard count > 0 else { return }
            }
        }
    }

    /// Everything that was on the screen so far.
    var text: String { screen.withLock { String(decoding: $0.bytes, as: UTF8.self) } }

    /// Waits until text appears behind what was waited for before; false when the program ends without it.
    func shows(_ text: String) async -> Bool {
        await withCheckedContinuation { continuation in
            let answer: Bool? = screen.withLock { screen in
                if TerminalProcess.passes(Array(text.utf8), &screen) { return true }
                if screen.isOver { return false }
                screen.waiting = (Array(text.utf8), continuation)
                return nil
            }
            if let answer { continuation.resume(returning: answer) }
        }
    }

    /// Types a line.
    func type(_ line: String) {
        let bytes = Array((line + "\r").utf8)
        _ = write(terminal, bytes, bytes.count)
    }

    /// Waits for its end, and returns its exit status; nil when a signal ended it.
    func end() async -> Int32? {
        let status = await withCheckedContinuation { (continuation: CheckedContinuation<Int32, Never>) in
            Thread.start(name: "wait for child") { [id] in
                var status: Int32 = 0
                while waitpid(id, &status, 0) < 0, errno == EINTR {}
                continuation.resume(returning: status)
            }
        }
        close(terminal)
        return status & 0x7F == 0 ? status >> 8 & 0xFF : nil
    }

    private func take(_ bytes: ArraySlice<UInt8>?) {
        let answer = screen.withLock { screen -> (CheckedContinuation<Bool, Never>, Bool)? in
            if let bytes { screen.bytes += bytes } else { screen.isOver = true }
            guard let (text, continuation) = screen.waiting else { return nil }
            let isThere = TerminalProcess.passes(text, &screen)
            guard isThere || screen.isOver else { return nil }
            screen.waiting = nil
            return (continuation, isThere)
        }
        if let (continuation, isThere) = answer { continuation.resume(returning: isThere) }
    }

    private static func passes(_ text: [UInt8], _ screen: inout Screen) -> Bool {
        guard let range = screen.bytes[screen.position...].firstRange(of: text) else { return false }
        screen.position = range.upperBound
        return true
    }
}
