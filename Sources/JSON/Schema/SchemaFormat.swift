import Basics

/// Decides whether text has one of the formats that are checked.
enum SchemaFormat {
    static func matches(_ text: String, _ format: SchemaNode.Format) -> Bool {
        switch format {
        case .date: text.utf8.count == 10 && Timestamp(iso8601: text) != nil
        case .dateTime: text.utf8.count > 10 && Timestamp(iso8601: text) != nil
        case .time: Timestamp(iso8601: "2000-01-01T" + text) != nil
        case .email: isEmail(text)
        case .uri: isAbsoluteURL(text)
        case .uuid: isUUID(text)
        }
    }

    private static func isUUID(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count == 36 else { return false }
        return bytes.enumerated().allSatisfy { position, byte in
            switch position {
            case 8, 13, 18, 23: byte == 0x2D
            default: (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
            }
        }
    }

    /// One `@` with something before it and a host after it; what more an address needs, only its server knows.
    private static func isEmail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, parts[1].utf8.count >= 3 else { return false }
        return parts[1].contains(".") && !parts[1].hasPrefix(".") && !parts[1].hasSuffix(".")
            && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x2C && $0 != 0x3B }
    }

    /// A scheme, a colon and something after it (RFC 3986 section 4.3), without spaces.
    private static func isAbsoluteURL(_ text: String) -> Bool {
        let scheme = text.prefix { $0 != ":" }
        guard let first = scheme.utf8.first, (0x61...0x7A).contains(first | 0x20),
            scheme.utf8.count < text.utf8.count - 1
        else { return false }
        let allowed = scheme.utf8.allSatisfy {
            (0x61...0x7A).contains($0 | 0x20) || (0x30...0x39).contains($0) || $0 == 0x2B || $0 == 0x2D || $0 == 0x2E
        }
        return allowed && text.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F }
    }
}
