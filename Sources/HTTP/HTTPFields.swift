/// The header fields of a message, in order; names compare without regard to case (RFC 9110 section 5.1).
package struct HTTPFields: Sendable, Hashable {
    /// A name with its value, both without surrounding space.
    package struct Field: Sendable, Hashable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    private var fields: [Field] = []

    package init() {}

    /// The first value of a name.
    ///
    /// Setting replaces every value of it; setting nil removes them.
    package subscript(name: String) -> String? {
        get { fields.first { HTTPFields.equal($0.name, name) }?.value }
        set {
            fields.removeAll { HTTPFields.equal($0.name, name) }
            if let newValue { fields.append(Field(name: name, value: newValue)) }
        }
    }

    /// Every value of a name, in order.
    package func values(_ name: String) -> [String] {
        fields.filter { HTTPFields.equal($0.name, name) }.map(\.value)
    }

    /// Adds a field and keeps others of the same name.
    package mutating func append(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// Whether two field names are the same: ASCII letters compare without regard to case.
    package static func equal(_ a: String, _ b: String) -> Bool {
        guard a.utf8.count == b.utf8.count else { return false }
        // Over the bytes in place: this runs for every field of every request, where iterators cost several times as much.
        var (x, y) = (a, b)
        return x.withUTF8 { x in
            y.withUTF8 { y in
                for index in x.indices where x[index] != y[index] && lower(x[index]) != lower(y[index]) { return false }
                return true
            }
        }
    }

    private static func lower(_ byte: UInt8) -> UInt8 {
        byte >= 0x41 && byte <= 0x5A ? byte | 0x20 : byte
    }
}

extension HTTPFields: RandomAccessCollection {
    package var startIndex: Int { 0 }
    package var endIndex: Int { fields.count }
    package subscript(position: Int) -> Field { fields[position] }
}

extension HTTPFields: ExpressibleByDictionaryLiteral {
    package init(dictionaryLiteral elements: (String, String)...) {
        for (name, value) in elements { append(name, value) }
    }
}
