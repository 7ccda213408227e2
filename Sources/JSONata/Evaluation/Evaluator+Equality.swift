extension Evaluator {
    /// Whether two values are the same all the way down; every element that is compared is a step.
    func isSame(_ first: Value, _ second: Value) throws -> Bool {
        switch (first, second) {
        case (.undefined, .undefined), (.null, .null): return true
        case (.bool(let a), .bool(let b)): return a == b
        case (.string(let a), .string(let b)): return TextUnits.isSame(a, b)
        case (.integer(let a), .integer(let b)): return a == b
        case (.literal(let a), .literal(let b)) where a.isInteger && b.isInteger: return a.text == b.text
        case (.literal(let a), .integer), (.integer, .literal(let a)):
            return !a.isInteger && first.number == second.number
        case (.integer, .double), (.double, .integer), (.double, .double), (.literal, .double), (.double, .literal),
            (.literal, .literal):
            return first.number == second.number
        case (.array(let a), .array(let b)):
            guard a !== b else { return true }
            guard a.elements.count == b.elements.count else { return false }
            try charge(a.elements.count)
            for index in a.elements.indices where try !isSame(a.elements[index], b.elements[index]) { return false }
            return true
        case (.object(let a), .object(let b)):
            guard a !== b else { return true }
            guard a.count == b.count else { return false }
            try charge(a.count)
            for index in 0..<a.count {
                guard let value = b.value(of: a.name(at: index)), try isSame(a.value(at: index), value) else {
                    return false
                }
            }
            return true
        case (.function(let a), .function(let b)): return a === b
        default: return false
        }
    }
}
