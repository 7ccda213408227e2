import Basics
import JSON
import Tools

/// How fast calls may follow each other over one connection, and whether the other side answers at all.
///
/// A token bucket for each limit that the vendor publishes. The vendor's "too many requests" takes three tenths of the
/// rate, and every ten seconds without one give back a twentieth of the whole (additive increase, multiplicative decrease;
/// the share is that of CUBIC, RFC 9438 section 4.6): a storm of them is forgotten within three minutes, since the wait
/// that the vendor asks for is kept besides. Where no limit is known, the first such answer teaches one. Ten failures
/// within a minute open the circuit for a minute.
struct ConnectionPace: Sendable, Hashable {
    /// Whether a call may be made now.
    enum Verdict: Sendable, Hashable {
        case go
        /// Seconds until the limits allow a call.
        case limited(Double)
        /// Seconds until the other side is tried again, because it did not answer for a while.
        case broken(Double)
    }

    /// How a call went.
    enum Outcome: Sendable, Hashable {
        case answered
        /// Refused for the number of calls; seconds to wait, where the other side said.
        case limited(retryAfter: Int?)
        /// No answer, or one that says that the other side is broken.
        case failed
        /// Says nothing about the other side, such as a call that its caller gave up.
        case abandoned
    }

    private struct Bucket: Sendable, Hashable {
        var limit: RateLimitRule.Limit
        var tokens: Double
        /// Taught by an answer instead of published.
        var isLearned = false

        // Burst and refill together stay within the limit in every window of its length.
        var capacity: Double { max(1, Double(limit.requests) / 4) }
        var rate: Double { max(1, Double(limit.requests) - capacity) / Double(limit.seconds) }
    }

    private var buckets: [Bucket]
    /// The share of the published rate that is used, up to 1.
    private var factor = 1.0
    private var refilled: Timestamp
    /// When the rate was last lowered or raised.
    private var changed: Timestamp
    private var lastLimited: Timestamp?
    private var blockedUntil: Timestamp?
    /// Calls in the minute that began at `minute`, and in the one before.
    private var minute: Timestamp
    private var calls = 0
    private var callsBefore = 0
    /// When the latest calls failed.
    private var failures: [Timestamp] = []
    private var openUntil: Timestamp?
    private var isProbing = false

    static let failuresToOpen = 10
    static let failureWindow = 60.0
    static let openFor = 60.0
    private static let decrease = 0.7
    private static let increase = 0.05
    private static let increaseEvery = 10.0
    private static let smallestFactor = 1.0 / 8
    private static let usualWait = 60
    private static let leastLearned = 60
    private static let longestBlock = 3600.0
    private static let learnedFor = 300.0

    /// - Parameter limits: The published limits; empty where none is known.
    init(limits: [RateLimitRule.Limit], now: Timestamp) {
        buckets = limits.map { Bucket(limit: $0, tokens: 0) }
        (refilled, changed, minute) = (now, now, now)
        for position in buckets.indices { buckets[position].tokens = buckets[position].capacity }
    }

    // MARK: - Calls

    /// Takes what one call needs, if it may be made now.
    mutating func take(now: Timestamp) -> Verdict {
        advance(to: now)
        if let openUntil {
            guard now >= openUntil, !isProbing else { return .broken(max(1, seconds(from: now, to: openUntil))) }
        }
        var wait = blockedUntil.map { seconds(from: now, to: $0) } ?? 0
        for bucket in buckets where bucket.tokens < 1 {
            wait = max(wait, (1 - bucket.tokens) / (bucket.rate * factor))
        }
        guard wait <= 0 else { return .limited(wait) }
        for position in buckets.indices { buckets[position].tokens -= 1 }
        calls += 1
        if openUntil != nil { isProbing = true }
        return .go
    }

    /// Learns from a call.
    ///
    /// - Parameters:
    ///   - outcome: How it went.
    ///   - started: When it was made: several calls that were under way together lower the rate once.
    ///   - limits: What the other side said of its limits.
    mutating func learn(_ outcome: Outcome, started: Timestamp, limits: RateLimits, now: Timestamp) {
        advance(to: now)
        switch outcome {
        case .abandoned: isProbing = false
        case .answered:
            close()
            if limits.remaining == 0, let reset = limits.reset, reset > 0 { block(Double(reset), now) }
        case .limited(let retryAfter):
            close()
            if lastLimited.map({ started >= $0 }) ?? true { slowDown(now) }
            block(Double(retryAfter ?? limits.reset ?? ConnectionPace.usualWait), now)
        case .failed: fail(now)
        }
    }

    /// What to tell callers of the limit that is nearest, where one is known.
    func limits(now: Timestamp) -> CallLimits {
        guard let bucket = buckets.min(by: { $0.tokens < $1.tokens }) else { return CallLimits() }
        let missing = bucket.capacity - bucket.tokens
        let blocked = blockedUntil.map { seconds(from: now, to: $0) } ?? 0
        return CallLimits(
            limit: bucket.limit.requests,
            remaining: blocked > 0 ? 0 : max(0, Int(bucket.tokens)),
            reset: Int(max(blocked, missing / (bucket.rate * factor)).rounded(.up)),
            window: bucket.limit.seconds
        )
    }

    private mutating func close() {
        failures = []
        openUntil = nil
        isProbing = false
    }

    private mutating func fail(_ now: Timestamp) {
        let start = now.adding(seconds: -ConnectionPace.failureWindow)
        failures.removeAll { $0 < start }
        failures.append(now)
        let mustOpen = failures.count >= ConnectionPace.failuresToOpen || isProbing
        isProbing = false
        guard mustOpen else { return }
        openUntil = now.adding(seconds: ConnectionPace.openFor)
        failures = []
    }

    private mutating func slowDown(_ now: Timestamp) {
        if buckets.isEmpty {
            let share = 1 - min(1, seconds(from: minute, to: now) / 60)
            // A refusal of few calls says that others use the limit up, not that the limit is so low.
            let observed = max(ConnectionPace.leastLearned, calls + Int(Double(callsBefore) * share))
            let limit = RateLimitRule.Limit(requests: observed, seconds: 60)
            buckets = [Bucket(limit: limit, tokens: 1, isLearned: true)]
        } else {
            // What was just learned is already what went through.
            factor = max(ConnectionPace.smallestFactor, factor * ConnectionPace.decrease)
        }
        for position in buckets.indices { buckets[position].tokens = min(buckets[position].tokens, 1) }
        (changed, lastLimited) = (now, now)
    }

    private mutating func block(_ wait: Double, _ now: Timestamp) {
        let until = now.adding(seconds: min(max(0, wait), ConnectionPace.longestBlock))
        blockedUntil = max(blockedUntil ?? until, until)
    }

    /// Moves every instant with a clock that was set back, so that nothing is waited for longer than it was meant to be.
    private mutating func follow(_ now: Timestamp) {
        let back = -seconds(from: now, to: refilled)
        guard back < 0 else { return }
        refilled = now
        changed = changed.adding(seconds: back)
        minute = minute.adding(seconds: back)
        lastLimited = lastLimited?.adding(seconds: back)
        blockedUntil = blockedUntil?.adding(seconds: back)
        openUntil = openUntil?.adding(seconds: back)
        failures = failures.map { $0.adding(seconds: back) }
    }

    private mutating func advance(to now: Timestamp) {
        follow(now)
        let elapsed = seconds(from: refilled, to: now)
        refilled = now
        for position in buckets.indices {
            let bucket = buckets[position]
            buckets[position].tokens = min(bucket.capacity, bucket.tokens + elapsed * bucket.rate * factor)
        }
        if changed > now { changed = now }
        while factor < 1, seconds(from: changed, to: now) >= ConnectionPace.increaseEvery {
            factor = min(1, factor + ConnectionPace.increase)
            changed = changed.adding(seconds: ConnectionPace.increaseEvery)
        }
        if let limited = lastLimited, seconds(from: limited, to: now) > ConnectionPace.learnedFor {
            buckets.removeAll { $0.isLearned }
            lastLimited = nil
        }
        if let blocked = blockedUntil, blocked <= now || seconds(from: now, to: blocked) > ConnectionPace.longestBlock {
            blockedUntil = nil
        }
        let inMinute = seconds(from: minute, to: now)
        if inMinute >= 60 || minute > now {
            callsBefore = inMinute < 120 ? calls : 0
            (calls, minute) = (0, now)
        }
    }

    private func seconds(from start: Timestamp, to end: Timestamp) -> Double {
        max(0, Double(end.milliseconds - start.milliseconds) / 1000)
    }

    // MARK: - Kept across restarts

    /// What must survive a restart, so that a new process does not begin with a burst.
    var kept: JSONValue {
        var object: JSONObject = [
            "factor": .double(factor), "at": .integer(Int(refilled.milliseconds)),
            "changed": .integer(Int(changed.milliseconds)),
            "buckets": .array(
                buckets.map { bucket in
                    [
                        "requests": .integer(bucket.limit.requests), "seconds": .integer(bucket.limit.seconds),
                        "tokens": .double(bucket.tokens), "learned": .bool(bucket.isLearned),
                    ]
                }
            ),
        ]
        object["limited"] = lastLimited.map { .integer(Int($0.milliseconds)) }
        object["blocked"] = blockedUntil.map { .integer(Int($0.milliseconds)) }
        return .object(object)
    }

    /// Takes over what an earlier process knew; limits that are published otherwise now are not taken over.
    mutating func restore(_ kept: JSONValue, now: Timestamp) {
        func instant(_ name: String) -> Timestamp? {
            kept[name]?.integer.map { Timestamp(milliseconds: Int64($0)) }
        }
        guard let at = instant("at"), let share = kept["factor"]?.number?.double else { return }
        factor = min(1, max(ConnectionPace.smallestFactor, share))
        refilled = at
        changed = instant("changed") ?? at
        lastLimited = instant("limited")
        blockedUntil = instant("blocked")
        for value in kept["buckets"]?.array ?? [] {
            guard let requests = value["requests"]?.integer, let length = value["seconds"]?.integer,
                let tokens = value["tokens"]?.number?.double, requests > 0, length > 0
            else { continue }
            let limit = RateLimitRule.Limit(requests: requests, seconds: length)
            if let position = buckets.firstIndex(where: { $0.limit == limit }) {
                buckets[position].tokens = min(tokens, buckets[position].capacity)
            } else if value["learned"]?.bool == true, buckets.isEmpty {
                buckets = [Bucket(limit: limit, tokens: tokens, isLearned: true)]
            }
        }
        advance(to: now)
    }
}
