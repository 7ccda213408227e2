import Basics
import Connections
import HTTP
import JSON
import Tools

/// Says what an error response means and what to do about it.
struct ErrorReader {
    let toolkit: Toolkit
    let tool: ToolkitTool
    let connection: AuthorizedConnection
    let now: Timestamp

    /// - Parameter body: The body, where it is JSON.
    func failure(_ response: HTTPResponse, body: JSONValue?) -> ToolFailure {
        let rules = toolkit.settings.errors
        let upstreamCode = rules.code.lazy.compactMap { text(body, $0) }.first
        let upstreamMessage =
            body.flatMap { rules.text?.value(of: $0)?.string }
            ?? rules.message.lazy.compactMap { text(body, $0) }.first
        let rule = rules.rules.first { rule in
            (rule.statuses.isEmpty || rule.statuses.contains(response.status))
                && (rule.codes.isEmpty || upstreamCode.map(rule.codes.contains) == true)
        }
        let code = rule?.error ?? ErrorReader.code(for: response.status)
        var failure = ToolFailure(code, "")
        failure.details["status"] = .integer(response.status)
        if let upstreamCode { failure.details["upstream_code"] = .string(upstreamCode) }
        if let upstreamMessage { failure.details["upstream_message"] = .string(upstreamMessage) }
        let requestID =
            rules.requestIDHeaders.lazy.compactMap { response.fields[$0] }.first
            ?? rules.requestID.lazy.compactMap { text(body, $0) }.first
        if let requestID { failure.details["request_id"] = .string(requestID) }
        var limits = RateLimits(response.fields, rule: toolkit.settings.rateLimit, now: now)
        if code == "rate_limited" {
            // Some refuse with another status, and tell in words how long to wait.
            failure.details["status"] = 429
            limits.retryAfter = limits.retryAfter ?? wait(body)
        }
        failure.limits = limits
        for member in limits.members { failure.details[member.name] = member.value }
        if tool.specification.effect.isWrite {
            let isUncertain = response.status >= 500 || response.status == 408
            // 425 and 429 say that the request was turned away before anything was done (RFC 8470, RFC 6585).
            let wasTurnedAway = response.status == 425 || response.status == 429
            failure.details["outcome"] = isUncertain ? "unknown" : wasTurnedAway ? "not_executed" : "failed"
        }
        if rule?.refusesCredentials ?? (response.status == 401) { failure.refusedStatus = response.status }
        failure.message = message(
            failure,
            response.status,
            upstreamMessage ?? upstreamCode,
            advice: rule?.advice,
            retryAfter: limits.retryAfter
        )
        return failure
    }

    private func wait(_ body: JSONValue?) -> Int? {
        let value = body.flatMap { toolkit.settings.rateLimit.wait?.value(of: $0) }
        let seconds = value?.number?.double ?? value?.string.flatMap(Double.init)
        return seconds.flatMap { (0...86_400).contains($0) ? Int($0.rounded(.up)) : nil }
    }

    private func message(
        _ failure: ToolFailure,
        _ status: Int,
        _ upstream: String?,
        advice: String?,
        retryAfter: Int?
    ) -> String {
        var text: String
        if failure.refusedStatus != nil {
            text = "\(toolkit.title) refused the credentials of connection \(connection.id) (HTTP \(status))"
        } else {
            text = "\(toolkit.title) did not do \(tool.specification.name) (\(failure.code), HTTP \(status))"
        }
        if let upstream { text += ": \(upstream.prefix(500))" }
        if !text.hasSuffix(".") { text += "." }
        if let advice { text += " " + advice }
        if failure.refusedStatus != nil {
            let what = toolkit.authentication.oauth == nil ? "Store a working key" : "It must be authorised anew"
            text += " \(what) with `switchboard connections add \(toolkit.name)`, then try again."
        } else if failure.code == "rate_limited" {
            text +=
                retryAfter.map { " Wait \($0) seconds before the next call." } ?? " Wait a minute before the next call."
        } else if status >= 500 {
            text +=
                tool.specification.effect.isWrite
                ? " Whether the change was made is not known: look before trying again."
                : " Try again in a moment."
        }
        return text
    }

    /// A text at a place; numbers count as text, and so does the `message` of an object.
    private func text(_ body: JSONValue?, _ place: JSONPointer) -> String? {
        switch body?.value(at: place) {
        case .string(let text)?: text.isEmpty ? nil : text
        case .number(let number)?: number.text
        default: nil
        }
    }

    private static func code(for status: Int) -> String {
        switch status {
        case 400: "invalid_request"
        case 401: "unauthorized"
        case 403: "forbidden"
        case 404, 410: "not_found"
        case 409: "conflict"
        case 429: "rate_limited"
        case 500...: "upstream_error"
        default: "rejected"
        }
    }
}
