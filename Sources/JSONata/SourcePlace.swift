/// A place in the text of an expression, for people.
package struct SourcePlace: Sendable, Hashable, CustomStringConvertible {
    /// From 1.
    package var line: Int
    /// In characters, from 1.
    package var column: Int

    package var description: String { "line \(line), column \(column)" }

    package init(line: Int, column: Int) {
        self.line = line
        self.column = column
    }

    /// The place of a UTF-16 code unit of a text.
    package init(offset: Int, in text: String) {
        line = 1
        column = 1
        var unit = 0
        for character in text {
            unit += character.utf16.count
            if unit > offset { break }
            if character.isNewline {
                line += 1
                column = 1
            } else {
                column += 1
            }
        }
    }
}
