/// Which execution of which step: the step's place in the file, and the items of the loops around it.
package struct StepAddress: Sendable, Hashable, CustomStringConvertible {
    /// The step's place in the file, such as `steps/3/do/1`.
    package var path: String
    /// The keys of the items, outermost first, each with `~` and `/` escaped as in a JSON Pointer; empty outside loops.
    package var item: String

    package init(path: String, item: String = "") {
        self.path = path
        self.item = item
    }

    package var description: String { item.isEmpty ? path : "\(path) [\(item)]" }

    /// The items within one more loop.
    package static func item(_ item: String, _ key: String) -> String {
        var escaped = item
        if !item.isEmpty { escaped += "/" }
        for character in key {
            switch character {
            case "~": escaped += "~0"
            case "/": escaped += "~1"
            default: escaped.append(character)
            }
        }
        return escaped
    }
}
