import Basics
import HTTP
import JSON

/// The header fields that a server of this protocol looks at, found in one pass.
struct MCPHeaders: Sendable {
    /// What a request has under one name.
    enum Value: Sendable, Hashable {
        case absent
        case one(String)
        case repeated

        /// The value, when there is exactly one.
        var text: String? {
            if case .one(let text) = self { text } else { nil }
        }

        fileprivate mutating func add(_ text: String) {
            self = self == .absent ? .one(MCPHeaders.trimmed(text)) : .repeated
        }
    }

    /// `MCP-Protocol-Version`.
    private(set) var version = Value.absent
    /// `Mcp-Method`, which repeats the method.
    private(set) var method = Value.absent
    /// `Mcp-Name`, which repeats what the method is about.
    private(set) var name = Value.absent
    /// `Mcp-Session-Id`.
    private(set) var session = Value.absent
    /// Whether the body is said to be JSON.
    private(set) var sendsJSON = false
    /// Whether the client takes JSON; one that says nothing about it does.
    private(set) var acceptsJSON = true

    private static let mediaType = Array("application/json".utf8)

    init(_ fields: HTTPFields) {
        var says = false
        var accepts = false
        for field in fields {
            // The length of a name settles nearly every comparison.
            switch field.name.utf8.count {
            case 20 where HTTPFields.equal(field.name, "MCP-Protocol-Version"): version.add(field.value)
            case 14 where HTTPFields.equal(field.name, "Mcp-Session-Id"): session.add(field.value)
            case 10 where HTTPFields.equal(field.name, "Mcp-Method"): method.add(field.value)
            case 8 where HTTPFields.equal(field.name, "Mcp-Name"): name.add(field.value)
            case 12 where HTTPFields.equal(field.name, "Content-Type"):
                sendsJSON = field.value == "application/json" || MCPHeaders.isJSON(field.value.utf8[...])
            case 6 where HTTPFields.equal(field.name, "Accept"):
                says = true
                accepts = accepts || MCPHeaders.accepts(field.value)
            default: break
            }
        }
        acceptsJSON = accepts || !says
    }

    /// Checks that a field is there once and says what the body says.
    ///
    /// - Throws: ``MCPFailure`` with code `headerMismatch`.
    static func check(
        _ name: String,
        _ value: Value,
        equals wanted: String,
        encoded: Bool = false
    ) throws(MCPFailure) {
        func shown(_ text: String) -> String { MCPFailure.shortened(text) }
        switch value {
        case .absent: throw .headerMismatch("The header \(name) is missing; the body says \"\(shown(wanted))\"")
        case .repeated: throw .headerMismatch("The header \(name) is there more than once")
        case .one(let text):
            guard let value = encoded ? decoded(text) : text else {
                throw .headerMismatch("The header \(name) is not valid base64 between =?base64? and ?=")
            }
            guard isSame(value, wanted) else {
                throw .headerMismatch("The header \(name) says \"\(shown(value))\", the body \"\(shown(wanted))\"")
            }
        }
    }

    private static let prefix = "=?base64?"
    private static let suffix = "?="

    /// The text of a field value, which is either plain or `=?base64?…?=`; nil when the base64 is not canonical.
    static func decoded(_ value: String) -> String? {
        let isWrapped =
            value.utf8.starts(with: prefix.utf8) && value.hasSuffix(suffix)
            && value.utf8.count >= prefix.utf8.count + suffix.utf8.count
        guard isWrapped else { return value }
        guard let bytes = Base64.decode(String(value.dropFirst(prefix.count).dropLast(suffix.count))) else {
            return nil
        }
        return String(validating: bytes, as: UTF8.self)
    }

    private static func accepts(_ value: String) -> Bool {
        // What clients send, word for word.
        if value == "application/json, text/event-stream" || value == "application/json" { return true }
        return value.utf8.split(separator: 0x2C).contains { part in
            let range = part.drop(while: isSpace)
            return isJSON(range) || range.starts(with: "*/*".utf8) || range.starts(with: "application/*".utf8)
        }
    }

    private static func isJSON(_ text: Substring.UTF8View) -> Bool {
        var rest = text.drop(while: isSpace)
        for wanted in mediaType {
            // Letters differ between the cases by this bit; the slash has it set.
            guard let byte = rest.first, byte | 0x20 == wanted else { return false }
            rest = rest.dropFirst()
        }
        return rest.drop(while: isSpace).first.map { $0 == 0x3B } ?? true
    }

    /// Whether two texts have the same bytes, which equal strings need not have.
    private static func isSame(_ a: String, _ b: String) -> Bool {
        var (x, y) = (a, b)
        return x.withUTF8 { x in y.withUTF8 { y in x.elementsEqual(y) } }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 }

    private static func trimmed(_ text: String) -> String {
        guard let first = text.utf8.first, let last = text.utf8.last, isSpace(first) || isSpace(last) else {
            return text
        }
        let start = text.utf8.drop(while: isSpace)
        let end = start.lastIndex { !isSpace($0) }.map { start.index(after: $0) } ?? start.startIndex
        return String(start[start.startIndex..<end]) ?? text
    }
}
