import Basics
import HTTP
import JSON

/// The header fields that repeat what a message says, so that it can be routed without being read.
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
    }

    private let fields: HTTPFields
    let version: Value

    init(_ fields: HTTPFields) {
        self.fields = fields
        version = MCPHeaders.value("MCP-Protocol-Version", in: fields)
    }

    subscript(name: String) -> Value { MCPHeaders.value(name, in: fields) }

    private static func value(_ name: String, in fields: HTTPFields) -> Value {
        var found: Value = .absent
        for field in fields where HTTPFields.equal(field.name, name) {
            guard found == .absent else { return .repeated }
            found = .one(trimmed(field.value))
        }
        return found
    }

    /// Checks that a field is there once and says what the body says.
    ///
    /// - Throws: ``MCPFailure`` with code `headerMismatch`.
    func check(_ name: String, equals wanted: String, encoded: Bool = false) throws(MCPFailure) {
        switch self[name] {
        case .absent: throw .headerMismatch("The header \(name) is missing; the body says \"\(shown(wanted))\"")
        case .repeated: throw .headerMismatch("The header \(name) is there more than once")
        case .one(let text):
            guard let value = encoded ? MCPHeaders.decoded(text) : text else {
                throw .headerMismatch("The header \(name) is not valid base64 between =?base64? and ?=")
            }
            guard Array(value.utf8) == Array(wanted.utf8) else {
                throw .headerMismatch("The header \(name) says \"\(shown(value))\", the body \"\(shown(wanted))\"")
            }
        }
    }

    private func shown(_ text: String) -> String { MCPFailure.shortened(text) }

    /// The text of a field value, which is either plain or `=?base64?…?=`; nil when the base64 is not canonical.
    static func decoded(_ value: String) -> String? {
        guard isWrapped(value) else { return value }
        guard let bytes = Base64.decode(String(value.dropFirst(prefix.count).dropLast(suffix.count))) else {
            return nil
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The field value of a text: plain where that is unambiguous, else base64.
    static func encoded(_ text: String) -> String {
        let isPlain = text.utf8.allSatisfy { $0 >= 0x20 && $0 <= 0x7E } && trimmed(text) == text && !isWrapped(text)
        return isPlain ? text : prefix + Base64.encode(Array(text.utf8)) + suffix
    }

    private static let prefix = "=?base64?"
    private static let suffix = "?="

    private static func isWrapped(_ value: String) -> Bool {
        value.utf8.count >= prefix.utf8.count + suffix.utf8.count && value.hasPrefix(prefix) && value.hasSuffix(suffix)
    }

    private static func trimmed(_ text: String) -> String {
        let isSpace: (UInt8) -> Bool = { $0 == 0x20 || $0 == 0x09 }
        guard let first = text.utf8.first, let last = text.utf8.last, isSpace(first) || isSpace(last) else {
            return text
        }
        let start = text.utf8.drop(while: isSpace)
        let end = start.lastIndex { !isSpace($0) }.map { start.index(after: $0) } ?? start.startIndex
        return String(start[start.startIndex..<end]) ?? text
    }
}
