/// Percent-encoding of URLs (RFC 3986 section 2) and of forms.
package enum PercentEncoding {
    private static let digits = Array("0123456789ABCDEF".utf8)

    /// Text with every byte encoded that is not unreserved: letters, digits, `-`, `.`, `_`, `~`.
    package static func encode(_ text: String) -> String {
        var encoded: [UInt8] = []
        for byte in text.utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E: encoded.append(byte)
            default:
                encoded.append(0x25)
                encoded.append(digits[Int(byte >> 4)])
                encoded.append(digits[Int(byte & 15)])
            }
        }
        return String(decoding: encoded, as: UTF8.self)
    }

    /// The text behind an encoding; nil when an escape is wrong or the bytes are not UTF-8.
    package static func decode(_ text: some StringProtocol, plusIsSpace: Bool = false) -> String? {
        var bytes: [UInt8] = []
        var input = text.utf8.makeIterator()
        while let byte = input.next() {
            if byte == 0x25 {
                guard let high = input.next().flatMap(value), let low = input.next().flatMap(value) else { return nil }
                bytes.append(high << 4 | low)
            } else {
                bytes.append(plusIsSpace && byte == 0x2B ? 0x20 : byte)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// The names and values of a query or form body, in order; parts that cannot be decoded are left out.
    package static func decodeForm(_ text: some StringProtocol) -> [(name: String, value: String)] {
        text.split(separator: "&").compactMap { part in
            let name = part.prefix { $0 != "=" }
            let value = part.dropFirst(name.count + 1)
            guard let decodedName = decode(name, plusIsSpace: true), let decodedValue = decode(value, plusIsSpace: true)
            else { return nil }
            return (decodedName, decodedValue)
        }
    }

    /// A query or form body.
    package static func encodeForm(_ pairs: [(name: String, value: String)]) -> String {
        pairs.map { encode($0.name) + "=" + encode($0.value) }.joined(separator: "&")
    }

    private static func value(_ digit: UInt8) -> UInt8? {
        switch digit {
        case 0x30...0x39: digit - 0x30
        case 0x41...0x46: digit - 0x41 + 10
        case 0x61...0x66: digit - 0x61 + 10
        default: nil
        }
    }
}
