/// Where a value stands in the text of a workflow file; of a formula, where its expression starts in the string.
package struct TextAnchor: Sendable, Hashable {
    /// The JSON Pointer (RFC 6901) of the value.
    package var pointer: String
    /// The byte at which the value starts, a string's opening quote included.
    package var offset: Int
    /// How many UTF-16 code units of the string, escapes undone, come before the expression.
    package var skipped: Int

    package init(pointer: String, offset: Int, skipped: Int = 0) {
        self.pointer = pointer
        self.offset = offset
        self.skipped = skipped
    }
}
