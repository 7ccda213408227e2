/// Why a model gave no answer.
package struct ModelError: Error, Sendable, CustomStringConvertible {
    /// What kind of problem it is.
    package enum Code: String, Sendable, Hashable {
        /// The text that names a model cannot be understood.
        case invalidSpec = "invalid_model_spec"
        /// The provider is known but this version has no client for it.
        case unsupportedProvider = "unsupported_provider"
        /// No key, or a wrong one.
        case unauthorized = "model_unauthorized"
        /// The provider refuses the request as it is.
        case invalidRequest = "model_invalid_request"
        /// No such model, or no such address.
        case notFound = "model_not_found"
        /// The conversation is longer than the model can read.
        case contextTooLong = "model_context_too_long"
        /// Too many requests; waiting helps.
        case rateLimited = "model_rate_limited"
        /// The account has no money left, or a spending limit was reached; waiting does not help.
        case quotaExhausted = "model_quota_exhausted"
        /// The provider is overloaded or broken.
        case unavailable = "model_unavailable"
        /// No connection was made.
        case connectionFailed = "model_connection_failed"
        /// A limit of time was passed.
        case timeout = "model_timeout"
        /// The answer broke off: its terminal signal never came, so it is not an answer.
        case interrupted = "model_interrupted"
        /// What came is not in the provider's format.
        case malformedReply = "model_malformed_reply"
        /// A recording does not fit what really happened.
        case replayMismatch = "replay_mismatch"
    }

    package var code: Code
    /// What happened, to what, and what to do; never with a key.
    package var message: String
    /// The HTTP status, where there was one.
    package var status: Int?
    /// The provider's name for the request, to tell its support.
    package var requestID: String?
    package var cause: (any Error)?

    package init(
        _ code: Code,
        _ message: String,
        status: Int? = nil,
        requestID: String? = nil,
        cause: (any Error)? = nil
    ) {
        self.code = code
        self.message = message
        self.status = status
        self.requestID = requestID
        self.cause = cause
    }

    package var description: String {
        requestID.map { "\(message) (request \($0))" } ?? message
    }

    /// Whether an answer had begun and was lost, so that asking again is worth one try.
    package var isInterruption: Bool { code == .interrupted || code == .malformedReply }
}
