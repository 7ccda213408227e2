import JSON

/// A value while an expression is evaluated: JSON, nothing at all, or a function.
///
/// Containers are references and are read out of the input only as far as an expression looks.
enum Value {
    case undefined
    case null
    case bool(Bool)
    case integer(Int)
    case double(Double)
    /// A number too large for the other two, kept as it was written.
    case literal(LiteralNumber)
    case string(String)
    case array(ArrayValue)
    case object(ObjectValue)
    case function(FunctionValue)
    /// An item of a stream of tuples, which only paths see.
    case tuple(TupleValue)
}

extension Value {
    init(_ number: JSONNumber) {
        switch number {
        case .integer(let value): self = .integer(Int(value))
        case .double(let value): self = .double(value)
        case .literal(let text): self = .literal(LiteralNumber(text))
        }
    }

    init(_ json: JSONValue) {
        switch json {
        case .null: self = .null
        case .bool(let value): self = .bool(value)
        case .number(let number): self.init(number)
        case .string(let text): self = .string(text)
        case .array(let array): self = .array(ArrayValue(json: array))
        case .object(let object): self = .object(ObjectValue(json: object))
        }
    }

    init(_ json: JSONValue?) {
        if let json { self.init(json) } else { self = .undefined }
    }

    var isUndefined: Bool {
        if case .undefined = self { true } else { false }
    }

    var string: String? {
        if case .string(let text) = self { text } else { nil }
    }

    /// The number, when it is one.
    var number: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .double(let value): value
        case .literal(let literal): literal.double
        default: nil
        }
    }

    /// How many containers are inside one another here; input that has only been looked at counts as none.
    var nesting: Int {
        switch self {
        case .array(let array): array.nesting
        case .object(let object): object.nesting
        case .function(let function): function.nesting
        default: 0
        }
    }

    /// Whether it is a function or has one inside, through which a scope may hold itself.
    var holdsFunction: Bool {
        switch self {
        case .function: true
        case .array(let array): array.holdsFunction
        case .object(let object): object.holdsFunction
        default: false
        }
    }

    /// The effective boolean value, by the rules of `$boolean`; nothing at all counts as false.
    func isTrue() throws -> Bool {
        switch self {
        case .undefined, .null, .function, .tuple: return false
        case .bool(let value): return value
        case .integer(let value): return value != 0
        case .double(let value):
            guard value.isFinite else {
                if value.isNaN { return false }
                throw Operators.outOfRange(value)
            }
            return value != 0
        case .literal(let literal): return literal.double != 0
        case .string(let text): return !text.isEmpty
        case .array(let array):
            return try array.isTrue()
        case .object(let object): return object.count > 0
        }
    }

    /// The value as JSON; functions have no JSON, so they are dropped from objects and null in arrays.
    ///
    /// - Throws: D1001 for infinity, which JSON cannot write.
    func json() throws -> JSONValue? {
        switch self {
        case .undefined, .function: return nil
        case .null: return .null
        case .bool(let value): return .bool(value)
        case .integer(let value): return .number(.integer(Int64(value)))
        case .double(let value):
            guard value.isFinite else {
                if value.isNaN { return .null }
                throw Operators.outOfRange(value)
            }
            return .number(value == 0 ? .integer(0) : .double(value))
        case .literal(let literal): return .number(.literal(literal.text))
        case .string(let text): return .string(text)
        case .array(let array): return .array(try array.toJSON())
        case .object(let object): return .object(try object.toJSON())
        case .tuple(let tuple): return try tuple.context.json()
        }
    }

    /// The value for an error or a trace, nil when it is too large to be shown.
    ///
    /// A few values that hold one another can stand for more JSON than there is memory, so this counts as it goes.
    func json(upTo most: Int) -> JSONValue? {
        var room = most
        return fits(&room) ? try? json() : nil
    }

    var shown: JSONValue? { json(upTo: 500) }

    private func fits(_ room: inout Int) -> Bool {
        room -= 1
        guard room >= 0 else { return false }
        switch self {
        case .array(let array):
            for element in array.elements where !element.fits(&room) { return false }
        case .object(let object):
            for position in 0..<object.count where !object.value(at: position).fits(&room) { return false }
        default: break
        }
        return true
    }
}
