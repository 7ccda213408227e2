/// Why a text is not a regular expression.
struct RegexSyntaxError: Error {
    var message: String
    /// In UTF-16 code units from the start of the pattern.
    var offset: Int
}
