/// Why the write ledger cannot do what it was asked for.
package struct LedgerError: Error, Sendable, CustomStringConvertible {
    /// What kind of problem it is.
    package enum Code: String, Sendable, Hashable {
        /// There is no such row.
        case notFound = "not_found"
        /// The row is not in a state that allows it.
        case conflict
        /// The row cannot be understood.
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
