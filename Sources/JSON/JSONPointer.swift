/// A JSON Pointer (RFC 6901): the place of a value inside another.
package struct JSONPointer: Sendable, Hashable, CustomStringConvertible {
    /// The names and positions on the way down, unescaped.
    package var tokens: [String]

    package init(tokens: [String] = []) {
        self.tokens = tokens
    }

    /// Reads `/a/0/b~1c`; nil when a pointer that is not empty does not start with a slash, or an escape is wrong.
    package init?(_ text: String) {
        tokens = []
        if text.isEmpty { return }
        guard text.utf8.first == 0x2F else { return nil }
        // Scalars, not characters: a slash before a combining mark is still a slash.
        for part in text.unicodeScalars.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            var token = String.UnicodeScalarView()
            var characters = part.makeIterator()
            while let character = characters.next() {
                guard character == "~" else {
                    token.append(character)
                    continue
                }
                switch characters.next() {
                case "0": token.append("~")
                case "1": token.append("/")
                default: return nil
                }
            }
            tokens.append(String(token))
        }
    }

    package var description: String {
        tokens.map { "/" + JSONPointer.escape($0) }.joined()
    }

    /// The pointer to a member or element below this one.
    package func appending(_ token: String) -> JSONPointer { JSONPointer(tokens: tokens + [token]) }

    /// A name as it stands in a pointer: `~` is `~0`, `/` is `~1`.
    package static func escape(_ token: String) -> String {
        guard token.utf8.contains(where: { $0 == 0x7E || $0 == 0x2F }) else { return token }
        var escaped = String.UnicodeScalarView()
        for character in token.unicodeScalars {
            switch character {
            case "~": escaped.append(contentsOf: "~0".unicodeScalars)
            case "/": escaped.append(contentsOf: "~1".unicodeScalars)
            default: escaped.append(character)
            }
        }
        return String(escaped)
    }
}

extension JSONValue {
    /// The value at a pointer, or nil when the way there does not exist.
    package func value(at pointer: JSONPointer) -> JSONValue? {
        var value = self
        for token in pointer.tokens {
            switch value {
            case .object(let object):
                guard let member = object[token] else { return nil }
                value = member
            case .array(let array):
                guard let position = Int(token), String(position) == token, array.indices.contains(position) else {
                    return nil
                }
                value = array[position]
            default: return nil
            }
        }
        return value
    }
}
