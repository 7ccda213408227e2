import Basics
import Glibc

/// What Ctrl-C and a request to end mean at the moment.
///
/// Without a handler they end the process with status 130, as a shell expects; a command that can do better takes over.
enum Interrupts {
    private static let handler = Locked<(@Sendable (Int32) -> Void)?>(nil)

    /// Starts listening; called once, before any other thread exists.
    static func install() {
        Signals.install([SIGINT, SIGTERM]) { signal in
            if let handler = handler.withLock({ $0 }) { handler(signal) } else { exit(ExitStatus.interrupted.rawValue) }
        }
    }

    /// Sets what happens from now on; nil ends the process.
    static func handle(_ new: (@Sendable (Int32) -> Void)?) {
        handler.withLock { $0 = new }
    }

    /// Waits until a signal comes.
    static func next() async -> Int32 {
        let channel = BoundedChannel<Int32>(capacity: 4)
        handle { signal in Task { _ = await channel.send(signal) } }
        defer { handle(nil) }
        return (try? await channel.receive()) ?? SIGTERM
    }
}
