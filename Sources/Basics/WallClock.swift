import CLinux
import Glibc

/// Where the time of day comes from; a parameter everywhere, so that tests and the sandbox can fix it.
package protocol WallClock: Sendable {
    /// The current instant.
    func now() -> Timestamp
}

/// The machine's own clock.
package struct SystemClock: WallClock {
    package init() {}

    package func now() -> Timestamp {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Timestamp(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }
}

/// A clock that moves only when it is told to.
package final class ManualClock: WallClock {
    private let instant: Locked<Timestamp>

    package init(_ start: Timestamp) {
        instant = Locked(start)
    }

    package func now() -> Timestamp { instant.withLock { $0 } }

    /// Moves the clock by `seconds`, backwards when negative.
    package func advance(seconds: Double) {
        instant.withLock { $0 = $0.adding(seconds: seconds) }
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
