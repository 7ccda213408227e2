/// What a built-in function is called with.
struct Arguments {
    var values: [Value]
    /// The context of the call.
    var input: Value
    var frame: Frame

    var count: Int { values.count }

    /// The argument at that place, nothing when there is none.
    subscript(position: Int) -> Value { position < values.count ? values[position] : .undefined }

    /// The text at that place, nil when nothing is there.
    ///
    /// - Throws: T0410 for anything else.
    func string(_ position: Int) throws -> String? {
        switch self[position] {
        case .undefined: return nil
        case .string(let text): return text
        default: throw mismatch(position)
        }
    }

    func number(_ position: Int) throws -> Double? {
        let value = self[position]
        if value.isUndefined { return nil }
        guard let number = value.number else { throw mismatch(position) }
        return number
    }

    /// The whole part of a number.
    func integer(_ position: Int) throws -> Int? {
        try number(position).map { $0.isNaN ? 0 : Int(max(-9e15, min(9e15, $0.rounded(.towardZero)))) }
    }

    func elements(_ position: Int) throws -> [Value]? {
        switch self[position] {
        case .undefined: return nil
        case .array(let array): return array.elements
        default: throw mismatch(position)
        }
    }

    func function(_ position: Int) throws -> FunctionValue {
        guard case .function(let function) = self[position] else { throw mismatch(position) }
        return function
    }

    func mismatch(_ position: Int) -> JSONataError {
        JSONataError("T0410", value: self[position].shown, argument: position + 1)
    }
}
