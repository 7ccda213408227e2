package import JSON

/// A JSON value of a workflow file whose strings may be formulas, or texts with formulas in them; compiled once.
///
/// A string that starts with `=` is a formula and keeps the type of its value. In any other string each `{{ }}` is replaced
/// by the text of its value: a string as it is, nothing and null as nothing, all else as JSON.
package struct Template: Sendable {
    /// A piece of a text.
    package enum Part: Sendable {
        case text(String)
        case formula(Formula)
    }

    /// What a template is made of.
    package indirect enum Content: Sendable {
        /// A value without formulas.
        case constant(JSONValue)
        case formula(Formula)
        case text([Part])
        case array([Content])
        case object([(name: String, value: Content)])
    }

    package let content: Content
    /// Where it stands in the file.
    package let anchor: TextAnchor

    package init(_ content: Content, at anchor: TextAnchor) {
        self.content = content
        self.anchor = anchor
    }

    /// The value in a scope, nil when it is a formula that gives nothing.
    ///
    /// Members and elements that give nothing are left out.
    /// - Throws: ``WorkflowError`` with code `expression`.
    package func evaluate(_ scope: FormulaScope) throws(WorkflowError) -> JSONValue? {
        try Template.evaluate(content, scope)
    }

    /// The value as text: a string as it is, nothing and null as empty text, all else as JSON.
    ///
    /// - Throws: ``WorkflowError`` with code `expression`.
    package func text(_ scope: FormulaScope) throws(WorkflowError) -> String {
        Template.text(of: try evaluate(scope))
    }

    /// The value when no formula is in it.
    package var constant: JSONValue? {
        if case .constant(let value) = content { value } else { nil }
    }

    /// Every formula in it, in the order of the file.
    package var formulas: [Formula] { Template.formulas(in: content) }

    /// A value as the text that stands for it in a text.
    package static func text(of value: JSONValue?) -> String {
        switch value {
        case nil, .null?: ""
        case .string(let text)?: text
        case let value?: JSONWriter.text(of: value)
        }
    }

    private static func evaluate(_ content: Content, _ scope: FormulaScope) throws(WorkflowError) -> JSONValue? {
        switch content {
        case .constant(let value): return value
        case .formula(let formula): return try formula.evaluate(scope)
        case .text(let parts):
            var text = ""
            for part in parts {
                switch part {
                case .text(let piece): text += piece
                case .formula(let formula): text += Template.text(of: try formula.evaluate(scope))
                }
            }
            return .string(text)
        case .array(let elements):
            var array: [JSONValue] = []
            for element in elements {
                if let value = try evaluate(element, scope) { array.append(value) }
            }
            return .array(array)
        case .object(let members):
            var object = JSONObject()
            for member in members {
                if let value = try evaluate(member.value, scope) { object.append(name: member.name, value: value) }
            }
            return .object(object)
        }
    }

    private static func formulas(in content: Content) -> [Formula] {
        switch content {
        case .constant: []
        case .formula(let formula): [formula]
        case .text(let parts): parts.compactMap { if case .formula(let formula) = $0 { formula } else { nil } }
        case .array(let elements): elements.flatMap(formulas)
        case .object(let members): members.flatMap { formulas(in: $0.value) }
        }
    }
}
