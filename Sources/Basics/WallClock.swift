import CLinux
import Glibc

/// Where the time of day comes from; a parameter everywhere, so that tests and the sandbox can fix it.
package protocol WallClock: Sendable {
    /// The current instant.
    func now() -> Timestamp

    /// How long the machine has been up, which no setting of the clock changes.
    func uptime() -> Uptime
}

extension WallClock {
    package func uptime() -> Uptime { .current }
}

/// The machine's own clock.
package struct SystemClock: WallClock {
    package init() {}

    package func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        let milliseconds = Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
        return Timestamp(milliseconds: milliseconds + FaultPoint.clockOffset)
    }
}

/// A clock that moves only when it is told to.
package final class ManualClock: WallClock {
    private struct State: Sendable {
        var instant: Timestamp
        var uptime = Uptime(boot: "manual", milliseconds: 0)
    }

    private let state: Locked<State>

    package init(_ start: Timestamp) {
        state = Locked(State(instant: start))
    }

    package func now() -> Timestamp { state.withLock { $0.instant } }

    package func uptime() -> Uptime { state.withLock { $0.uptime } }

    /// Lets `seconds` pass.
    package func advance(seconds: Double) {
        state.withLock { state in
            state.instant = state.instant.adding(seconds: seconds)
            state.uptime.milliseconds += Int64(max(0, seconds) * 1000)
        }
    }

    /// Sets the clock by `seconds`, backwards when negative, while no time passes.
    package func jump(seconds: Double) {
        state.withLock { $0.instant = $0.instant.adding(seconds: seconds) }
    }

    /// Starts the machine anew, up for so many seconds by now.
    package func reboot(up seconds: Double = 0) {
        state.withLock { state in
            state.uptime = Uptime(boot: state.uptime.boot + "+", milliseconds: Int64(seconds * 1000))
        }
    }
}

/// A clock that started at a chosen instant and has run at the machine's pace since then.
package struct OffsetClock: WallClock {
    private let offset: Int64

    /// Starts a clock that shows `start` now.
    package init(startingAt start: Timestamp) {
        offset = start.milliseconds - SystemClock().now().milliseconds
    }

    package func now() -> Timestamp {
        Timestamp(milliseconds: SystemClock().now().milliseconds + offset)
    }
}

/// Nanoseconds on a clock that never goes back; for time-outs and durations, never for dates.
package func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
}
