import Basics
import JSON
package import Tools

/// Holds the calls of each endpoint to its rate limit, with a bucket of tokens in memory.
///
/// A bucket starts full, so a burst of the whole limit is let through, and a restart forgets what was used.
package final class EndpointLimiter: CallInterceptor {
    private struct Bucket {
        var limit: RateLimit
        var tokens: Double
        var at: UInt64
    }

    private let store: EndpointStore
    private let nanoseconds: @Sendable () -> UInt64
    private let buckets = Locked<[String: Bucket]>([:])

    private static let mostBuckets = 4096

    /// Makes a limiter.
    ///
    /// - Parameters:
    ///   - store: The endpoints.
    ///   - nanoseconds: A clock that never goes back.
    package init(store: EndpointStore, nanoseconds: @escaping @Sendable () -> UInt64 = monotonicNanoseconds) {
        self.store = store
        self.nanoseconds = nanoseconds
    }

    package func intercept(
        _ call: ToolCall,
        tool: ToolSpecification,
        next: @escaping @Sendable (ToolCall) async -> ToolResult
    ) async -> ToolResult {
        if let refusal = refusal(of: call) { return refusal }
        return await next(call)
    }

    private func refusal(of call: ToolCall) -> ToolResult? {
        guard let id = call.context.endpoint, let limit = store.endpoint(id)?.options.rateLimit else { return nil }
        let rate = Double(limit.calls) / Double(limit.seconds)
        let now = nanoseconds()
        let missing = buckets.withLock { buckets -> Double in
            if buckets.count >= EndpointLimiter.mostBuckets { buckets.removeAll() }
            var bucket = buckets[id] ?? Bucket(limit: limit, tokens: Double(limit.calls), at: now)
            if bucket.limit != limit { bucket = Bucket(limit: limit, tokens: Double(limit.calls), at: now) }
            let passed = now > bucket.at ? Double(now - bucket.at) / 1_000_000_000 : 0
            bucket.tokens = min(Double(limit.calls), bucket.tokens + passed * rate)
            bucket.at = now
            let missing = max(0, 1 - bucket.tokens)
            if missing == 0 { bucket.tokens -= 1 }
            buckets[id] = bucket
            return missing
        }
        guard missing > 0 else { return nil }
        let wait = max(1, Int((missing / rate).rounded(.up)))
        return .failure(
            "rate_limited",
            "This endpoint takes \(limit.calls) calls in \(limit.seconds) seconds, and they are used up. Nothing was "
                + "run. Wait \(wait) seconds, then send the call again.",
            details: [
                "status": 429, "retry_after": .integer(wait), "ratelimit-limit": .integer(limit.calls),
                "ratelimit-remaining": 0, "ratelimit-reset": .integer(wait),
            ]
        )
    }
}
