/// Why a server cannot listen.
package struct WebServerError: Error, Sendable, CustomStringConvertible {
    /// What kind of problem it is.
    package enum Code: String, Sendable, Hashable {
        /// Another process listens there.
        case addressInUse
        /// The user may not listen there: a port below 1024, a folder that cannot be written.
        case permissionDenied
        /// The address is not one of this machine's, or no address at all.
        case badAddress
        /// Anything else.
        case other
    }

    package var code: Code
    /// What happened, to what, and what to do next.
    package var message: String
    /// What led to it.
    package var cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String { message }
}
