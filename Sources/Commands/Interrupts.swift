import Basics
import Glibc

/// What Ctrl-C and a request to end mean at the moment.
///
/// Without a handler they end the process with status 130, as a shell expects; a command that can do better takes over.
enum Interrupts {
    private struct State {
        var handler: (@Sendable (Int32) -> Void)?
        var cleanUp: (@Sendable () -> Void)?
        /// How the terminal was found; a prompt that is open has changed it.
        var settings: termios?
    }

    private static let state = Locked(State())

    /// Starts listening; called once, before any other thread exists.
    static func install() {
        var settings = termios()
        if tcgetattr(STDIN_FILENO, &settings) == 0 {
            let found = settings
            state.withLock { $0.settings = found }
        }
        Signals.install([SIGINT, SIGTERM]) { signal in
            if let handler = state.withLock({ $0.handler }) { handler(signal) } else { end() }
        }
    }

    /// Sets what happens from now on; nil ends the process.
    static func handle(_ new: (@Sendable (Int32) -> Void)?) {
        state.withLock { $0.handler = new }
    }

    /// Sets what is done before a signal ends the process; nil for nothing.
    static func cleanUp(with new: (@Sendable () -> Void)?) {
        state.withLock { $0.cleanUp = new }
    }

    /// Ends the process as interrupted, and leaves the terminal as it was found.
    static func end() -> Never {
        let (settings, cleanUp) = state.withLock { ($0.settings, $0.cleanUp) }
        // A process in the background that touched the terminal would be stopped instead of ended.
        if var settings, tcgetpgrp(STDIN_FILENO) == getpgrp() { tcsetattr(STDIN_FILENO, TCSANOW, &settings) }
        cleanUp?()
        exit(ExitStatus.interrupted.rawValue)
    }

    /// Waits until a signal comes.
    static func next() async -> Int32 {
        let (signals, continuation) = AsyncStream.makeStream(of: Int32.self)
        handle { continuation.yield($0) }
        defer { handle(nil) }
        for await signal in signals { return signal }
        return SIGTERM
    }
}
