/// Between strings and the UTF-16 code units in which JSONata counts.
///
/// JSONata strings may hold half of a surrogate pair, which a Swift string cannot. Such a half is kept as a character
/// of the private plane 16, U+10F800 to U+10FFFF, so that nothing is lost on the way through.
enum TextUnits {
    private static let firstStandIn: UInt32 = 0x10F800

    static func units(of text: String) -> [UInt16] {
        var units: [UInt16] = []
        units.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars {
            if scalar.value >= firstStandIn {
                units.append(UInt16(scalar.value - firstStandIn + 0xD800))
            } else {
                units.append(contentsOf: UTF16.encode(scalar) ?? UTF16.encodedReplacementCharacter)
            }
        }
        return units
    }

    static func string(from units: some RandomAccessCollection<UInt16>) -> String {
        if units.allSatisfy({ $0 < 0xD800 || $0 > 0xDFFF }) { return String(decoding: Array(units), as: UTF16.self) }
        var text = ""
        var index = units.startIndex
        while index < units.endIndex {
            let unit = units[index]
            let next = units.index(after: index)
            if unit >= 0xD800, unit < 0xDC00, next < units.endIndex, units[next] >= 0xDC00, units[next] <= 0xDFFF {
                let code = 0x10000 + (UInt32(unit) - 0xD800) << 10 + (UInt32(units[next]) - 0xDC00)
                text.unicodeScalars.append(Unicode.Scalar(code) ?? "\u{FFFD}")
                index = units.index(after: next)
            } else {
                text.unicodeScalars.append(scalar(of: unit))
                index = next
            }
        }
        return text
    }

    private static func scalar(of unit: UInt16) -> Unicode.Scalar {
        if let scalar = Unicode.Scalar(unit) { return scalar }
        return Unicode.Scalar(firstStandIn + UInt32(unit) - 0xD800) ?? "\u{FFFD}"
    }

    /// Whether a character stands for half of a surrogate pair.
    static func isStandIn(_ scalar: Unicode.Scalar) -> Bool { scalar.value >= firstStandIn }

    /// Whether a string comes before another in the order of their UTF-16 code units.
    static func isLess(_ first: String, _ second: String) -> Bool {
        var first = first
        var second = second
        return first.withUTF8 { a in
            second.withUTF8 { b in
                let count = min(a.count, b.count)
                var index = 0
                while index < count {
                    let x = a[index]
                    let y = b[index]
                    if x != y {
                        // Surrogates, which UTF-8 writes with four bytes, sort before U+E000 to U+FFFF in UTF-16.
                        if x >= 0xEE, y >= 0xEE, (x >= 0xF0) != (y >= 0xF0) { return x >= 0xF0 }
                        return x < y
                    }
                    index += 1
                }
                return a.count < b.count
            }
        }
    }

    /// Whether two strings are the same characters; unlike `==`, composed and decomposed letters differ.
    static func isSame(_ first: String, _ second: String) -> Bool {
        first.utf8.count == second.utf8.count && first == second
    }
}
