/// Makes texts comparable for people: without case, accents and punctuation that nobody types.
enum TextFolding {
    /// Lower case, Latin letters without their marks, everything that is neither letter nor digit (but `@`, `.`, `_`, `+`,
    /// `-`) as a space.
    static func fold(_ text: String) -> String {
        var folded = ""
        folded.reserveCapacity(text.utf8.count)
        for scalar in text.unicodeScalars { append(scalar, to: &folded) }
        return folded
    }

    /// The words of a search.
    static func words(_ text: String) -> [String] { fold(text).split(separator: " ").map(String.init) }

    private static func append(_ scalar: Unicode.Scalar, to folded: inout String) {
        switch scalar.value {
        case 0x30...0x39, 0x61...0x7A, 0x2B, 0x2D, 0x2E, 0x40, 0x5F: folded.unicodeScalars.append(scalar)
        case 0x41...0x5A: folded.unicodeScalars.append(Unicode.Scalar(UInt8(scalar.value) | 0x20))
        case 0x27, 0x2019: break
        case 0..<0x80: folded += " "
        case 0xDF: folded += "ss"
        case 0xC6, 0xE6: folded += "ae"
        case 0x152, 0x153: folded += "oe"
        case 0xDE, 0xFE: folded += "th"
        case 0x131: folded += "i"
        default: appendOther(scalar, to: &folded)
        }
    }

    private static func appendOther(_ scalar: Unicode.Scalar, to folded: inout String) {
        let properties = scalar.properties
        switch properties.generalCategory {
        case .nonspacingMark, .enclosingMark, .spacingMark: return
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter:
            // The character's name says what it is made of: LATIN SMALL LETTER E WITH ACUTE.
            if let name = properties.name, name.hasPrefix("LATIN "), let letter = name.firstRange(of: " LETTER ") {
                let base = name[letter.upperBound...].prefix { $0 != " " }
                if base.utf8.count <= 2 {
                    folded += base.lowercased()
                    return
                }
            }
            folded += properties.lowercaseMapping
        case .decimalNumber: folded.unicodeScalars.append(scalar)
        default: folded += " "
        }
    }
}
