/// Delays between attempts: exponential with jitter, never shorter than what the other side asked for.
package struct Backoff: Sendable, Hashable {
    /// The first delay, in seconds.
    package var base: Double
    /// The longest delay, in seconds.
    package var limit: Double
    /// The share of a delay that may be taken off at random, 0 to 1.
    package var jitter: Double

    package init(base: Double = 0.5, limit: Double = 8, jitter: Double = 0.25) {
        self.base = base
        self.limit = limit
        self.jitter = jitter
    }

    /// Seconds to wait before attempt `attempt` (the first retry is 1).
    ///
    /// - Parameters:
    ///   - attempt: The number of the retry, from 1.
    ///   - floor: What the other side asked for (`Retry-After`), in seconds; it wins when longer.
    ///   - random: A number from 0 up to 1 that places the delay within its jitter.
    package func delay(attempt: Int, floor: Double? = nil, random: Double = .random(in: 0..<1)) -> Double {
        var delay = base
        var doublings = attempt - 1
        while doublings > 0, delay < limit {
            delay *= 2
            doublings -= 1
        }
        delay = min(delay, limit) * (1 - jitter * random)
        return max(delay, floor ?? 0)
    }
}
