import JSON

/// A piece of the text of an expression.
struct Token {
    enum Kind {
        case name, variable, symbol, string, number, value, regex, end
    }

    var kind: Kind
    /// The name, the operator or the text of a string.
    var text: String
    /// Where the next token may start, which is what errors report.
    var position: Int
    /// Where the token starts.
    var start: Int
    var number: JSONNumber = .integer(0)
    var literal: JSONValue = .null
    var regex: RegexProgram?

    /// What the reference implementation shows for this token in an error.
    var shown: String {
        switch kind {
        case .number: number.text
        case .value: JSONWriter.text(of: literal)
        case .end: "(end)"
        default: text
        }
    }

    /// Whether this is that operator; `and`, `or` and `in` are operators too.
    func isSymbol(_ symbol: String) -> Bool { kind == .symbol && text == symbol }
}
