import JSON
import JSONata

/// A JSONata expression that reshapes what the other side answers; two are equal when their texts are.
struct ResponseMapping: Sendable, Hashable {
    private let expression: Expression

    // The expression is the toolkit author's, but what it reads is not: a mapping ends, whatever the answer holds.
    private static let options = EvaluationOptions(
        limits: EvaluationLimits(milliseconds: 2_000, resultBytes: 32 << 20),
        allowsRandom: false
    )

    /// Compiles an expression.
    ///
    /// - Throws: `JSONataError`.
    init(_ text: String) throws(JSONataError) {
        expression = try Expression(text)
    }

    /// The value made of another; nil when the expression gives nothing, or fails.
    func value(of input: JSONValue) -> JSONValue? {
        (try? expression.evaluate(input, options: Self.options)) ?? nil
    }

    static func == (a: ResponseMapping, b: ResponseMapping) -> Bool { a.expression.text == b.expression.text }

    func hash(into hasher: inout Hasher) { hasher.combine(expression.text) }
}

extension ResponseReader.Reading {
    /// The same answer with each of its records reshaped; a record that the mapping cannot handle stays as it is.
    func mapped(by mapping: ResponseMapping) -> ResponseReader.Reading {
        var mapped = self
        switch content {
        case .nothing: break
        case .rawList, .list: mapped.content = .list(records.map { mapping.value(of: $0) ?? $0 })
        case .rawRecord:
            guard let record = records.first, let value = mapping.value(of: record) else { break }
            mapped.content = .rawRecord(JSONWriter.bytes(of: value)[...])
        }
        return mapped
    }
}
