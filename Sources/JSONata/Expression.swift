package import JSON

/// A parsed JSONata expression, which can be kept and evaluated on any thread.
///
/// The language is that of JSONata 2.2; see `docs/jsonata.md` for limits and additions.
package struct Expression: Sendable, CustomStringConvertible {
    let tree: SyntaxTree

    /// The text that was parsed.
    package var text: String { tree.text }

    package var description: String { tree.text }

    /// Reads the text of an expression.
    ///
    /// - Throws: ``JSONataError`` with an `S` code, and where reading stopped.
    package init(_ text: String) throws(JSONataError) {
        do {
            tree = try Parser.parse(text)
        } catch let error as JSONataError {
            throw error
        } catch {
            throw JSONataError("S0201", message: "The expression could not be read: \(error)")
        }
    }

    /// The result for an input, nil for JSONata's nothing.
    ///
    /// Variables are named without their dollar sign. Nil as input is nothing, which differs from `null`.
    /// - Throws: ``JSONataError``; codes that start with `U` are limits of `options`.
    package func evaluate(
        _ input: JSONValue?,
        bindings: [String: JSONValue] = [:],
        options: EvaluationOptions = EvaluationOptions()
    ) throws(JSONataError) -> JSONValue? {
        try evaluate(input, bindings: bindings, options: options, observer: nil)
    }

    func evaluate(
        _ input: JSONValue?,
        bindings: [String: JSONValue],
        options: EvaluationOptions,
        observer: ((Node, Value) -> Void)?
    ) throws(JSONataError) -> JSONValue? {
        let value = Value(input)
        let evaluator = Evaluator(
            options: options,
            tree: tree,
            bindings: bindings.map { (name: $0.key, value: Value($0.value)) },
            input: value,
            observer: observer
        )
        do {
            let result = try evaluator.evaluate(tree.root, value.wrappedAsInput, evaluator.root)
            try evaluator.measure(result)
            return try result.json()
        } catch let error as JSONataError {
            throw error
        } catch {
            throw JSONataError("D3121", message: "The expression failed: \(error)")
        }
    }
}

extension Evaluator {
    /// Refuses a result whose JSON would be larger than allowed, before it is built.
    fileprivate func measure(_ value: Value) throws {
        var room = options.limits.resultBytes
        try take(value, &room)
        if room < 0 { throw tooLarge() }
    }

    private func take(_ value: Value, _ room: inout Int) throws {
        if room < 0 { throw tooLarge() }
        switch value {
        case .undefined, .function, .tuple: break
        case .null, .bool, .integer, .double: room -= 5
        case .literal(let literal): room -= literal.text.utf8.count
        case .string(let text): room -= text.utf8.count + 2
        case .array(let array):
            room -= 2 + array.elements.count
            for element in array.elements { try take(element, &room) }
        case .object(let object):
            room -= 2
            for position in 0..<object.count {
                room -= object.name(at: position).utf8.count + 4
                try take(object.value(at: position), &room)
            }
        }
    }
}
