package import JSON

/// Why an expression could not be read or evaluated.
///
/// Codes, positions and tokens are those of the JSONata reference implementation: `S` for text that is not an
/// expression, `T` for a value of the wrong type, `D` for what only the data shows, `U` for a limit of this evaluation.
package struct JSONataError: Error, Sendable, Hashable, CustomStringConvertible {
    /// Such as `T2001`.
    package var code: String
    /// How far reading had come, in UTF-16 code units from the start of the expression; the unit after the token.
    package var position: Int?
    /// The operator, function or name at fault.
    package var token: String?
    /// The value at fault, or the text that was expected.
    package var value: JSONValue?
    /// The second of two values at fault.
    package var secondValue: JSONValue?
    /// Which argument of a function is at fault, from 1.
    package var argument: Int?
    private var ownMessage: String?

    package init(
        _ code: String,
        position: Int? = nil,
        token: String? = nil,
        value: JSONValue? = nil,
        secondValue: JSONValue? = nil,
        argument: Int? = nil,
        message: String? = nil
    ) {
        self.code = code
        self.position = position
        self.token = token
        self.value = value
        self.secondValue = secondValue
        self.argument = argument
        ownMessage = message
    }

    /// What happened, in words.
    package var message: String { ownMessage ?? ErrorMessages.text(for: self) }

    package var description: String {
        guard let position else { return "\(code): \(message)" }
        return "\(code) at \(position): \(message)"
    }

    /// The line and column, from 1, that the position stands for in the text of the expression.
    package func place(in text: String) -> SourcePlace? {
        position.map { SourcePlace(offset: $0, in: text) }
    }
}
