import JSON

/// How an integer is written or read: the pictures of `fn:format-integer` (XPath and XQuery Functions 3.1, 4.6.1).
struct IntegerPicture {
    enum Style {
        case decimal, letters, roman, words
        /// A numbering that is not known, such as with circled digits.
        case unsupported
    }

    enum LetterCase {
        case upper, lower, title
    }

    struct Separator {
        var position: Int
        var character: Unicode.Scalar
    }

    private(set) var style = Style.decimal
    private(set) var letterCase = LetterCase.lower
    var isOrdinal = false
    private(set) var zero: UInt32 = 0x30
    var mandatoryDigits = 0
    private(set) var optionalDigits = 0
    /// One separator that repeats, when the picture puts them at equal distances; else each of them.
    private(set) var isRegular = false
    private(set) var separators: [Separator] = []
    private let token: String

    /// - Throws: D3131 when digits of two scripts are mixed.
    init(_ picture: String) throws {
        var primary = picture
        if let semicolon = picture.lastIndex(of: ";") {
            primary = String(picture[..<semicolon])
            isOrdinal = picture[picture.index(after: semicolon)...].first == "o"
        }
        token = primary
        switch primary {
        case "A", "a": style = .letters
        case "I", "i": style = .roman
        case "W", "w", "Ww": style = .words
        default: try readDigits(primary)
        }
        if primary == "A" || primary == "I" || primary == "W" { letterCase = .upper }
        if primary == "Ww" { letterCase = .title }
    }

    private mutating func readDigits(_ primary: String) throws {
        var found: UInt32?
        var position = 0
        for scalar in primary.unicodeScalars.reversed() {
            if let zero = IntegerPicture.zero(of: scalar) {
                mandatoryDigits += 1
                position += 1
                if let found, found != zero { throw JSONataError("D3131") }
                found = zero
            } else if scalar == "#" {
                position += 1
                optionalDigits += 1
            } else {
                separators.append(Separator(position: position, character: scalar))
            }
        }
        guard mandatoryDigits > 0, let found else {
            style = .unsupported
            return
        }
        zero = found
        let repeated = IntegerPicture.interval(of: separators)
        if repeated > 0 {
            isRegular = true
            separators = [Separator(position: repeated, character: separators[0].character)]
        }
    }

    /// The zero of the decimal digits to which a character belongs.
    private static func zero(of scalar: Unicode.Scalar) -> UInt32? {
        if scalar.value < 0x80 { return (0x30...0x39).contains(scalar.value) ? 0x30 : nil }
        guard scalar.properties.generalCategory == .decimalNumber, scalar.value < 0x10000,
            let value = scalar.properties.numericValue
        else { return nil }
        return scalar.value - UInt32(value)
    }

    private static func interval(of separators: [Separator]) -> Int {
        guard let first = separators.first, separators.allSatisfy({ $0.character == first.character }) else { return 0 }
        func divisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : divisor(b, a % b) }
        let positions = separators.map(\.position)
        let factor = positions.reduce(0) { divisor($0, $1) }
        guard factor > 0 else { return 0 }
        for index in 1...positions.count where !positions.contains(index * factor) { return 0 }
        return factor
    }

    func unsupported() -> JSONataError { JSONataError("D3130", value: .string(token)) }

    // MARK: Writing

    /// The text of a whole number.
    ///
    /// - Throws: D1001 for infinity; D3130 for a numbering that is not known; U1003 for a Roman number of more than a few thousand letters.
    func format(_ number: Double) throws -> String {
        guard number.isFinite else { throw Operators.outOfRange(number) }
        let magnitude = abs(number)
        var text: String
        switch style {
        case .letters: text = Numerals.letters(magnitude, isUpper: letterCase == .upper)
        case .roman:
            guard magnitude < 5_000_000 else { throw JSONataError("U1003") }
            text = Numerals.roman(Int(magnitude))
            if letterCase == .upper { text = text.uppercased() }
        case .words:
            text = Numerals.words(magnitude, isOrdinal: isOrdinal)
            if letterCase == .upper { text = text.uppercased() }
            if letterCase == .lower { text = text.lowercased() }
        case .decimal: text = decimal(magnitude)
        case .unsupported: throw unsupported()
        }
        return number < 0 ? "-" + text : text
    }

    private func decimal(_ magnitude: Double) -> String {
        var digits = Array(JSONNumber.text(of: magnitude).unicodeScalars)
        if digits.count < mandatoryDigits {
            digits = Array(repeating: "0", count: min(mandatoryDigits, 1000) - digits.count) + digits
        }
        if zero != 0x30 {
            digits = digits.map { scalar in
                guard (0x30...0x39).contains(scalar.value) else { return scalar }
                return Unicode.Scalar(scalar.value - 0x30 + zero) ?? scalar
            }
        }
        if isRegular, let separator = separators.first {
            var place = digits.count - separator.position
            while place > 0 {
                digits.insert(separator.character, at: place)
                place -= separator.position
            }
        } else {
            // From the left, where every insertion moves only what has been dealt with.
            let count = digits.count
            for separator in separators where separator.position < count {
                digits.insert(separator.character, at: count - separator.position)
            }
        }
        var text = String(String.UnicodeScalarView(digits))
        if isOrdinal {
            let isTeen = digits.count > 1 && digits[digits.count - 2] == "1"
            switch digits.last {
            case "1" where !isTeen: text += "st"
            case "2" where !isTeen: text += "nd"
            case "3" where !isTeen: text += "rd"
            default: text += "th"
            }
        }
        return text
    }

    // MARK: Reading

    /// The number that a text stands for, nil when it is not one.
    func parse(_ text: String) throws -> Double? {
        switch style {
        case .letters: return Numerals.number(letters: text, isUpper: letterCase == .upper)
        case .roman: return Numerals.number(roman: text.uppercased())
        case .words: return Numerals.number(words: text.lowercased())
        case .unsupported: throw unsupported()
        case .decimal:
            var digits = String.UnicodeScalarView()
            let source = isOrdinal ? text.dropLast(2) : text[...]
            for scalar in source.unicodeScalars where !separators.contains(where: { $0.character == scalar }) {
                if scalar.value >= zero, scalar.value <= zero + 9 {
                    digits.append(Unicode.Scalar(scalar.value - zero + 0x30) ?? scalar)
                } else if digits.isEmpty, scalar == "-" {
                    digits.append(scalar)
                } else {
                    break
                }
            }
            return Double(String(digits))
        }
    }

    /// A regular expression that finds the number in a longer text; `width` is the exact number of its digits.
    func pattern(width: Int) throws -> String {
        switch style {
        case .letters: return letterCase == .upper ? "[A-Z]+" : "[a-z]+"
        case .roman: return letterCase == .upper ? "[MDCLXVI]+" : "[mdclxvi]+"
        case .words:
            return "(?:" + (Numerals.wordValues.keys.sorted() + ["and", "[\\-, ]"]).joined(separator: "|") + ")+"
        case .unsupported: throw unsupported()
        case .decimal:
            let digits = "[0-9]" + (width > 0 ? "{\(min(width, 100))}" : "+")
            return isOrdinal ? digits + "(?:th|st|nd|rd)" : digits
        }
    }
}
