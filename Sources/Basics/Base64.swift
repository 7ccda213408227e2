/// Base64 as RFC 4648 defines it, in the standard and the URL-safe alphabet.
package enum Base64 {
    private static let standard = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    private static let urlSafe = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    /// Standard alphabet, with padding.
    package static func encode(_ bytes: some Collection<UInt8>) -> String {
        encode(Array(bytes), alphabet: standard, padded: true)
    }

    /// URL-safe alphabet, without padding.
    package static func encodeURL(_ bytes: some Collection<UInt8>) -> String {
        encode(Array(bytes), alphabet: urlSafe, padded: false)
    }

    /// The bytes of canonical standard base64; nil for anything else, wrong padding and stray bits included.
    package static func decode(_ text: String) -> [UInt8]? {
        guard text.utf8.count % 4 == 0 else { return nil }
        return decode(text, plus: UInt8(ascii: "+"), slash: UInt8(ascii: "/"), padded: true)
    }

    /// The bytes of unpadded URL-safe base64; nil for anything else.
    package static func decodeURL(_ text: String) -> [UInt8]? {
        decode(text, plus: UInt8(ascii: "-"), slash: UInt8(ascii: "_"), padded: false)
    }

    private static func encode(_ bytes: [UInt8], alphabet: [UInt8], padded: Bool) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        var index = 0
        while index < bytes.count {
            let left = bytes.count - index
            let group =
                UInt32(bytes[index]) << 16 | (left > 1 ? UInt32(bytes[index + 1]) << 8 : 0)
                | (left > 2 ? UInt32(bytes[index + 2]) : 0)
            text.append(alphabet[Int(group >> 18)])
            text.append(alphabet[Int(group >> 12 & 63)])
            if left > 1 { text.append(alphabet[Int(group >> 6 & 63)]) } else if padded { text.append(0x3D) }
            if left > 2 { text.append(alphabet[Int(group & 63)]) } else if padded { text.append(0x3D) }
            index += 3
        }
        return String(decoding: text, as: UTF8.self)
    }

    private static func decode(_ text: String, plus: UInt8, slash: UInt8, padded: Bool) -> [UInt8]? {
        var symbols = Array(text.utf8)
        if padded {
            for _ in 0..<2 where symbols.last == 0x3D { symbols.removeLast() }
        }
        guard symbols.count % 4 != 1 else { return nil }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(symbols.count * 3 / 4)
        var bits: UInt32 = 0
        var count = 0
        for symbol in symbols {
            let value: UInt8
            switch symbol {
            case 0x41...0x5A: value = symbol - 0x41
            case 0x61...0x7A: value = symbol - 0x61 + 26
            case 0x30...0x39: value = symbol - 0x30 + 52
            case plus: value = 62
            case slash: value = 63
            default: return nil
            }
            bits = bits << 6 | UInt32(value)
            count += 6
            if count >= 8 {
                count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt32(count)))
            }
        }
        // Bits left over must be zero, or two texts would mean the same bytes.
        guard bits & (1 << UInt32(count) - 1) == 0 else { return nil }
        return bytes
    }
}

/// Hexadecimal digits, lower case.
package enum Hex {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Two digits a byte.
    package static func encode(_ bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
