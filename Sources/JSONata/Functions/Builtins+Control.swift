import JSON

extension Builtins {
    /// Functions that test values, stop the evaluation or run other expressions.
    static let control: [BuiltinFunction] = [
        BuiltinFunction("boolean", "<x-:b>", arity: 1) { _, arguments in
            arguments[0].isUndefined ? .undefined : .bool(try arguments[0].isTrue())
        },
        BuiltinFunction("not", "<x-:b>", arity: 1) { _, arguments in
            arguments[0].isUndefined ? .undefined : .bool(!(try arguments[0].isTrue()))
        },
        BuiltinFunction("exists", "<x:b>", arity: 1) { _, arguments in
            .bool(!arguments[0].isUndefined)
        },
        BuiltinFunction("type", "<x:s>", arity: 1) { _, arguments in
            switch arguments[0] {
            case .undefined, .tuple: .undefined
            case .null: .string("null")
            case .bool: .string("boolean")
            case .integer, .double, .literal: .string("number")
            case .string: .string("string")
            case .array: .string("array")
            case .object: .string("object")
            case .function: .string("function")
            }
        },
        BuiltinFunction("error", "<s?:x>", arity: 1) { _, arguments in
            throw JSONataError("D3137", message: try arguments.string(0) ?? "$error() function evaluated")
        },
        BuiltinFunction("assert", "<bs?:x>", arity: 2) { _, arguments in
            if try arguments[0].isTrue() { return .undefined }
            throw JSONataError("D3141", message: try arguments.string(1) ?? "$assert() statement failed")
        },
        BuiltinFunction("eval", "<sx?:x>", arity: 2) { evaluator, arguments in
            guard let text = try arguments.string(0) else { return .undefined }
            guard evaluator.options.allowsEval else { throw JSONataError("U1005", value: .string("$eval")) }
            let tree: SyntaxTree
            do {
                tree = try Parser.parse(text)
            } catch let error as JSONataError {
                throw JSONataError("D3120", value: .string(error.message))
            }
            do {
                let context = arguments[1].isUndefined ? arguments.input : arguments[1]
                return try evaluator.evaluateText(tree, context.wrappedAsInput, arguments.frame)
            } catch let error as JSONataError where !error.code.hasPrefix("U") {
                throw JSONataError("D3121", value: .string(error.message))
            }
        },
    ]
}

extension Value {
    /// An array as the single item that an expression sees when it is the input.
    var wrappedAsInput: Value {
        guard case .array(let array) = self, !array.isSequence else { return self }
        return .array(ArrayValue([self], [.sequence, .outerWrapper]))
    }
}
