import JSON

/// An array, or the sequence that a path results in.
final class ArrayValue {
    struct Traits: OptionSet {
        let rawValue: UInt8

        /// A result of navigation: empty means nothing, one element means that element.
        static let sequence = Traits(rawValue: 1)
        /// A sequence that stays an array even with one element.
        static let keepsSingleton = Traits(rawValue: 2)
        /// Written with brackets in a path, so that it is not flattened into the result.
        static let constructed = Traits(rawValue: 4)
        /// The input itself, when that is an array.
        static let outerWrapper = Traits(rawValue: 8)
        /// Its elements are tuples.
        static let tupleStream = Traits(rawValue: 16)
    }

    /// Changed only by transforms, in the copies that they own.
    var elements: [Value]
    let traits: Traits
    let nesting: Int
    let holdsFunction: Bool
    /// Whether one of the elements counts as true, once that has been asked of an array of arrays.
    private var knownTruth: Bool?
    /// What the elements were read from, as long as they are the same.
    private let source: [JSONValue]?

    init(_ elements: [Value], _ traits: Traits = []) {
        self.elements = elements
        self.traits = traits
        source = nil
        var deepest = 0
        var holdsFunction = false
        for element in elements {
            switch element {
            case .array(let array):
                deepest = max(deepest, array.nesting)
                if array.holdsFunction { holdsFunction = true }
            case .object(let object):
                deepest = max(deepest, object.nesting)
                if object.holdsFunction { holdsFunction = true }
            case .function(let function):
                deepest = max(deepest, function.nesting)
                holdsFunction = true
            default: break
            }
        }
        nesting = deepest + 1
        self.holdsFunction = holdsFunction
    }

    init(json: [JSONValue]) {
        elements = json.map { Value($0) }
        traits = []
        nesting = 0
        holdsFunction = false
        source = json
    }

    /// The same elements with other traits.
    init(_ other: ArrayValue, _ traits: Traits) {
        elements = other.elements
        self.traits = traits
        nesting = other.nesting
        holdsFunction = other.holdsFunction
        source = other.source
    }

    var isSequence: Bool { traits.contains(.sequence) }

    func isTrue() throws -> Bool {
        if let knownTruth { return knownTruth }
        var isTrue = false
        for element in elements where try element.isTrue() {
            isTrue = true
            break
        }
        // Arrays of an expression can hold the same array many times over.
        if nesting > 1 { knownTruth = isTrue }
        return isTrue
    }

    func toJSON() throws -> [JSONValue] {
        if let source { return source }
        var json: [JSONValue] = []
        json.reserveCapacity(elements.count)
        for element in elements { json.append(try element.json() ?? .null) }
        return json
    }
}
