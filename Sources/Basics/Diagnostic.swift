/// A problem in a file that a person wrote; problems are collected and shown together instead of thrown one by one.
package struct Diagnostic: Sendable, Hashable, CustomStringConvertible {
    /// How much a problem matters.
    package enum Severity: String, Sendable, Hashable {
        /// The file, or the part that is named, cannot be used.
        case error
        /// The file works, but probably not as meant.
        case warning
    }

    package var severity: Severity
    /// The path as the person knows it.
    package var file: String
    /// A JSON Pointer (RFC 6901) into the file, empty for the whole of it.
    package var pointer: String
    /// The line, from 1, where it is known.
    package var line: Int?
    /// The column in bytes, from 1, where it is known.
    package var column: Int?
    /// What is wrong, and what to do about it.
    package var message: String

    package init(
        _ severity: Severity,
        file: String,
        pointer: String = "",
        line: Int? = nil,
        column: Int? = nil,
        _ message: String
    ) {
        self.severity = severity
        self.file = file
        self.pointer = pointer
        self.line = line
        self.column = column
        self.message = message
    }

    /// The problem on one line, such as `toolkits/x/toolkit.json:3:7 /tools/0: error: …` with its message.
    package var description: String {
        var text = file
        if let line {
            text += ":\(line)"
            if let column { text += ":\(column)" }
        }
        if !pointer.isEmpty { text += " " + pointer }
        return text + ": \(severity.rawValue): \(message)"
    }
}
