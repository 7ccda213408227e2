import JSON

/// The arithmetic and comparisons of the language, apart from any evaluation.
enum Operators {
    static func outOfRange(_ value: Double) -> JSONataError {
        JSONataError("D1001", value: .string(value < 0 ? "-Infinity" : value > 0 ? "Infinity" : "NaN"))
    }

    static func negated(_ value: Value) -> Value? {
        switch value {
        case .integer(let number): number == .min ? .double(-Double(number)) : .integer(-number)
        case .double(let number): .double(-number)
        case .literal(let literal): .double(-literal.double)
        default: nil
        }
    }

    /// Arithmetic in integers while both sides are integers and the result fits, else in binary64.
    static func arithmetic(_ op: Node.Operator, _ left: Value, _ right: Value) throws -> Value {
        if case .integer(let a) = left, case .integer(let b) = right, let result = integer(op, a, b) {
            return .integer(result)
        }
        let a = try operand(left, "T2001")
        let b = try operand(right, "T2002")
        guard let a, let b else { return .undefined }
        switch op {
        case .add: return .double(a + b)
        case .subtract: return .double(a - b)
        case .multiply: return .double(a * b)
        case .divide: return .double(a / b)
        default: return .double(a.truncatingRemainder(dividingBy: b))
        }
    }

    private static func operand(_ value: Value, _ code: String) throws -> Double? {
        if value.isUndefined { return nil }
        guard let number = value.number, !number.isNaN else { throw JSONataError(code, value: value.shown) }
        guard number.isFinite else { throw outOfRange(number) }
        return number
    }

    private static func integer(_ op: Node.Operator, _ a: Int, _ b: Int) -> Int? {
        let (result, overflow): (Int, Bool)
        switch op {
        case .add: (result, overflow) = a.addingReportingOverflow(b)
        case .subtract: (result, overflow) = a.subtractingReportingOverflow(b)
        case .multiply: (result, overflow) = a.multipliedReportingOverflow(by: b)
        case .divide:
            guard b != 0, b != -1, a % b == 0 else { return nil }
            return a / b
        case .remainder:
            guard b != 0, b != -1 else { return nil }
            return a % b
        default: return nil
        }
        return overflow ? nil : result
    }

    static func comparison(_ op: Node.Operator, _ left: Value, _ right: Value) throws -> Value {
        if let wrong = [left, right].first(where: { !isComparable($0) }) {
            throw JSONataError("T2010", value: wrong.shown)
        }
        if left.isUndefined || right.isUndefined { return .undefined }
        if case .string(let a) = left, case .string(let b) = right {
            switch op {
            case .less: return .bool(TextUnits.isLess(a, b))
            case .lessOrEqual: return .bool(!TextUnits.isLess(b, a))
            case .greater: return .bool(TextUnits.isLess(b, a))
            default: return .bool(!TextUnits.isLess(a, b))
            }
        }
        if case .integer(let a) = left, case .integer(let b) = right { return .bool(ordered(op, a, b)) }
        guard let a = left.number, let b = right.number else {
            throw JSONataError("T2009", value: left.shown, secondValue: right.shown)
        }
        return .bool(ordered(op, a, b))
    }

    private static func isComparable(_ value: Value) -> Bool {
        switch value {
        case .undefined, .string, .integer, .double, .literal: true
        default: false
        }
    }

    @inline(__always)
    private static func ordered<Number: Comparable>(_ op: Node.Operator, _ a: Number, _ b: Number) -> Bool {
        switch op {
        case .less: a < b
        case .lessOrEqual: a <= b
        case .greater: a > b
        default: a >= b
        }
    }

    /// -1, 0 or 1 for two values of an order-by clause.
    static func order(_ left: Value, _ right: Value, position: Int) throws -> Int {
        // What is missing comes last, whatever the direction; the caller sees to that.
        let isLeft = left.string != nil || left.number != nil
        guard isLeft, right.string != nil || right.number != nil else {
            throw JSONataError("T2008", position: position, value: (isLeft ? right : left).shown)
        }
        switch (left, right) {
        case (.string(let a), .string(let b)):
            return TextUnits.isSame(a, b) ? 0 : TextUnits.isLess(a, b) ? -1 : 1
        case (.integer(let a), .integer(let b)): return a == b ? 0 : a < b ? -1 : 1
        default:
            guard let a = left.number, let b = right.number else {
                throw JSONataError(
                    "T2007",
                    position: position,
                    value: left.shown,
                    secondValue: right.shown
                )
            }
            return a == b ? 0 : a < b ? -1 : 1
        }
    }

    /// Whether a number is an integer, and which.
    static func wholeNumber(_ value: Value) -> Int? {
        switch value {
        case .integer(let number): number
        case .double(let number): Int(exactly: number)
        default: nil
        }
    }

    /// An index as filters take it: rounded down.
    static func index(_ value: Value) -> Int? {
        switch value {
        case .integer(let number): return number
        case .double(let number):
            let floor = number.rounded(.down)
            return abs(floor) < 1e15 ? Int(floor) : .max
        case .literal: return .max
        default: return nil
        }
    }
}
