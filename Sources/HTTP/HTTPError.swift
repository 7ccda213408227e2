/// Why a message could not be sent, received or understood.
package struct HTTPError: Error, Sendable, CustomStringConvertible {
    /// What kind of problem it is.
    package enum Code: String, Sendable, Hashable {
        /// The message breaks RFC 9112, or a limit of ours on its shape.
        case malformed
        /// The target of a request is not a URL that can be used.
        case invalidURL
        /// A body is longer than allowed.
        case bodyTooLarge
        /// The name of the host was not found.
        case hostNotFound
        /// No connection was made; nothing was sent.
        case connectFailed
        /// The certificate of the other side was refused; nothing was sent.
        case tlsFailed
        /// A limit of time was passed.
        case timeout
        /// The connection ended before the whole response had come.
        case connectionLost
        /// The caller gave up.
        case cancelled
        /// Anything else.
        case other
    }

    package var code: Code
    /// What happened, and to what; never with a secret.
    package var message: String
    /// Whether it is certain that no byte of the request reached the other side.
    package var nothingSent: Bool
    /// What led to it.
    package var cause: (any Error)?

    package init(_ code: Code, _ message: String, nothingSent: Bool = false, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.nothingSent = nothingSent
        self.cause = cause
    }

    package var description: String { message }

    static func bodyTooLarge(_ limit: Int) -> HTTPError {
        HTTPError(.bodyTooLarge, "the body is longer than \(limit) bytes")
    }
}
