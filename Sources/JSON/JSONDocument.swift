/// A JSON text that has been checked in full, and whose values are made only when asked for.
///
/// Reading costs about half a nanosecond a byte and one allocation: for text of which only a few members matter, or
/// that is passed on as it is. Accepts exactly what ``JSONParser`` accepts under the same options.
package struct JSONDocument: Sendable {
    private let tape: JSONTape

    /// Checks a whole text.
    ///
    /// - Throws: ``JSONError`` with line and column.
    package init(_ bytes: [UInt8], options: JSONParser.Options = JSONParser.Options()) throws(JSONError) {
        guard bytes.count <= options.maximumSize, let tape = JSONTape(bytes, maximumDepth: options.maximumDepth) else {
            // Only a text that is refused is read a second time, to say why.
            _ = try JSONParser.parse(bytes, options: options)
            throw JSONError(.syntax, "the text is not JSON", at: 0, in: [])
        }
        self.tape = tape
        if options.refusesDuplicateNames, root.hasDuplicateNames { _ = try JSONParser.parse(bytes, options: options) }
    }

    /// Checks a whole text.
    ///
    /// - Throws: ``JSONError`` with line and column.
    package init(_ text: String, options: JSONParser.Options = JSONParser.Options()) throws(JSONError) {
        try self.init(Array(text.utf8), options: options)
    }

    /// The text as it was given.
    package var bytes: [UInt8] { tape.bytes }

    /// The value of the text.
    package var root: JSONElement { JSONElement(tape: tape, index: 0) }
}
