/// One place where a value is not what its schema asks for.
package struct SchemaIssue: Sendable, Hashable, CustomStringConvertible {
    /// What kind of problem it is.
    package enum Kind: Sendable, Hashable {
        /// A required member is not there.
        case missing
        /// A member has a name that the schema does not know.
        case unknown
        /// The value has another type than asked for.
        case type
        /// The value has the right type but is not allowed.
        case value
    }

    package var kind: Kind
    /// The place in the value; for a missing or unknown member, the place of the member itself.
    package var pointer: JSONPointer
    /// What the schema asks for, such as `an integer from 1 to 100`.
    package var expected: String
    /// What was there instead, shortened; empty where nothing was.
    package var found: String
    /// For an unknown member: the known name that is nearest.
    package var nearest: String?

    package init(_ kind: Kind, at pointer: JSONPointer, expected: String, found: String = "", nearest: String? = nil) {
        self.kind = kind
        self.pointer = pointer
        self.expected = expected
        self.found = found
        self.nearest = nearest
    }

    /// The place as people write it, such as `location.city` or `items[2]`; `the value` for the whole.
    package var place: String {
        var text = ""
        for token in pointer.tokens {
            if !token.isEmpty, token.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }) {
                text += "[\(token)]"
            } else {
                text += text.isEmpty ? token : "." + token
            }
        }
        return text.isEmpty ? "the value" : text
    }

    /// One sentence that says what to change.
    package var description: String {
        switch kind {
        case .missing: "\(place) is missing; expected \(expected)."
        case .unknown:
            if let nearest {
                "\(place) is not a known name; did you mean \(nearest)?"
            } else {
                "\(place) is not a known name; known are: \(expected)."
            }
        case .type, .value: "\(place) must be \(expected), not \(found)."
        }
    }
}
