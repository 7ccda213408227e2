/// Steps over the tokens of a JSON text and checks each, without keeping anything.
struct JSONScanner {
    let base: UnsafePointer<UInt8>
    let count: Int
    var position = 0

    init(base: UnsafePointer<UInt8>, count: Int) {
        self.base = base
        self.count = count
    }

    /// The byte at the position; 0, which no token has, at the end.
    var byte: UInt8 {
        @inline(__always) get { position < count ? base[position] : 0 }
    }

    @inline(__always)
    mutating func skipSpace() {
        while position < count {
            let byte = base[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position += 1
        }
    }

    mutating func skip(_ word: StaticString) -> Bool {
        let length = word.utf8CodeUnitCount
        guard position + length <= count else { return false }
        for index in 0..<length where base[position + index] != word.utf8Start[index] { return false }
        position += length
        return true
    }

    mutating func skipNumber() -> Bool {
        if byte == 0x2D { position += 1 }
        let first = position
        guard skipDigits() else { return false }
        if base[first] == 0x30, position > first + 1 { return false }
        if byte == 0x2E {
            position += 1
            guard skipDigits() else { return false }
        }
        if byte | 0x20 == 0x65 {
            position += 1
            if byte == 0x2B || byte == 0x2D { position += 1 }
            guard skipDigits() else { return false }
        }
        return true
    }

    private mutating func skipDigits() -> Bool {
        let start = position
        while position < count, base[position] &- 0x30 < 10 { position += 1 }
        return position > start
    }

    /// Steps over a string, quotes included, and checks its escapes and its UTF-8.
    ///
    /// - Returns: Whether it has escapes; nil when it is wrong.
    mutating func skipString() -> Bool? {
        position += 1
        var isEscaped = false
        while true {
            // Eight bytes at a time while they are plain ASCII; the lowest mark is always a true one.
            while position + 8 <= count {
                let word = UnsafeRawPointer(base + position).loadUnaligned(as: UInt64.self).littleEndian
                let marks = JSONScanner.special(word) | (word & 0x8080_8080_8080_8080)
                if marks == 0 {
                    position += 8
                    continue
                }
                position += marks.trailingZeroBitCount >> 3
                break
            }
            guard position < count else { return nil }
            let byte = base[position]
            switch byte {
            case 0x22:
                position += 1
                return isEscaped
            case 0x5C:
                guard skipEscape() else { return nil }
                isEscaped = true
            case 0..<0x20: return nil
            case 0x20..<0x80: position += 1
            default:
                guard skipScalar(byte) else { return nil }
            }
        }
    }

    /// Marks the high bit of each byte that is a control character, a quote or a backslash.
    ///
    /// A byte above a marked one may be marked without cause; the lowest mark is right.
    @inline(__always)
    static func special(_ word: UInt64) -> UInt64 {
        let ones: UInt64 = 0x0101_0101_0101_0101
        let control = (word &- 0x2020_2020_2020_2020) & ~word
        let quote = word ^ 0x2222_2222_2222_2222
        let slash = word ^ 0x5C5C_5C5C_5C5C_5C5C
        return (control | ((quote &- ones) & ~quote) | ((slash &- ones) & ~slash)) & 0x8080_8080_8080_8080
    }

    private mutating func skipEscape() -> Bool {
        position += 1
        switch byte {
        case 0x22, 0x5C, 0x2F, 0x62, 0x66, 0x6E, 0x72, 0x74:
            position += 1
            return true
        case 0x75:
            position += 1
            guard let code = skipHexadecimal() else { return false }
            if code & 0xF800 != 0xD800 { return true }
            // A surrogate: only a high one, followed by a low one.
            guard code < 0xDC00, position + 1 < count, base[position] == 0x5C, base[position + 1] == 0x75 else {
                return false
            }
            position += 2
            guard let low = skipHexadecimal() else { return false }
            return low & 0xFC00 == 0xDC00
        default: return false
        }
    }

    private mutating func skipHexadecimal() -> UInt32? {
        guard position + 4 <= count else { return nil }
        var code: UInt32 = 0
        for _ in 0..<4 {
            let byte = base[position]
            let digit: UInt8
            switch byte {
            case 0x30...0x39: digit = byte - 0x30
            case 0x41...0x46, 0x61...0x66: digit = (byte | 0x20) - 0x61 + 10
            default: return nil
            }
            code = code << 4 | UInt32(digit)
            position += 1
        }
        return code
    }

    /// Steps over a character of two to four bytes; Unicode 16, table 3-7.
    private mutating func skipScalar(_ first: UInt8) -> Bool {
        func continues(_ offset: Int, _ range: ClosedRange<UInt8> = 0x80...0xBF) -> Bool {
            position + offset < count && range.contains(base[position + offset])
        }
        switch first {
        case 0xC2...0xDF:
            guard continues(1) else { return false }
            position += 2
        case 0xE0...0xEF:
            let range: ClosedRange<UInt8> = first == 0xE0 ? 0xA0...0xBF : first == 0xED ? 0x80...0x9F : 0x80...0xBF
            guard continues(1, range), continues(2) else { return false }
            position += 3
        case 0xF0...0xF4:
            let range: ClosedRange<UInt8> = first == 0xF0 ? 0x90...0xBF : first == 0xF4 ? 0x80...0x8F : 0x80...0xBF
            guard continues(1, range), continues(2), continues(3) else { return false }
            position += 4
        default: return false
        }
        return true
    }
}
