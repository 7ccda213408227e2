import Glibc
import JSON

/// How a number is written: the pictures of `fn:format-number` (XPath and XQuery Functions 3.1, 4.7).
struct NumberPicture {
    /// The characters that have a meaning in a picture, and those that are written in their place.
    struct Symbols {
        var decimalSeparator = "."
        var groupingSeparator = ","
        var exponentSeparator = "e"
        var minusSign = "-"
        var percent = "%"
        var perMille = "\u{2030}"
        var zeroDigit = "0"
        var digit = "#"
        var patternSeparator = ";"

        mutating func apply(_ options: ObjectValue) throws {
            func replace(_ name: String, _ symbol: inout String) {
                if let text = options.value(of: name)?.string, !text.isEmpty { symbol = text }
            }
            replace("decimal-separator", &decimalSeparator)
            replace("grouping-separator", &groupingSeparator)
            replace("exponent-separator", &exponentSeparator)
            replace("minus-sign", &minusSign)
            replace("percent", &percent)
            replace("per-mille", &perMille)
            replace("zero-digit", &zeroDigit)
            replace("digit", &digit)
            replace("pattern-separator", &patternSeparator)
        }

        /// The ten digits, from the zero on.
        var family: [Character] {
            let zero = zeroDigit.unicodeScalars.first?.value ?? 0x30
            return (0..<10).map { Character(Unicode.Scalar(zero + $0) ?? "0") }
        }
    }

    private let symbols: Symbols
    private let parts: [NumberSubpicture]

    /// - Throws: D3080 to D3093 for a picture that breaks the rules.
    init(_ picture: String, _ symbols: Symbols) throws {
        self.symbols = symbols
        let separator = Character(symbols.patternSeparator.first.map { String($0) } ?? ";")
        let texts = picture.split(separator: separator, omittingEmptySubsequences: false).map { String($0) }
        guard texts.count <= 2 else { throw JSONataError("D3080") }
        parts = try texts.map { try NumberSubpicture($0, symbols) }
    }

    func format(_ number: Double) throws -> String {
        guard let first = parts.first else { return "" }
        guard number.isFinite else { return number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity" }
        var part = first
        if number < 0 {
            if parts.count > 1 { part = parts[1] } else { part.prefix = symbols.minusSign + part.prefix }
        }
        var mantissa = number
        if part.text.contains(symbols.percent) {
            mantissa *= 100
        } else if part.text.contains(symbols.perMille) {
            mantissa *= 1000
        }
        var exponent: Int?
        if part.minimumExponent > 0 {
            let scaled = NumberPicture.scale(mantissa, places: part.scale)
            mantissa = scaled.mantissa
            exponent = scaled.exponent
        }
        let rounded = NumberFunctions.rounded(mantissa, precision: part.maximumFraction)
        var text = grouped(digits(rounded, part), part)
        if let exponent {
            var digits = family(String(abs(exponent)))
            while digits.count < part.minimumExponent { digits = symbols.zeroDigit + digits }
            text += symbols.exponentSeparator + (exponent < 0 ? symbols.minusSign : "") + digits
        }
        return part.prefix + text + part.suffix
    }

    /// The mantissa with that many digits before the point, and the power of ten that goes with it.
    private static func scale(_ number: Double, places: Int) -> (mantissa: Double, exponent: Int) {
        var mantissa = abs(number)
        var exponent = 0
        guard mantissa > 0 else { return (0, 0) }
        let most = pow(10, Double(places))
        let least = pow(10, Double(places - 1))
        while mantissa < least {
            mantissa *= 10
            exponent -= 1
        }
        while mantissa > most {
            mantissa /= 10
            exponent += 1
        }
        return (mantissa, exponent)
    }

    private func family(_ text: String) -> String {
        guard symbols.zeroDigit != "0" else { return text }
        let digits = symbols.family
        return String(text.map { $0.wholeNumberValue.map { digits[$0] } ?? $0 })
    }

    /// The digits before and after the point, with zeros taken off and put back as the picture says.
    private func digits(_ number: Double, _ part: NumberSubpicture) -> (whole: [Character], fraction: [Character]) {
        let text = TextWriter.fixed(abs(number), decimals: part.maximumFraction)
        let pieces = text.split(separator: ".", omittingEmptySubsequences: false)
        var whole = Array(pieces[0].drop { $0 == "0" })
        var fraction = pieces.count > 1 ? Array(pieces[1]) : []
        while fraction.last == "0" { fraction.removeLast() }
        while whole.count < part.minimumInteger { whole.insert("0", at: 0) }
        while fraction.count < part.minimumFraction { fraction.append("0") }
        return (Array(family(String(whole))), Array(family(String(fraction))))
    }

    private func grouped(_ digits: (whole: [Character], fraction: [Character]), _ part: NumberSubpicture) -> String {
        var whole = ""
        for (index, digit) in digits.whole.enumerated() {
            let following = digits.whole.count - index
            if index > 0, part.separates(before: following) { whole += symbols.groupingSeparator }
            whole.append(digit)
        }
        var fraction = ""
        for (index, digit) in digits.fraction.enumerated() {
            if part.fractionGroups.contains(index), index > 0 { fraction += symbols.groupingSeparator }
            fraction.append(digit)
        }
        guard part.hasPoint, !fraction.isEmpty else { return whole }
        return whole + symbols.decimalSeparator + fraction
    }
}
