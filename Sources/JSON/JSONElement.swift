/// A value inside a ``JSONDocument``.
package struct JSONElement: Sendable {
    /// What a value can be.
    package enum Kind: Sendable, Hashable {
        case null, bool, number, string, array, object
    }

    let tape: JSONTape
    let index: Int

    private var node: JSONTape.Node { tape[index] }

    package var kind: Kind {
        switch node.kind {
        case .null: .null
        case .true, .false: .bool
        case .number: .number
        case .string: .string
        case .array: .array
        case .object: .object
        }
    }

    /// The text of the value exactly as it stands in the document, without space around it.
    package var raw: ArraySlice<UInt8> {
        let node = node
        return tape.bytes[Int(node.start)..<Int(node.end)]
    }

    package var isNull: Bool { node.kind == .null }
    package var isObject: Bool { node.kind == .object }
    package var isArray: Bool { node.kind == .array }

    package var bool: Bool? {
        switch node.kind {
        case .true: true
        case .false: false
        default: nil
        }
    }

    package var number: JSONNumber? {
        guard node.kind == .number else { return nil }
        return raw.withUnsafeBufferPointer { JSONNumber(wellFormed: $0) }
    }

    /// The number as an integer, when it is one and fits.
    package var integer: Int? { number?.integer.map { Int($0) } }

    package var string: String? {
        let node = node
        guard node.kind == .string else { return nil }
        if node.isEscaped { return value.string }
        return String(decoding: tape.bytes[Int(node.start) + 1..<Int(node.end) - 1], as: UTF8.self)
    }

    /// Whether this is a string with exactly these characters; makes no string to find out.
    package func isString(_ text: String) -> Bool {
        let node = node
        guard node.kind == .string else { return false }
        if node.isEscaped { return self.string.map { JSONText.same($0, text) } ?? false }
        let length = Int(node.end - node.start) - 2
        // The length settles nearly every comparison.
        guard text.utf8.count == length else { return false }
        var text = text
        return text.withUTF8 { wanted in
            tape.bytes.withUnsafeBufferPointer { bytes in
                JSONText.same(UnsafeBufferPointer(rebasing: bytes[Int(node.start) + 1..<Int(node.end) - 1]), wanted)
            }
        }
    }

    /// The member of that name, when this is an object that has it; the last one where there are several.
    package subscript(name: String) -> JSONElement? {
        guard node.kind == .object else { return nil }
        var found: JSONElement?
        var position = index + 1
        let end = Int(node.next)
        while position < end {
            if JSONElement(tape: tape, index: position).isString(name) {
                found = JSONElement(tape: tape, index: position + 1)
            }
            position = Int(tape[position + 1].next)
        }
        return found
    }

    /// The element at that position, when this is an array that is long enough.
    package subscript(position: Int) -> JSONElement? {
        guard position >= 0 else { return nil }
        return elements.dropFirst(position).first { _ in true }
    }

    /// What is in an array, in order; nothing for anything else.
    package var elements: JSONElements {
        let node = node
        return JSONElements(tape: tape, position: index + 1, end: node.kind == .array ? Int(node.next) : index + 1)
    }

    /// The members of an object in the order in which they are written, repeated names included; else nothing.
    package var members: JSONMembers {
        let node = node
        return JSONMembers(tape: tape, position: index + 1, end: node.kind == .object ? Int(node.next) : index + 1)
    }

    /// The value with all that is in it.
    package var value: JSONValue {
        raw.withUnsafeBufferPointer { JSONParser.value(ofValid: $0) }
    }

    var hasDuplicateNames: Bool {
        switch node.kind {
        case .array: return elements.contains { $0.hasDuplicateNames }
        case .object:
            var names: Set<JSONText> = []
            return members.contains { !names.insert(JSONText($0.name)).inserted || $0.value.hasDuplicateNames }
        default: return false
        }
    }
}

/// The elements of an array in a document.
package struct JSONElements: Sequence, IteratorProtocol, Sendable {
    let tape: JSONTape
    var position: Int
    let end: Int

    package mutating func next() -> JSONElement? {
        guard position < end else { return nil }
        defer { position = Int(tape[position].next) }
        return JSONElement(tape: tape, index: position)
    }
}

/// The members of an object in a document.
package struct JSONMembers: Sequence, IteratorProtocol, Sendable {
    let tape: JSONTape
    var position: Int
    let end: Int

    package mutating func next() -> (name: String, value: JSONElement)? {
        guard position < end else { return nil }
        let name = JSONElement(tape: tape, index: position)
        let value = JSONElement(tape: tape, index: position + 1)
        position = Int(tape[position + 1].next)
        return (name.string ?? "", value)
    }
}
