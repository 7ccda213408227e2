import CLinux
import Glibc

/// Turns signals of the process into calls of a function on a thread of their own.
///
/// The signals are blocked in every thread that starts later, so `install` must come before any other thread. A handler
/// in the C sense may do almost nothing; a thread in `sigwait` may do anything.
package enum Signals {
    /// Blocks `signals` and calls `handler` with each one that arrives; `SIGPIPE` is ignored from then on.
    package static func install(_ signals: [Int32], handler: @escaping @Sendable (Int32) -> Void) {
        signal(SIGPIPE, SIG_IGN)
        let set = Signals.set(signals)
        withUnsafePointer(to: set) { _ = pthread_sigmask(SIG_BLOCK, $0, nil) }
        Thread.start(name: "signals") {
            while true {
                var arrived: Int32 = 0
                let failed = withUnsafePointer(to: set) { sigwait($0, &arrived) }
                if failed == 0 { handler(arrived) }
            }
        }
    }

    private static func set(_ signals: [Int32]) -> sigset_t {
        var set = sigset_t()
        sigemptyset(&set)
        for signal in signals { sigaddset(&set, signal) }
        return set
    }
}
