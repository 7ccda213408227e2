/// Why the program cannot start, or cannot go on.
package struct GatewayError: Error, Sendable, CustomStringConvertible {
    /// What kind of problem it is.
    package enum Code: String, Sendable, Hashable {
        /// Something that a person set is missing or wrong.
        case configuration
        /// Another process owns the data folder, or the port is in use.
        case busy
        /// The store cannot be opened or written.
        case storage
        /// A model was asked for that cannot be had.
        case model
        /// A file that a person wrote cannot be used.
        case file
    }

    package var code: Code
    /// What happened, to what, and what to do next; one line.
    package var message: String
    package var cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String { message }
}
