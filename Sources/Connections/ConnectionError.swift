/// Why a connection cannot be used.
package struct ConnectionError: Error, Sendable, CustomStringConvertible {
    /// What kind of problem it is.
    package enum Code: String, Sendable, Hashable {
        /// The user has no connection at the toolkit.
        case missing = "connection_missing"
        /// The user has several and did not say which.
        case ambiguous = "connection_ambiguous"
        /// The credentials were refused, or have run out.
        case needsReauthorization = "needs_reauth"
        /// The authorization server, or the person it asked, said no; or an answer did not belong to the question.
        case refused = "authorization_refused"
        /// The authorization server gives no token now; it may later.
        case unavailable = "authorization_unavailable"
        /// What was given for a new connection is not complete or not well formed.
        case invalid = "connection_invalid"
        /// The secret cannot be unsealed with the key in use.
        case sealed = "vault_key_wrong"
        /// The store failed.
        case storage
    }

    package var code: Code
    /// Which connection, which toolkit, and what to do.
    package var message: String
    package var cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String { message }
}
