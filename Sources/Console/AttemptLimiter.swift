import Basics

/// Counts wrong attempts by where they come from, and says when there were too many.
final class AttemptLimiter: Sendable {
    /// Wrong attempts within the window, after which the next one has to wait.
    static let limit = 10
    /// Seconds.
    static let window = 60.0
    /// Sources that are remembered.
    private static let size = 4096

    private let failures = Locked<[String: [Timestamp]]>([:])

    func mayTry(_ source: String, at now: Timestamp) -> Bool {
        failures.withLock { AttemptLimiter.recent($0[source], now).count < AttemptLimiter.limit }
    }

    func failed(_ source: String, at now: Timestamp) {
        failures.withLock { failures in
            if failures.count >= AttemptLimiter.size {
                failures = failures.filter { !AttemptLimiter.recent($0.value, now).isEmpty }
                // Whoever has that many addresses is not held back by counting them.
                if failures.count >= AttemptLimiter.size { failures.removeAll() }
            }
            failures[source] = AttemptLimiter.recent(failures[source], now) + [now]
        }
    }

    private static func recent(_ times: [Timestamp]?, _ now: Timestamp) -> [Timestamp] {
        (times ?? []).filter { $0.adding(seconds: window) > now }
    }
}
