import CLinux
import Glibc

/// Turns signals of the process into calls of a function on a thread of their own.
///
/// A handler in the C sense may do almost nothing; it writes a byte into a pipe that a thread reads. Blocking the signals
/// and waiting for them would be simpler, but Dispatch's main loop lets every signal through to the main thread.
package enum Signals {
    /// Calls `handler` with each of `signals` that arrives, and ignores `SIGPIPE`; to be called once.
    package static func install(_ signals: [Int32], handler: @escaping @Sendable (Int32) -> Void) {
        signal(SIGPIPE, SIG_IGN)
        for signal in signals { clinux_watch_signal(signal) }
        Thread.start(name: "signals") {
            while true {
                let signal = clinux_next_signal()
                guard signal > 0 else { return }
                handler(signal)
            }
        }
    }
}
