/// Why the text between angle brackets is not the signature of a function.
struct SignatureSyntaxError: Error {
    var code: String
    /// In characters from the opening bracket.
    var offset: Int
    var text: String
}
