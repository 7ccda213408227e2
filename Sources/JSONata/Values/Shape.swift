/// The names of the members of an object, shared by all objects that one constructor makes.
final class Shape: Sendable {
    let names: [String]
    private let positions: [String: Int]?

    private static let indexedFrom = 12

    init(names: [String]) {
        self.names = names
        if names.count < Shape.indexedFrom {
            positions = nil
        } else {
            var built = [String: Int](minimumCapacity: names.count)
            for (position, name) in names.enumerated() { built[name] = position }
            positions = built
        }
    }

    func position(of name: String) -> Int? {
        if let positions { return positions[name] }
        for position in names.indices where names[position] == name { return position }
        return nil
    }
}
