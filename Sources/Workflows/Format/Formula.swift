package import JSON
package import JSONata

/// An expression of a workflow file, compiled once.
package struct Formula: Sendable {
    package let expression: Expression
    /// Where it stands in the file.
    package let anchor: TextAnchor
    /// The names that it may read from its scope, without dollar signs.
    package let names: Set<String>

    /// The expression as it was written, without the `=`.
    package var text: String { expression.text }

    /// Compiles an expression.
    ///
    /// - Throws: `JSONataError`.
    package init(_ text: String, at anchor: TextAnchor) throws(JSONataError) {
        expression = try Expression(text)
        self.anchor = anchor
        names = expression.mentionedNames
    }

    /// The value in a scope, nil for JSONata's nothing.
    ///
    /// Only the variables that the formula names are looked at, so that a large scope costs a small formula nothing.
    /// - Throws: ``WorkflowError`` with code `expression`.
    package func evaluate(_ scope: FormulaScope) throws(WorkflowError) -> JSONValue? {
        var bindings: [String: JSONValue] = [:]
        for name in names { bindings[name] = scope.bindings[name] }
        do {
            return try expression.evaluate(nil, bindings: bindings, options: scope.options)
        } catch {
            throw WorkflowError("expression", "\(anchor.pointer): \(error.code): \(error.message)", cause: error)
        }
    }

    /// Whether the value counts as true, by the rules of JSONata's `$boolean`; nothing and null do not.
    ///
    /// - Throws: ``WorkflowError`` with code `expression`.
    package func isTrue(_ scope: FormulaScope) throws(WorkflowError) -> Bool {
        try evaluate(scope).map(Formula.isTrue) ?? false
    }

    /// The value as a list, for loops: nothing and null are empty, and a value that is no array is one item.
    ///
    /// - Throws: ``WorkflowError`` with code `expression`.
    package func list(_ scope: FormulaScope) throws(WorkflowError) -> [JSONValue] {
        switch try evaluate(scope) {
        case nil, .null?: []
        case .array(let items)?: items
        case let item?: [item]
        }
    }

    private static func isTrue(_ value: JSONValue) -> Bool {
        switch value {
        case .null: false
        case .bool(let value): value
        case .number(let number): number.double != 0
        case .string(let text): !text.isEmpty
        case .array(let items): items.contains(where: isTrue)
        case .object(let object): !object.isEmpty
        }
    }
}
