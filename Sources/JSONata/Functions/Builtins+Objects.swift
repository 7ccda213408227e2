import JSON

extension Builtins {
    /// Functions of objects.
    static let objects: [BuiltinFunction] = [
        BuiltinFunction("keys", "<x-:a<s>>", arity: 1) { evaluator, arguments in
            var keys = ObjectBuilder()
            try evaluator.collectKeys(arguments[0], into: &keys)
            let names = (0..<keys.count).map { keys.value(at: $0) }
            return try evaluator.array(names, .sequence)
        },
        BuiltinFunction("lookup", "<x-s:x>", arity: 2) { evaluator, arguments in
            guard let name = try arguments.string(1) else { return .undefined }
            return try evaluator.lookup(name, in: arguments[0])
        },
        BuiltinFunction("spread", "<x-:a<o>>", arity: 1) { evaluator, arguments in
            switch arguments[0] {
            case .array, .object:
                var results: [Value] = []
                try evaluator.spread(arguments[0], into: &results)
                return try evaluator.array(results, .sequence)
            default: return arguments[0]
            }
        },
        BuiltinFunction("merge", "<a<o>:o>", arity: 1) { evaluator, arguments in
            guard let elements = try arguments.elements(0) else { return .undefined }
            var merged = ObjectBuilder()
            for case .object(let object) in elements {
                try evaluator.charge(object.count)
                for position in 0..<object.count {
                    merged.set(object.name(at: position), to: object.value(at: position))
                }
            }
            return try evaluator.object(merged.build())
        },
        BuiltinFunction("each", "<o-f:a>", arity: 2) { evaluator, arguments in
            guard case .object(let object) = arguments[0] else { return .undefined }
            let function = try arguments.function(1)
            var results: [Value] = []
            for position in 0..<object.count {
                let name = Value.string(object.name(at: position))
                let value = try evaluator.apply(function, to: object.value(at: position), name, arguments)
                if !value.isUndefined { results.append(value) }
            }
            return try evaluator.array(results, .sequence)
        },
        BuiltinFunction("sift", "<o-f?:o>", arity: 2) { evaluator, arguments in
            guard case .object(let object) = arguments[0] else { return .undefined }
            let function = try arguments.function(1)
            var kept = ObjectBuilder()
            for position in 0..<object.count {
                let name = object.name(at: position)
                let value = object.value(at: position)
                if try evaluator.apply(function, to: value, .string(name), arguments).isTrue() {
                    kept.set(name, to: value)
                }
            }
            return kept.isEmpty ? .undefined : try evaluator.object(kept.build())
        },
        BuiltinFunction("clone", "<(oa)-:o>", arity: 1) { evaluator, arguments in
            try evaluator.copy(arguments[0], depth: 0)
        },
    ]
}

extension Evaluator {
    fileprivate func collectKeys(_ value: Value, into keys: inout ObjectBuilder) throws {
        switch value {
        case .object(let object):
            try charge(object.count)
            for position in 0..<object.count {
                let name = object.name(at: position)
                keys.set(name, to: .string(name))
            }
        case .array(let array):
            try charge(array.elements.count)
            for element in array.elements { try collectKeys(element, into: &keys) }
        default: break
        }
    }

    func lookup(_ name: String, in value: Value) throws -> Value {
        switch value {
        case .object(let object): return object.value(of: name) ?? .undefined
        case .array(let array):
            var found: [Value] = []
            for element in array.elements {
                try charge()
                let inner = try lookup(name, in: element)
                switch inner {
                case .undefined: continue
                case .array(let array): found += array.elements
                default: found.append(inner)
                }
            }
            return try self.array(found, .sequence)
        default: return .undefined
        }
    }

    fileprivate func spread(_ value: Value, into results: inout [Value]) throws {
        switch value {
        case .object(let object):
            for position in 0..<object.count {
                let shape = Shape(names: [object.name(at: position)])
                results.append(try self.object(ObjectValue(shape: shape, values: [object.value(at: position)])))
            }
        case .array(let array):
            try charge(array.elements.count)
            for element in array.elements { try spread(element, into: &results) }
        case .undefined: break
        default: results.append(value)
        }
    }
}
