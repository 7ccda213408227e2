import Basics
import HTTP
import JSON

/// Tells what a Chat Completions server's error means and what to do about it.
enum OpenAIChatErrors {
    private static let exhausted: Set<String> = [
        "insufficient_quota", "credit_balance_exhausted", "organization_spend_limit_exceeded",
        "project_spend_limit_exceeded", "organization_usage_limit_exceeded",
    ]

    /// The error behind a response that is not 200.
    static func response(
        status: Int,
        fields: HTTPFields,
        body: [UInt8],
        configuration: OpenAIChatConfiguration
    ) -> ModelError {
        let value = try? JSONParser.parse(body)
        let detail = value.map { $0["error"] ?? $0 }
        let code = word(detail?["code"])
        let type = word(detail?["type"])
        let said = detail.flatMap(message).map { ": " + cleaned($0, configuration) } ?? unreadable(fields, body)
        let place = "\(configuration.model) at \(configuration.baseURL)"
        func error(_ kind: ModelError.Code, _ text: String) -> ModelError {
            let id = fields["x-request-id"] ?? fields["request-id"] ?? fields["X-Generation-Id"]
            return ModelError(kind, text, status: status, requestID: id)
        }
        if code == "replay_mismatch" {
            return error(.replayMismatch, detail.flatMap(message) ?? "the recording differs")
        }
        if exhausted.contains(code) || exhausted.contains(type) || status == 402 {
            return error(
                .quotaExhausted,
                "the account behind \(place) has no credit left, or a spending limit was reached\(said)"
            )
        }
        switch status {
        case 401, 403: return error(.unauthorized, unauthorized(configuration) + said)
        case 404:
            return error(.notFound, "\(place) was not found: check the model's name and the base URL\(said)")
        case 429: return error(.rateLimited, "\(place) takes no more requests for now\(said)")
        case 408, 504: return error(.timeout, "\(place) took too long\(said)")
        case 500...: return error(.unavailable, "\(place) failed with status \(status)\(said)")
        default:
            if code == "context_length_exceeded" || type == "exceed_context_size_error" || status == 413 {
                return error(.contextTooLong, "the conversation is too long for \(place)\(said)")
            }
            if word(detail?["param"]) == "reasoning_effort" {
                return error(
                    .invalidRequest,
                    "\(place) does not take tools together with reasoning here: set reasoning effort to none or "
                        + "choose a model that takes tools on chat completions\(said)"
                )
            }
            return error(.invalidRequest, "\(place) refused the request with status \(status)\(said)")
        }
    }

    /// The error that a server reports after it has begun to answer.
    static func inStream(_ detail: JSONValue) -> ModelError {
        let code = word(detail["code"])
        let type = word(detail["type"])
        let said = message(detail).map { ": " + $0 } ?? ""
        let kind: ModelError.Code
        if exhausted.contains(code) || exhausted.contains(type) {
            kind = .quotaExhausted
        } else if code == "429" || code == "rate_limit_exceeded" || type == "rate_limit_error" {
            kind = .rateLimited
        } else {
            kind = .unavailable
        }
        return ModelError(kind, "the model's server reported an error in the middle of the answer\(said)")
    }

    /// The error behind an exchange that failed.
    static func transport(_ error: HTTPError, configuration: OpenAIChatConfiguration) -> ModelError {
        let place = configuration.baseURL
        switch error.code {
        case .timeout:
            return ModelError(.timeout, "the model at \(place) took too long: \(error.message)", cause: error)
        case .hostNotFound, .connectFailed, .tlsFailed, .invalidURL:
            return ModelError(
                .connectionFailed,
                "no connection to the model at \(place): \(error.message); check the base URL and that the server runs",
                cause: error
            )
        case .bodyTooLarge, .malformed:
            return ModelError(.malformedReply, "the model at \(place): \(error.message)", cause: error)
        case .connectionLost, .cancelled, .other:
            return ModelError(
                .interrupted,
                "the connection to the model at \(place) broke: \(error.message)",
                cause: error
            )
        }
    }

    /// The error for a success that has the wrong kind of content.
    static func contentType(_ type: String, configuration: OpenAIChatConfiguration) -> ModelError {
        ModelError(
            .malformedReply,
            "\(configuration.baseURL) answered with \(type.isEmpty ? "no content type" : type) instead of an event "
                + "stream: check the base URL"
        )
    }

    private static func unauthorized(_ configuration: OpenAIChatConfiguration) -> String {
        guard let credential = configuration.credential, !credential.key.isEmpty else {
            return "\(configuration.baseURL) wants a key and none is set: set OPENAI_API_KEY"
        }
        guard credential.key(for: configuration.baseURL) != nil else {
            return "\(configuration.baseURL) wants a key; the one that is set belongs to \(credential.baseURL) "
                + "and was not sent"
        }
        return "\(configuration.baseURL) refused the key: check that it is right, not revoked, and may use "
            + configuration.model
    }

    private static func word(_ value: JSONValue?) -> String {
        switch value {
        case .string(let text)?: text
        case .number(let number)?: number.text
        default: ""
        }
    }

    private static func message(_ detail: JSONValue) -> String? {
        let text = detail.string ?? detail["message"]?.string ?? detail["detail"]?.string
        return text.map { String($0.prefix(500)) }
    }

    private static func unreadable(_ fields: HTTPFields, _ body: [UInt8]) -> String {
        body.isEmpty ? " (no further words)" : " (with \(fields["Content-Type"] ?? "content of no declared type"))"
    }

    /// A server's words without the key, which some repeat.
    static func cleaned(_ text: String, _ configuration: OpenAIChatConfiguration) -> String {
        guard let key = configuration.credential?.key, !key.isEmpty else { return text }
        return text.split(separator: key.reveal(), omittingEmptySubsequences: false).joined(separator: key.description)
    }
}
