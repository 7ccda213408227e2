import Glibc

/// Numbers as letters, Roman numerals and English words.
enum Numerals {
    private static let small = [
        "Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten", "Eleven", "Twelve",
        "Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen", "Nineteen",
    ]
    private static let ordinals = [
        "Zeroth", "First", "Second", "Third", "Fourth", "Fifth", "Sixth", "Seventh", "Eighth", "Ninth", "Tenth",
        "Eleventh", "Twelfth", "Thirteenth", "Fourteenth", "Fifteenth", "Sixteenth", "Seventeenth", "Eighteenth",
        "Nineteenth",
    ]
    private static let tens = ["Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety", "Hundred"]
    private static let magnitudes = ["Thousand", "Million", "Billion", "Trillion"]
    private static let romanNumerals: [(value: Int, text: String)] = [
        (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"), (50, "l"), (40, "xl"), (10, "x"),
        (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
    ]

    /// What each word stands for, cardinal or ordinal.
    static let wordValues: [String: Double] = {
        var values: [String: Double] = [:]
        for (value, word) in small.enumerated() { values[word.lowercased()] = Double(value) }
        for (value, word) in ordinals.enumerated() { values[word.lowercased()] = Double(value) }
        for (index, word) in tens.enumerated() {
            let word = word.lowercased()
            values[word] = Double(index + 2) * 10
            values[word.dropLast() + "ieth"] = Double(index + 2) * 10
        }
        values["hundredth"] = 100
        for (index, word) in magnitudes.enumerated() {
            let value = pow(10, Double(index + 1) * 3)
            values[word.lowercased()] = value
            values[word.lowercased() + "th"] = value
        }
        return values
    }()

    static func words(_ number: Double, isOrdinal: Bool) -> String {
        words(number, follows: false, isOrdinal: isOrdinal)
    }

    private static func words(_ number: Double, follows: Bool, isOrdinal: Bool) -> String {
        if number <= 19 {
            return (follows ? " and " : "") + (isOrdinal ? ordinals[Int(number)] : small[Int(number)])
        }
        if number < 100 {
            let rest = number.truncatingRemainder(dividingBy: 10)
            var text = (follows ? " and " : "") + tens[Int(number / 10) - 2]
            if rest > 0 {
                text += "-" + words(rest, follows: false, isOrdinal: isOrdinal)
            } else if isOrdinal {
                text = text.dropLast() + "ieth"
            }
            return text
        }
        let lead = follows ? ", " : ""
        let factor: Double
        var text: String
        if number < 1000 {
            factor = 100
            text = lead + small[Int(number / 100)] + " Hundred"
        } else {
            let magnitude = min(Int(log10(number) / 3), magnitudes.count)
            factor = pow(10, Double(magnitude * 3))
            let mantissa = (number / factor).rounded(.down)
            text = lead + words(mantissa, follows: false, isOrdinal: false) + " " + magnitudes[magnitude - 1]
        }
        let rest = number - (number / factor).rounded(.down) * factor
        if rest > 0 {
            text += words(rest, follows: true, isOrdinal: isOrdinal)
        } else if isOrdinal {
            text += "th"
        }
        return text
    }

    static func number(words text: String) -> Double? {
        var segments: [Double] = [0]
        let parts = text.split { $0 == " " || $0 == "-" || $0 == "," || $0.isWhitespace }
        for part in parts where part != "and" {
            guard let value = wordValues[String(part)] else { return nil }
            let top = segments.removeLast()
            if value < 100 {
                if top >= 1000 {
                    segments += [top, value]
                } else {
                    segments.append(top + value)
                }
            } else {
                segments.append(top * value)
            }
        }
        return segments.reduce(0, +)
    }

    static func roman(_ number: Int) -> String {
        var rest = number
        var text = ""
        for numeral in romanNumerals {
            while rest >= numeral.value {
                text += numeral.text
                rest -= numeral.value
            }
        }
        return text
    }

    static func number(roman text: String) -> Double? {
        var total = 0.0
        var largest = 1.0
        for letter in text.reversed() {
            let value: Double
            switch letter {
            case "M": value = 1000
            case "D": value = 500
            case "C": value = 100
            case "L": value = 50
            case "X": value = 10
            case "V": value = 5
            case "I": value = 1
            default: return nil
            }
            if value < largest {
                total -= value
            } else {
                largest = value
                total += value
            }
        }
        return total
    }

    static func letters(_ number: Double, isUpper: Bool) -> String {
        let first: UInt8 = isUpper ? 0x41 : 0x61
        var rest = number
        var letters: [UInt8] = []
        while rest > 0, letters.count < 400 {
            letters.append(first + UInt8((rest - 1).truncatingRemainder(dividingBy: 26)))
            rest = ((rest - 1) / 26).rounded(.down)
        }
        return String(decoding: letters.reversed(), as: UTF8.self)
    }

    static func number(letters text: String, isUpper: Bool) -> Double? {
        let first: UInt8 = isUpper ? 0x41 : 0x61
        var total = 0.0
        for byte in text.utf8 {
            guard byte >= first, byte < first + 26 else { return nil }
            total = total * 26 + Double(byte - first + 1)
        }
        return total
    }
}
