/// Builds JSON text piece by piece; commas are its own business, nesting is the caller's.
package struct JSONWriter {
    /// What has been written so far.
    package private(set) var bytes: [UInt8]
    private var needsComma = false

    /// A writer with room for `capacity` bytes before it has to grow.
    package init(capacity: Int = 256) {
        bytes = []
        bytes.reserveCapacity(capacity)
    }

    /// The text of a value.
    ///
    /// With `sorted`, names are in order of their code units, so that equal values have equal text.
    package static func bytes(of value: JSONValue, sorted: Bool = false) -> [UInt8] {
        var writer = JSONWriter()
        writer.value(value, sorted: sorted)
        return writer.bytes
    }

    /// The text of a value as a string.
    package static func text(of value: JSONValue, sorted: Bool = false) -> String {
        String(decoding: bytes(of: value, sorted: sorted), as: UTF8.self)
    }

    /// The text of a value on several lines, indented by two spaces, for people.
    package static func pretty(_ value: JSONValue) -> String {
        var writer = JSONWriter()
        writer.pretty(value, indentation: 0)
        return String(decoding: writer.bytes, as: UTF8.self)
    }

    package mutating func beginObject() {
        separate()
        bytes.append(0x7B)
        needsComma = false
    }

    package mutating func endObject() {
        bytes.append(0x7D)
        needsComma = true
    }

    package mutating func beginArray() {
        separate()
        bytes.append(0x5B)
        needsComma = false
    }

    package mutating func endArray() {
        bytes.append(0x5D)
        needsComma = true
    }

    /// The name of the next member.
    package mutating func name(_ name: String) {
        separate()
        appendQuoted(name)
        bytes.append(0x3A)
        needsComma = false
    }

    package mutating func string(_ text: String) {
        separate()
        appendQuoted(text)
        needsComma = true
    }

    /// Bytes that are valid UTF-8, as a string value.
    package mutating func string(utf8 text: some Collection<UInt8>) {
        separate()
        bytes.append(0x22)
        JSONEscape.append(text, to: &bytes)
        bytes.append(0x22)
        needsComma = true
    }

    package mutating func integer(_ value: Int) {
        separate()
        bytes.append(contentsOf: String(value).utf8)
        needsComma = true
    }

    package mutating func bool(_ value: Bool) {
        separate()
        bytes.append(contentsOf: (value ? "true" : "false").utf8)
        needsComma = true
    }

    package mutating func null() {
        separate()
        bytes.append(contentsOf: "null".utf8)
        needsComma = true
    }

    // Two functions and not a generic one, which another module would run without it being specialised.

    /// Text that is known to be one valid JSON value, as it is.
    package mutating func raw(_ json: ArraySlice<UInt8>) {
        separate()
        bytes.append(contentsOf: json)
        needsComma = true
    }

    /// Text that is known to be one valid JSON value, as it is.
    package mutating func raw(_ json: [UInt8]) {
        separate()
        bytes.append(contentsOf: json)
        needsComma = true
    }

    /// A value with all that is in it.
    package mutating func value(_ value: JSONValue, sorted: Bool = false) {
        switch value {
        case .null: null()
        case .bool(let flag): bool(flag)
        case .number(let number):
            separate()
            bytes.append(contentsOf: number.text.utf8)
            needsComma = true
        case .string(let text): string(text)
        case .array(let array):
            beginArray()
            for element in array { self.value(element, sorted: sorted) }
            endArray()
        case .object(let object):
            beginObject()
            if sorted {
                let members = object.sorted { $0.name.utf16.lexicographicallyPrecedes($1.name.utf16) }
                for member in members {
                    name(member.name)
                    self.value(member.value, sorted: true)
                }
            } else {
                for member in object {
                    name(member.name)
                    self.value(member.value)
                }
            }
            endObject()
        }
    }

    private mutating func pretty(_ value: JSONValue, indentation: Int) {
        func newline(_ depth: Int) {
            bytes.append(0x0A)
            bytes.append(contentsOf: repeatElement(0x20, count: depth * 2))
        }
        switch value {
        case .array(let array) where !array.isEmpty:
            bytes.append(0x5B)
            for (position, element) in array.enumerated() {
                if position > 0 { bytes.append(0x2C) }
                newline(indentation + 1)
                pretty(element, indentation: indentation + 1)
            }
            newline(indentation)
            bytes.append(0x5D)
        case .object(let object) where !object.isEmpty:
            bytes.append(0x7B)
            for (position, member) in object.enumerated() {
                if position > 0 { bytes.append(0x2C) }
                newline(indentation + 1)
                appendQuoted(member.name)
                bytes.append(contentsOf: [0x3A, 0x20])
                pretty(member.value, indentation: indentation + 1)
            }
            newline(indentation)
            bytes.append(0x7D)
        default:
            needsComma = false
            self.value(value)
        }
    }

    private mutating func separate() {
        if needsComma { bytes.append(0x2C) }
    }

    private mutating func appendQuoted(_ text: String) {
        bytes.append(0x22)
        JSONEscape.append(text.utf8, to: &bytes)
        bytes.append(0x22)
    }
}
