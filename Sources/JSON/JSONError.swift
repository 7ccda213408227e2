/// Why text is not the JSON that was wanted.
package struct JSONError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of problem it is.
    package enum Code: String, Sendable, Hashable {
        /// The text breaks RFC 8259.
        case syntax
        /// The text is not UTF-8.
        case encoding
        /// Arrays and objects are nested deeper than allowed.
        case tooDeep
        /// The text is longer than allowed.
        case tooLarge
        /// An object has the same name twice, which this reader was asked to refuse.
        case duplicateName
    }

    package var code: Code
    package var message: String
    /// The byte at which reading stopped, from 0.
    package var offset: Int
    /// The line of that byte, from 1.
    package var line: Int
    /// The column of that byte within its line, in bytes, from 1.
    package var column: Int

    package var description: String { "line \(line), column \(column): \(message)" }

    /// An error at a byte of a text; line and column are counted here, so that readers need not.
    package init(_ code: Code, _ message: String, at offset: Int, in bytes: some Collection<UInt8>) {
        self.code = code
        self.message = message
        self.offset = offset
        line = 1
        column = 1
        for byte in bytes.prefix(offset) {
            if byte == 0x0A {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
    }
}
