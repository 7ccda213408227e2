import Basics

/// The encodings of mail: headers (RFC 2047), quoted-printable and base64 bodies (RFC 2045), dates (RFC 5322).
enum MailText {
    /// The longest line of an encoded body and of an encoded header.
    private static let lineLength = 76
    private static let hexadecimal = Array("0123456789ABCDEF".utf8)

    /// Whether a text has no line break and no other control character, so that it cannot begin a header of its own.
    static func isOneLine(_ text: String) -> Bool {
        text.unicodeScalars.allSatisfy { scalar in
            switch scalar.value {
            case 0..<0x20, 0x7F...0x9F, 0x2028, 0x2029: false
            default: true
            }
        }
    }

    /// A header's line, folded, with its line break.
    static func unstructured(_ name: String, _ value: String) -> String {
        let isPlain =
            value.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } && !value.contains("=?") && !value.hasPrefix(" ")
            && !value.hasSuffix(" ") && name.utf8.count + 2 + value.utf8.count <= lineLength
        return name + ": " + (isPlain ? value : encodedWords(value, after: name.utf8.count + 2)) + "\r\n"
    }

    /// A header with addresses, one line for as many as fit.
    static func addresses(_ name: String, _ addresses: [MailAddress]) -> String {
        var text = name + ":"
        var used = text.utf8.count
        for (position, address) in addresses.enumerated() {
            let isLast = position == addresses.count - 1
            let shown = mailbox(address, after: used + 1) + (isLast ? "" : ",")
            if used + 1 + shown.utf8.count > lineLength, position > 0 {
                text += "\r\n"
                used = 0
            }
            text += " " + shown
            used += 1 + shown.utf8.count
        }
        return text + "\r\n"
    }

    private static func mailbox(_ address: MailAddress, after used: Int) -> String {
        if address.name.isEmpty { return address.address }
        let isPlain = address.name.utf8.allSatisfy { $0 >= 0x20 && $0 < 0x7F } && !address.name.contains("=?")
        guard isPlain, address.name.utf8.count <= 60 else {
            return encodedWords(address.name, after: used) + "\r\n <\(address.address)>"
        }
        let escaped = address.name.map { $0 == "\"" || $0 == "\\" ? "\\\($0)" : String($0) }.joined()
        return "\"\(escaped)\" <\(address.address)>"
    }

    /// A text as encoded words in base64, none split inside a character, one on each line.
    private static func encodedWords(_ text: String, after used: Int) -> String {
        let frame = "=?UTF-8?B??=".utf8.count
        var words: [String] = []
        var pending: [UInt8] = []
        var room = (lineLength - used - frame) / 4 * 3
        for scalar in text.unicodeScalars {
            let bytes = Array(String(scalar).utf8)
            if pending.count + bytes.count > room, !pending.isEmpty {
                words.append("=?UTF-8?B?\(Base64.encode(pending))?=")
                pending = []
                room = (lineLength - 1 - frame) / 4 * 3
            }
            pending += bytes
        }
        words.append("=?UTF-8?B?\(Base64.encode(pending))?=")
        return words.joined(separator: "\r\n ")
    }

    /// A date and time as RFC 5322 has it, in UTC: `Sat, 21 Nov 2026 09:30:00 +0000`.
    static func date(_ instant: Timestamp) -> String {
        let (year, month, day) = instant.date
        let days = instant.days(since: Timestamp(milliseconds: 0))
        // 1970-01-01 was a Thursday.
        let weekday = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"][(days % 7 + 7) % 7]
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        let time = instant.iso8601.drop { $0 != "T" }.dropFirst().prefix(8)
        return "\(weekday), \(day) \(months[month - 1]) \(year) \(time) +0000"
    }

    // MARK: Bodies

    /// A text's lines as a body part: the name of the encoding, and the encoded bytes with a line break at the end.
    static func body(_ text: String) -> (encoding: String, bytes: [UInt8]) {
        let bytes = lines(text)
        let quoted = quotedPrintable(bytes)
        // Beyond this base64 is shorter, as it is for scripts other than Latin.
        if quoted.count <= bytes.count / 3 * 4 + bytes.count / 28 + 8 { return ("quoted-printable", quoted) }
        return ("base64", base64(bytes))
    }

    /// The bytes of a text with every line ended by CR LF.
    static func lines(_ text: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count + 64)
        var previous: UInt8 = 0
        for byte in text.utf8 {
            switch byte {
            case 0x0A where previous == 0x0D: break
            case 0x0A, 0x0D: bytes += [0x0D, 0x0A]
            default: bytes.append(byte)
            }
            previous = byte
        }
        if !bytes.suffix(2).elementsEqual([0x0D, 0x0A]) { bytes += [0x0D, 0x0A] }
        return bytes
    }

    /// Quoted-printable; the bytes end with CR LF, and have CR and LF together only.
    private static func quotedPrintable(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(bytes.count + bytes.count / 8)
        var column = 0
        var index = 0
        while index < bytes.count {
            let byte = bytes[index]
            if byte == 0x0D {
                out += [0x0D, 0x0A]
                column = 0
                index += 2
                continue
            }
            let endsLine = bytes[index + 1] == 0x0D
            let isPlain: Bool =
                switch byte {
                case 0x20, 0x09: !endsLine
                case UInt8(ascii: "="): false
                // Neither SMTP's dots nor the old mailbox files have anything to escape then.
                case UInt8(ascii: "."), UInt8(ascii: "F"): column > 0
                default: byte > 0x20 && byte < 0x7F
                }
            let width = isPlain ? 1 : 3
            if column + width > (endsLine ? lineLength : lineLength - 1) {
                out += [UInt8(ascii: "="), 0x0D, 0x0A]
                column = 0
                continue
            }
            if isPlain {
                out.append(byte)
            } else {
                out += [UInt8(ascii: "="), hexadecimal[Int(byte >> 4)], hexadecimal[Int(byte & 15)]]
            }
            column += width
            index += 1
        }
        return out
    }

    private static func base64(_ bytes: [UInt8]) -> [UInt8] {
        var out: [UInt8] = []
        let encoded = Array(Base64.encode(bytes).utf8)
        var start = 0
        while start < encoded.count {
            let end = min(start + lineLength, encoded.count)
            out += encoded[start..<end]
            out += [0x0D, 0x0A]
            start = end
        }
        return out
    }
}
