import JSON

extension Builtins {
    /// Functions of arrays, and those that take a function to apply to each element.
    static let sequences: [BuiltinFunction] = [
        BuiltinFunction("map", "<af>", arity: 2) { evaluator, arguments in
            guard let elements = try arguments.elements(0) else { return .undefined }
            let function = try arguments.function(1)
            var results: [Value] = []
            results.reserveCapacity(elements.count)
            for (position, element) in elements.enumerated() {
                let value = try evaluator.apply(function, to: element, .integer(position), arguments)
                if !value.isUndefined { results.append(value) }
            }
            return try evaluator.array(results, .sequence)
        },
        BuiltinFunction("filter", "<af>", arity: 2) { evaluator, arguments in
            guard let elements = try arguments.elements(0) else { return .undefined }
            let function = try arguments.function(1)
            var results: [Value] = []
            for (position, element) in elements.enumerated() {
                let keeps = try evaluator.apply(function, to: element, .integer(position), arguments)
                if try keeps.isTrue() { results.append(element) }
            }
            return try evaluator.array(results, .sequence)
        },
        BuiltinFunction("single", "<af?>", arity: 2) { evaluator, arguments in
            guard let elements = try arguments.elements(0) else { return .undefined }
            var found: Value?
            for (position, element) in elements.enumerated() {
                var isMatch = true
                if case .function(let function) = arguments[1] {
                    isMatch = try evaluator.apply(function, to: element, .integer(position), arguments).isTrue()
                }
                guard isMatch else { continue }
                if found != nil { throw JSONataError("D3138", argument: position) }
                found = element
            }
            guard let found else { throw JSONataError("D3139") }
            return found
        },
        BuiltinFunction("reduce", "<afj?:j>", arity: 3) { evaluator, arguments in
            guard let elements = try arguments.elements(0) else { return .undefined }
            let function = try arguments.function(1)
            let arity = function.arity
            guard arity >= 2 else { throw JSONataError("D3050", argument: 1) }
            var result = arguments[2]
            var start = 0
            if result.isUndefined, let first = elements.first {
                result = first
                start = 1
            }
            for position in start..<max(start, elements.count) {
                var given = [result, elements[position]]
                if arity >= 3 { given.append(.integer(position)) }
                if arity >= 4 { given.append(arguments[0]) }
                result = try evaluator.apply(function, given, .null, arguments.frame)
            }
            return result
        },
        BuiltinFunction("zip", "<a+>", arity: 0, parameters: 1) { evaluator, arguments in
            let arrays = arguments.values.map { value -> [Value] in
                if case .array(let array) = value { array.elements } else { [] }
            }
            let length = arrays.lazy.map(\.count).min() ?? 0
            var rows: [Value] = []
            for position in 0..<length { rows.append(try evaluator.array(arrays.map { $0[position] })) }
            return try evaluator.array(rows)
        },
        BuiltinFunction("append", "<xx:a>", arity: 2) { evaluator, arguments in
            if arguments[0].isUndefined { return arguments[1] }
            if arguments[1].isUndefined { return arguments[0] }
            var elements: [Value] = []
            for value in [arguments[0], arguments[1]] {
                guard case .array(let array) = value else {
                    elements.append(value)
                    continue
                }
                try evaluator.charge(array.elements.count)
                elements += array.elements
            }
            return try evaluator.array(elements)
        },
        BuiltinFunction("reverse", "<a:a>", arity: 1) { evaluator, arguments in
            guard let elements = try arguments.elements(0) else { return .undefined }
            return elements.count <= 1 ? arguments[0] : try evaluator.array(elements.reversed())
        },
        BuiltinFunction("sort", "<af?:a>", arity: 2) { evaluator, arguments in
            guard let elements = try arguments.elements(0) else { return .undefined }
            if elements.count <= 1 { return arguments[0] }
            if case .function(let function) = arguments[1] {
                let sorted = try evaluator.mergeSorted(elements) { first, second in
                    try evaluator.apply(function, [first, second], .null, arguments.frame).isTrue()
                }
                return try evaluator.array(sorted)
            }
            let areNumbers = elements.allSatisfy { $0.number != nil }
            guard areNumbers || elements.allSatisfy({ $0.string != nil }) else {
                throw JSONataError("D3070", argument: 1)
            }
            let sorted = try evaluator.mergeSorted(elements) { try Operators.order($0, $1, position: 0) > 0 }
            return try evaluator.array(sorted)
        },
        BuiltinFunction("shuffle", "<a:a>", arity: 1) { evaluator, arguments in
            try evaluator.allowRandom("shuffle")
            guard let elements = try arguments.elements(0) else { return .undefined }
            return elements.count <= 1 ? arguments[0] : try evaluator.array(elements.shuffled())
        },
        BuiltinFunction("distinct", "<x:x>", arity: 1) { evaluator, arguments in
            guard case .array(let array) = arguments[0], array.elements.count > 1 else { return arguments[0] }
            let distinct = try evaluator.distinct(array.elements)
            return try evaluator.array(distinct, array.isSequence ? .sequence : [])
        },
    ]
}

extension Evaluator {
    /// Applies a function to an element, giving it the place and the whole as well when it takes them.
    func apply(
        _ function: FunctionValue,
        to element: Value,
        _ place: Value,
        _ arguments: Arguments
    ) throws -> Value {
        let arity = function.arity
        var given = [element]
        if arity >= 2 { given.append(place) }
        if arity >= 3 { given.append(arguments[0]) }
        return try apply(function, given, .null, arguments.frame)
    }

    /// The elements without repetitions, in the order of their first appearance.
    func distinct(_ elements: [Value]) throws -> [Value] {
        var results: [Value] = []
        var texts: Set<String> = []
        var integers: Set<Int> = []
        var others: [Value] = []
        for element in elements {
            try charge()
            switch element {
            case .string(let text):
                if texts.insert(text).inserted { results.append(element) }
                continue
            case .integer(let number):
                if integers.insert(number).inserted { results.append(element) }
                continue
            case .double(let number):
                if let integer = Int(exactly: number) {
                    if integers.insert(integer).inserted { results.append(element) }
                    continue
                }
            default: break
            }
            try charge(others.count)
            if try others.contains(where: { try isSame($0, element) }) { continue }
            others.append(element)
            results.append(element)
        }
        return results
    }
}
