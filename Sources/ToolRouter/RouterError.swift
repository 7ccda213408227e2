/// Why the router does not do what it was asked for.
package struct RouterError: Error, Sendable, CustomStringConvertible {
    /// What kind of problem it is.
    package enum Code: String, Sendable, Hashable {
        /// The request is not well formed, or asks for something that makes no sense.
        case invalid
        /// There is no such thing.
        case notFound = "not_found"
        /// Somebody else changed it first.
        case conflict
        /// The caller may not do it.
        case forbidden
        /// What is stored was changed by somebody else than this program.
        case damaged
        /// The store failed.
        case storage
    }

    package var code: Code
    /// What is wrong, and what to do about it.
    package var message: String
    package var cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String { message }
}
