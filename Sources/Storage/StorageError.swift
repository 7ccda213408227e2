/// Why data could not be kept or found.
package struct StorageError: Error, Sendable, CustomStringConvertible {
    /// What kind of problem it is.
    package enum Code: String, Sendable, Hashable {
        /// The disk, or the size that the database may have, is used up. Nothing of the change was kept.
        case full
        /// The file or the folder cannot be written.
        case readOnly
        /// Another process holds the database or the data folder.
        case locked
        /// The file is no database, or not one of this program.
        case notADatabase
        /// The database contradicts itself.
        case corrupt
        /// The file or the folder cannot be opened or made.
        case cannotOpen
        /// The disk failed.
        case io
        /// A uniqueness, reference or check was broken. Nothing of the change was kept.
        case constraint
        /// A statement is wrong: an error in this program.
        case statement
        /// A result is not of the shape that was expected.
        case mismatch
        /// A migration is not the one that was applied, or the schema is of a newer program.
        case schema
        /// The database was closed.
        case closed
    }

    package var code: Code
    /// What happened, to what, and what to do next.
    package var message: String
    package var cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String { message }
}
