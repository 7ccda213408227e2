import JSON

extension Builtins {
    /// Functions that make one number of many.
    static let aggregates: [BuiltinFunction] = [
        BuiltinFunction("sum", "<a<n>:n>", arity: 1) { evaluator, arguments in
            guard let elements = try arguments.elements(0) else { return .undefined }
            try evaluator.charge(elements.count)
            return try Aggregates.sum(elements)
        },
        BuiltinFunction("count", "<a:n>", arity: 1) { _, arguments in
            .integer(try arguments.elements(0)?.count ?? 0)
        },
        BuiltinFunction("max", "<a<n>:n>", arity: 1) { evaluator, arguments in
            guard let elements = try arguments.elements(0) else { return .undefined }
            try evaluator.charge(elements.count)
            return Aggregates.extreme(elements) { $0 > $1 }
        },
        BuiltinFunction("min", "<a<n>:n>", arity: 1) { evaluator, arguments in
            guard let elements = try arguments.elements(0) else { return .undefined }
            try evaluator.charge(elements.count)
            return Aggregates.extreme(elements) { $0 < $1 }
        },
        BuiltinFunction("average", "<a<n>:n>", arity: 1) { evaluator, arguments in
            guard let elements = try arguments.elements(0), !elements.isEmpty else { return .undefined }
            try evaluator.charge(elements.count)
            return try Operators.arithmetic(.divide, try Aggregates.sum(elements), .integer(elements.count))
        },
    ]
}

private enum Aggregates {
    static func sum(_ elements: [Value]) throws -> Value {
        var total = Value.integer(0)
        for element in elements { total = try Operators.arithmetic(.add, total, element) }
        return total
    }

    static func extreme(_ elements: [Value], _ isBetter: (Double, Double) -> Bool) -> Value {
        guard var best = elements.first else { return .undefined }
        for element in elements.dropFirst() {
            if let number = element.number, let known = best.number, isBetter(number, known) { best = element }
        }
        return best
    }
}
