import JSON

/// An object: either one of the input, read as far as needed, or one that the expression made.
final class ObjectValue {
    private var shape: Shape
    private var values: [Value]
    private let source: JSONObject?
    /// The containers among the members of the source that have been looked at, so that each is read once.
    private var opened: [(position: Int, value: Value)] = []
    /// Whether a transform may change it.
    var isOwned = false
    let nesting: Int
    let holdsFunction: Bool

    private static let empty = Shape(names: [])

    init(json: JSONObject) {
        source = json
        shape = ObjectValue.empty
        values = []
        nesting = 0
        holdsFunction = false
    }

    init(shape: Shape, values: [Value]) {
        source = nil
        self.shape = shape
        self.values = values
        var deepest = 0
        var holdsFunction = false
        for value in values {
            deepest = max(deepest, value.nesting)
            if value.holdsFunction { holdsFunction = true }
        }
        nesting = deepest + 1
        self.holdsFunction = holdsFunction
    }

    var count: Int { source?.count ?? values.count }

    func name(at position: Int) -> String {
        if let source { return source[position].name }
        return shape.names[position]
    }

    func value(at position: Int) -> Value {
        guard let source else { return values[position] }
        return opened(source[position].value, at: position)
    }

    private func opened(_ json: JSONValue, at position: Int) -> Value {
        switch json {
        case .array, .object:
            for entry in opened where entry.position == position { return entry.value }
            let value = Value(json)
            opened.append((position, value))
            return value
        default: return Value(json)
        }
    }

    func value(of name: String) -> Value? {
        position(of: name).map { value(at: $0) }
    }

    private func position(of name: String) -> Int? {
        guard let source else { return shape.position(of: name) }
        return source.position(of: name)
    }

    /// The value of a name that was last found at `hint` in an object like this one.
    func value(of name: String, hint: inout Int) -> Value? {
        if let source {
            return source.value(of: name, hint: &hint).map { opened($0, at: hint) }
        }
        if hint < shape.names.count, shape.names[hint] == name {
            return values[hint]
        }
        guard let position = position(of: name) else { return nil }
        hint = position
        return value(at: position)
    }

    func toJSON() throws -> JSONObject {
        if let source { return source }
        var object = JSONObject()
        for (name, value) in zip(shape.names, values) {
            if let json = try value.json() { object.append(name: name, value: json) }
        }
        return object
    }

    // MARK: What transforms change

    func set(_ name: String, to value: Value) {
        if let position = shape.position(of: name) {
            values[position] = value
        } else {
            shape = Shape(names: shape.names + [name])
            values.append(value)
        }
    }

    func remove(_ name: String) {
        guard let position = shape.position(of: name) else { return }
        values.remove(at: position)
        var names = shape.names
        names.remove(at: position)
        shape = Shape(names: names)
    }
}
