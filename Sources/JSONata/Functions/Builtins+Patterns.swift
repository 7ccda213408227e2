import JSON

extension Builtins {
    /// Functions that take a string or a regular expression to look for.
    static let patterns: [BuiltinFunction] = [
        BuiltinFunction("contains", "<s-(sf):b>", arity: 2) { evaluator, arguments in
            guard let text = try arguments.string(0) else { return .undefined }
            switch arguments[1] {
            case .string(let token): return .bool(TextFunctions.range(of: token, in: text) != nil)
            case .function(let pattern):
                var matches = try evaluator.matches(pattern, text, name: "contains", arguments)
                return .bool(try matches.next() != nil)
            default: return .undefined
            }
        },
        BuiltinFunction("match", "<s-f<s:o>n?:a<o>>", arity: 3) { evaluator, arguments in
            guard let text = try arguments.string(0) else { return .undefined }
            let limit = try arguments.number(2)
            if let limit, limit < 0 { throw JSONataError("D3040", value: arguments[2].shown, argument: 3) }
            var results: [Value] = []
            if limit.map({ $0 > 0 }) ?? true {
                var matches = try evaluator.matches(try arguments.function(1), text, name: "match", arguments)
                while Double(results.count) < limit ?? .infinity, let match = try matches.next() {
                    var object = ObjectBuilder()
                    object.set("match", to: .string(match.text))
                    object.set("index", to: .integer(match.start))
                    object.set("groups", to: try evaluator.array(match.groups))
                    results.append(try evaluator.object(object.build()))
                }
            }
            return try evaluator.array(results, .sequence)
        },
        BuiltinFunction("replace", "<s-(sf)(sf)n?:s>", arity: 4) { evaluator, arguments in
            guard let text = try arguments.string(0) else { return .undefined }
            if case .string("") = arguments[1] {
                throw JSONataError("D3010", value: .string(""), argument: 2)
            }
            let limit = try arguments.number(3)
            if let limit, limit < 0 { throw JSONataError("D3011", value: arguments[3].shown, argument: 4) }
            if let limit, limit <= 0 { return .string(text) }
            switch arguments[1] {
            case .string(let token):
                guard case .string(let replacement) = arguments[2] else {
                    throw JSONataError("D3012", value: arguments[2].shown)
                }
                return .string(try evaluator.replace(token, in: text, by: replacement, limit: limit ?? .infinity))
            case .function(let pattern):
                var matches = try evaluator.matches(pattern, text, name: "replace", arguments)
                return .string(try evaluator.replace(&matches, in: text, by: arguments[2], limit: limit ?? .infinity))
            default: return .string(text)
            }
        },
        BuiltinFunction("split", "<s-(sf)n?:a<s>>", arity: 3) { evaluator, arguments in
            guard let text = try arguments.string(0) else { return .undefined }
            let limit = try arguments.number(2)
            if let limit, limit < 0 { throw JSONataError("D3020", value: arguments[2].shown, argument: 3) }
            if let limit, limit <= 0 { return try evaluator.array([]) }
            try evaluator.charge(text.utf8.count)
            switch arguments[1] {
            case .string(let token):
                let parts = PatternFunctions.split(text, token, limit: limit.map { Int(min($0, 1e9)) } ?? .max)
                return try evaluator.array(parts.map { .string($0) })
            case .function(let pattern):
                var matches = try evaluator.matches(pattern, text, name: "split", arguments)
                return try evaluator.array(try evaluator.split(&matches, text, limit: limit ?? .infinity))
            default: return try evaluator.array([.string(text)])
            }
        },
    ]
}
