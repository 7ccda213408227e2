package import Basics
import HTTP

/// When a request to a model is sent again: only while nothing of an answer has come.
///
/// Follows what both vendors' own clients do: two retries, half a second doubling to eight with jitter, and the server's
/// own wish where it has one, up to two minutes.
package struct RetryPolicy: Sendable, Hashable {
    /// How often a request is sent again at most.
    package var maximumRetries = 2
    /// Seconds that a server may ask to be left alone; one that asks for more is not asked again.
    package var longestWait = 120.0
    package var backoff = Backoff()

    package init() {}

    /// Seconds to wait before retry number `attempt` after a response, or nil when there must be none.
    func delay(attempt: Int, status: Int, fields: HTTPFields, error: ModelError, now: Timestamp) -> Double? {
        guard attempt <= maximumRetries, error.code != .quotaExhausted, error.code != .replayMismatch else {
            return nil
        }
        let isRetryable: Bool =
            switch fields["x-should-retry"]?.lowercased() {
            case "true": true
            case "false": false
            default: status == 408 || status == 409 || status == 429 || status >= 500
            }
        guard isRetryable else { return nil }
        let wish = RetryPolicy.wish(fields, now: now)
        if let wish, wish > longestWait { return nil }
        return backoff.delay(attempt: attempt, floor: wish)
    }

    /// Seconds to wait before retry number `attempt` after a failed exchange, or nil when there must be none.
    func delay(attempt: Int, failure: HTTPError) -> Double? {
        guard attempt <= maximumRetries else { return nil }
        return switch failure.code {
        case .connectFailed, .connectionLost, .timeout: backoff.delay(attempt: attempt)
        case .malformed, .invalidURL, .bodyTooLarge, .hostNotFound, .tlsFailed, .cancelled, .other: nil
        }
    }

    /// Seconds that a server asks to wait: `retry-after-ms`, or `Retry-After` as seconds or date (RFC 9110, 10.2.3).
    static func wish(_ fields: HTTPFields, now: Timestamp) -> Double? {
        if let text = fields["retry-after-ms"], let milliseconds = Double(text), milliseconds >= 0 {
            return milliseconds / 1000
        }
        guard let text = fields["Retry-After"] else { return nil }
        if let seconds = Double(text) { return seconds >= 0 ? seconds : nil }
        guard let date = date(text) else { return nil }
        return max(0, Double(date.milliseconds - now.milliseconds) / 1000)
    }

    /// An IMF-fixdate (RFC 9110, 5.6.7), such as `Sun, 06 Nov 1994 08:49:37 GMT`.
    private static func date(_ text: String) -> Timestamp? {
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let parts = text.split(separator: " ")
        guard parts.count == 6, parts[5] == "GMT", parts[1].count == 2, parts[3].count == 4,
            let month = months.firstIndex(of: String(parts[2]))
        else { return nil }
        let number = month < 9 ? "0\(month + 1)" : "\(month + 1)"
        return Timestamp(iso8601: "\(parts[3])-\(number)-\(parts[1])T\(parts[4])Z")
    }
}
