/// An item on its way through a path, with the variables that steps before bound to it.
final class TupleValue {
    var context: Value
    var bindings: [(name: String, value: Value)]

    init(context: Value, bindings: [(name: String, value: Value)] = []) {
        self.context = context
        self.bindings = bindings
    }

    func bind(_ name: String, _ value: Value) {
        for index in bindings.indices where bindings[index].name == name {
            bindings[index].value = value
            return
        }
        bindings.append((name, value))
    }
}
