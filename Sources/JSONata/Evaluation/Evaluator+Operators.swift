import JSON

extension Evaluator {
    private static let largestRange = 10_000_000

    func binary(_ node: Node, _ input: Value, _ frame: Frame) throws -> Value {
        guard let lhs = node.first, let rhs = node.second else { return .undefined }
        let left = try evaluate(lhs, input, frame)
        switch node.op {
        case .and:
            guard try truth(left, node) else { return .bool(false) }
            return .bool(try truth(try evaluate(rhs, input, frame), node))
        case .or:
            if try truth(left, node) { return .bool(true) }
            return .bool(try truth(try evaluate(rhs, input, frame), node))
        default: break
        }
        let right = try evaluate(rhs, input, frame)
        do {
            return try operate(node.op, left, right)
        } catch var error as JSONataError {
            error.position = node.position
            error.token = node.text
            throw error
        }
    }

    private func truth(_ value: Value, _ node: Node) throws -> Bool {
        do {
            return try value.isTrue()
        } catch var error as JSONataError {
            error.position = node.position
            error.token = node.text
            throw error
        }
    }

    private func operate(_ op: Node.Operator, _ left: Value, _ right: Value) throws -> Value {
        switch op {
        case .add, .subtract, .multiply, .divide, .remainder: return try Operators.arithmetic(op, left, right)
        case .equal, .notEqual:
            if left.isUndefined || right.isUndefined { return .bool(false) }
            return .bool(try isSame(left, right) == (op == .equal))
        case .less, .lessOrEqual, .greater, .greaterOrEqual: return try Operators.comparison(op, left, right)
        case .concatenate:
            var text = try string(left) ?? ""
            text += try string(right) ?? ""
            try chargeText(text.utf8.count)
            return .string(text)
        case .range: return try range(left, right)
        case .contains:
            if left.isUndefined || right.isUndefined { return .bool(false) }
            guard case .array(let array) = right else { return .bool(try isSame(left, right)) }
            try charge(array.elements.count)
            return .bool(try array.elements.contains { try isIdentical($0, left) })
        default: return .undefined
        }
    }

    /// Membership is by identity for containers, by value for the rest.
    private func isIdentical(_ first: Value, _ second: Value) throws -> Bool {
        switch (first, second) {
        case (.array(let a), .array(let b)): a === b
        case (.object(let a), .object(let b)): a === b
        default: try isSame(first, second)
        }
    }

    private func range(_ left: Value, _ right: Value) throws -> Value {
        let first = Operators.wholeNumber(left)
        if !left.isUndefined, first == nil { throw JSONataError("T2003", value: left.shown) }
        let last = Operators.wholeNumber(right)
        if !right.isUndefined, last == nil { throw JSONataError("T2004", value: right.shown) }
        guard let first, let last, first <= last else { return .undefined }
        let (distance, overflow) = last.subtractingReportingOverflow(first)
        guard !overflow, distance < Evaluator.largestRange else {
            throw JSONataError("D2014", value: .double(Double(last) - Double(first) + 1))
        }
        try charge(distance)
        return try array((first...last).map { .integer($0) }, .sequence)
    }
}
