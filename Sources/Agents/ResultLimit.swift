/// Keeps a tool result from filling the model's context.
enum ResultLimit {
    /// The text itself when it fits, else its beginning and a notice that says how to get the rest.
    ///
    /// The cut is between characters.
    static func apply(_ text: String, limit: Int, canReadMore: Bool) -> (text: String, isCut: Bool) {
        let size = text.utf8.count
        guard size > limit else { return (text, false) }
        var end = text.utf8.index(text.utf8.startIndex, offsetBy: max(0, limit))
        while end > text.startIndex, String.Index(end, within: text.unicodeScalars) == nil {
            end = text.utf8.index(before: end)
        }
        let way =
            canReadMore
            ? "read the rest with read_result, or ask for less: "
            : "to see the rest ask for less at a time: "
        let notice =
            "\n\n[Shortened: \(text[..<end].utf8.count) of \(size) bytes are shown; \(way)"
            + "a smaller limit with next_cursor, narrower filters, or one record by its id.]"
        return (String(text[..<end]) + notice, true)
    }
}
