import Basics
import HTTP
import JSON
import Tools

/// What a response says about rate limits, under the names that results use.
///
/// Understood are header fields that the toolkit names, and the `RateLimit` field of draft-ietf-httpapi-ratelimit-headers
/// (`"policy";r=remaining;t=seconds`).
struct RateLimits: Sendable, Hashable {
    var limit: Int?
    var remaining: Int?
    /// Seconds until the limit starts over.
    var reset: Int?
    /// Seconds to wait before the next call.
    var retryAfter: Int?

    /// Nothing is known.
    init() {}

    init(_ fields: HTTPFields, rule: RateLimitRule, now: Timestamp) {
        limit = RateLimits.number(fields, rule.limit)
        remaining = RateLimits.number(fields, rule.remaining)
        reset = RateLimits.number(fields, rule.reset).map { RateLimits.seconds($0, now) }
        retryAfter = rule.retryAfter.lazy.compactMap { fields[$0] }.first.flatMap { RateLimits.retryAfter($0, now) }
        if let field = fields["RateLimit"] {
            for part in field.split(separator: ",").first?.split(separator: ";").dropFirst() ?? [] {
                let pair = part.split(separator: "=")
                guard pair.count == 2, let value = Int(pair[1]) else { continue }
                if pair[0].hasSuffix("r") { remaining = remaining ?? value }
                if pair[0].hasSuffix("t") { reset = reset ?? value }
            }
        }
    }

    /// What callers are told.
    var known: CallLimits { CallLimits(limit: limit, remaining: remaining, reset: reset) }

    /// The values that are known, by their names in a result.
    var members: JSONObject {
        var object = JSONObject()
        if let retryAfter { object["retry_after"] = .integer(retryAfter) }
        for member in known.members { object[member.name] = member.value }
        return object
    }

    /// The leading number of a field, such as 110 of `110;w=10`.
    private static func number(_ fields: HTTPFields, _ names: [String]) -> Int? {
        for name in names {
            if let value = fields[name], let number = Int(value.prefix { ("0"..."9").contains($0) }) { return number }
        }
        return nil
    }

    /// Some say when the limit starts over, in seconds or milliseconds since 1970, and some in how many seconds.
    private static func seconds(_ value: Int, _ now: Timestamp) -> Int {
        if value > 100_000_000_000 { return max(0, (value - Int(now.milliseconds) + 999) / 1000) }
        if value > 1_000_000_000 { return max(0, value - Int(now.milliseconds / 1000)) }
        return value
    }

    /// Seconds of `Retry-After` (RFC 9110 section 10.2.3): a number, or a date in the preferred format.
    private static func retryAfter(_ text: String, _ now: Timestamp) -> Int? {
        if let seconds = Int(text) { return max(0, seconds) }
        let parts = text.split(separator: " ")
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard parts.count == 6, let month = months.firstIndex(of: String(parts[2])), parts[5] == "GMT" else {
            return nil
        }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        guard let date = Timestamp(iso8601: "\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z") else { return nil }
        return max(0, Int((date.milliseconds - now.milliseconds + 999) / 1000))
    }
}
