/// The members of a JSON object, in the order they were written; names are unique.
///
/// Names are the same when their bytes are (RFC 8259 section 8.3): `é` in one and in two code points are two names.
package struct JSONObject: Sendable {
    /// A name with its value.
    package typealias Member = (name: String, value: JSONValue)

    private var members: [Member] = []
    // Built only for objects large enough that looking at every name costs more than hashing one.
    private var index: [JSONText: Int]?

    private static let indexedFrom = 16

    package init() {}

    package var count: Int { members.count }
    package var isEmpty: Bool { members.isEmpty }

    /// The names, in order.
    package var names: [String] { members.map(\.name) }

    /// The value of a name.
    ///
    /// Setting nil removes the member; setting a new name appends it.
    package subscript(name: String) -> JSONValue? {
        get {
            guard let position = position(of: name) else { return nil }
            return members[position].value
        }
        set {
            if let position = position(of: name) {
                if let newValue {
                    members[position].value = newValue
                } else {
                    members.remove(at: position)
                    index = nil
                    buildIndexIfLarge()
                }
            } else if let newValue {
                append(name: name, value: newValue)
            }
        }
    }

    /// Adds a member whose name is known to be new.
    package mutating func append(name: String, value: JSONValue) {
        members.append((name, value))
        if index != nil {
            index?[JSONText(name)] = members.count - 1
        } else {
            buildIndexIfLarge()
        }
    }

    /// The value of a name, looked for first where a member of an object like this one was last found.
    package func value(of name: String, hint: inout Int) -> JSONValue? {
        if hint < members.count, JSONText.same(members[hint].name, name) { return members[hint].value }
        guard let found = position(of: name) else { return nil }
        hint = found
        return members[found].value
    }

    /// Where the member of that name stands.
    package func position(of name: String) -> Int? {
        if let index { return index[JSONText(name)] }
        return members.firstIndex { JSONText.same($0.name, name) }
    }

    private mutating func buildIndexIfLarge() {
        guard members.count >= JSONObject.indexedFrom else { return }
        var built: [JSONText: Int] = Dictionary(minimumCapacity: members.count * 2)
        for (position, member) in members.enumerated() { built[JSONText(member.name)] = position }
        index = built
    }
}

extension JSONObject: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { members.count }
    package subscript(position: Int) -> Member { members[position] }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        for (name, value) in elements { self[name] = value }
    }
}

extension JSONObject: Hashable {
    /// Objects are equal when they have the same members in any order.
    package static func == (a: JSONObject, b: JSONObject) -> Bool {
        a.count == b.count && a.members.allSatisfy { b[$0.name] == $0.value }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(count)
        var mixed = 0
        for member in members {
            var inner = Hasher()
            inner.combine(member.name)
            inner.combine(member.value)
            mixed ^= inner.finalize()
        }
        hasher.combine(mixed)
    }
}
