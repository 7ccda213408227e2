import Connections
import HTTP
import JSON
import Tools

/// A call that did not do what it was asked for.
struct ToolFailure: Error {
    var code: String
    /// What happened, to what, and what to do next.
    var message: String
    var details: JSONObject = [:]
    /// The HTTP status when the credentials were refused.
    var refusedStatus: Int?
    /// What the other side said of its limits.
    var limits = RateLimits()

    var result: ToolResult { ToolResult.failure(code, message, details: details) }

    init(_ code: String, _ message: String, details: JSONObject = [:]) {
        self.code = code
        self.message = message
        self.details = details
    }

    init(_ error: ArgumentError) {
        self.init("invalid_arguments", error.message)
        details["problems"] = .array(error.problems.map { .string($0) })
    }

    init(_ error: ConnectionError) {
        self.init(error.code.rawValue, error.message)
    }

    /// - Parameter isWrite: Whether the call would have changed something, so that its outcome matters.
    init(_ error: any Error, title: String, isWrite: Bool) {
        let http = error as? HTTPError
        let cancelled = http?.code == .cancelled || error is CancellationError
        let nothingSent = http?.nothingSent ?? false
        var text = "\(title) could not be reached: \(http?.message ?? "the connection failed")."
        if cancelled { text = "The call to \(title) was cancelled." }
        if isWrite {
            text +=
                nothingSent
                ? " Nothing was sent, so it is safe to try again."
                : " Whether the change was made is not known: look before trying again."
        } else {
            text += " Try again in a moment."
        }
        self.init(cancelled ? "cancelled" : http?.code == .timeout ? "timeout" : "unreachable", text)
        if isWrite { details["outcome"] = nothingSent ? "not_executed" : "unknown" }
    }
}

extension ToolFailure {
    /// What the failure says about the other side's health.
    var paceOutcome: ConnectionPace.Outcome {
        if code == "rate_limited" { return .limited(retryAfter: limits.retryAfter) }
        if code == "cancelled" { return .abandoned }
        if code == "unreachable" || code == "timeout" { return .failed }
        if let status = details["status"]?.integer, status >= 500 { return .failed }
        return .answered
    }
}
