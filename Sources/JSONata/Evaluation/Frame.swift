/// A scope of variables.
final class Frame {
    let parent: Frame?
    private var bindings: [(name: String, value: Value)]

    init(parent: Frame?, bindings: [(name: String, value: Value)] = []) {
        self.parent = parent
        self.bindings = bindings
    }

    func bind(_ name: String, _ value: Value) {
        for index in bindings.indices where bindings[index].name == name {
            bindings[index].value = value
            return
        }
        bindings.append((name, value))
    }

    /// The value of a variable; nil when no scope binds the name.
    func lookup(_ name: String) -> Value? {
        var frame: Frame? = self
        while let current = frame {
            for binding in current.bindings where binding.name == name { return binding.value }
            frame = current.parent
        }
        return nil
    }

    func clear() {
        bindings = []
    }
}
