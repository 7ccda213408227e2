/// Why a transcript or recording cannot be written, read or replayed.
package struct TranscriptError: Error, Sendable, CustomStringConvertible {
    /// What kind of problem it is.
    package enum Code: String, Sendable, Hashable {
        /// The file could not be made or written.
        case file = "transcript_file"
        /// The content is not a transcript or recording.
        case invalid = "transcript_invalid"
    }

    package var code: Code
    /// What happened, to what, and what to do.
    package var message: String
    package var cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String { message }
}
