/// Makes texts comparable for people: without case, accents and punctuation that nobody types.
enum TextFolding {
    /// Lower case, Latin letters without their marks, everything that is neither letter nor digit (but `@`, `.`, `_`, `+`,
    /// `-`) as a space.
    static func fold(_ text: String) -> [UInt8] {
        var folded: [UInt8] = []
        folded.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars { append(scalar, to: &folded) }
        return folded
    }

    /// The words of a search.
    static func words(_ text: String) -> [[UInt8]] { fold(text).split(separator: 0x20).map { Array($0) } }

    /// Whether a folded text has a word in it, or a part of a word.
    static func contains(_ word: [UInt8], in text: [UInt8]) -> Bool {
        guard let first = word.first, word.count <= text.count else { return false }
        for start in 0...text.count - word.count where text[start] == first {
            if text[start..<start + word.count].elementsEqual(word) { return true }
        }
        return false
    }

    private static func append(_ scalar: Unicode.Scalar, to folded: inout [UInt8]) {
        switch scalar.value {
        case 0x30...0x39, 0x61...0x7A, 0x2B, 0x2D, 0x2E, 0x40, 0x5F: folded.append(UInt8(scalar.value))
        case 0x41...0x5A: folded.append(UInt8(scalar.value) | 0x20)
        case 0x27, 0x2019: break
        case 0..<0x80: folded += " ".utf8
        case 0xDF: folded += "ss".utf8
        case 0xC6, 0xE6: folded += "ae".utf8
        case 0x152, 0x153: folded += "oe".utf8
        case 0xDE, 0xFE: folded += "th".utf8
        case 0x131: folded += "i".utf8
        default: appendOther(scalar, to: &folded)
        }
    }

    private static func appendOther(_ scalar: Unicode.Scalar, to folded: inout [UInt8]) {
        let properties = scalar.properties
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .spacingMark: return
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            // The character's name says what it is made of: LATIN SMALL LETTER E WITH ACUTE.
            if let name = properties.name, name.hasPrefix("LATIN "), let letter = name.firstRange(of: " LETTER ") {
                let base = name[letter.upperBound...].prefix { $0 != " " }
                if base.utf8.count <= 2 {
                    folded += base.lowercased().utf8
                    return
                }
            }
            folded += properties.lowercaseMapping.utf8
        case .decimalNumber: folded += String(scalar).utf8
        default: folded += " ".utf8
        }
    }
}
