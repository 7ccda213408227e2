/// Collects the members of an object; setting a name again replaces its value where it stands.
struct ObjectBuilder {
    private var names: [String] = []
    private var values: [Value] = []
    private var positions: [String: Int]?

    private static let indexedFrom = 12

    var isEmpty: Bool { names.isEmpty }
    var count: Int { names.count }

    func position(of name: String) -> Int? {
        if let positions { return positions[name] }
        for position in names.indices where names[position] == name { return position }
        return nil
    }

    func value(at position: Int) -> Value { values[position] }

    mutating func set(_ name: String, to value: Value) {
        if let position = position(of: name) {
            values[position] = value
            return
        }
        names.append(name)
        values.append(value)
        if positions != nil {
            positions?[name] = names.count - 1
        } else if names.count >= ObjectBuilder.indexedFrom {
            var built = [String: Int](minimumCapacity: names.count * 2)
            for (position, name) in names.enumerated() { built[name] = position }
            positions = built
        }
    }

    mutating func set(_ position: Int, to value: Value) { values[position] = value }

    func build() -> ObjectValue { ObjectValue(shape: Shape(names: names), values: values) }

    /// The object, made of the names of a shape when every one of them has a value.
    static func build(_ shape: Shape, _ values: [Value]) -> ObjectValue {
        if !values.contains(where: \.isUndefined) { return ObjectValue(shape: shape, values: values) }
        var names: [String] = []
        var present: [Value] = []
        for (name, value) in zip(shape.names, values) where !value.isUndefined {
            names.append(name)
            present.append(value)
        }
        return ObjectValue(shape: Shape(names: names), values: present)
    }
}
