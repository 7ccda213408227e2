import JSON

/// What the functions of numbers do, apart from any evaluation.
enum NumberFunctions {
    /// The number that a text stands for: a JSON number, or hexadecimal, octal or binary digits after a prefix.
    static func parse(_ text: String) -> Value? {
        let bytes = Array(text.utf8)
        if bytes.count > 2, bytes[0] == 0x30, let radix = radix(bytes[1]) {
            guard bytes[2...].allSatisfy({ isDigit($0, radix: radix) }) else { return nil }
            if let value = Int(text.dropFirst(2), radix: radix) { return .integer(value) }
            return .double(bytes[2...].reduce(0) { $0 * Double(radix) + Double(digit($1)) })
        }
        guard isNumber(bytes) else { return nil }
        if let integer = Int(text) { return integer == 0 && bytes[0] == 0x2D ? .double(-0.0) : .integer(integer) }
        guard let value = Double(text), value.isFinite else { return nil }
        return .double(value)
    }

    private static func radix(_ letter: UInt8) -> Int? {
        switch letter | 0x20 {
        case 0x78: 16
        case 0x6F: 8
        case 0x62: 2
        default: nil
        }
    }

    private static func digit(_ byte: UInt8) -> Int { byte <= 0x39 ? Int(byte) - 0x30 : Int(byte | 0x20) - 0x57 }

    private static func isDigit(_ byte: UInt8, radix: Int) -> Bool {
        let isHexadecimal = (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte | 0x20)
        return isHexadecimal && digit(byte) < radix
    }

    /// Whether bytes are a number as JSON writes one, or one with zeros before it.
    private static func isNumber(_ bytes: [UInt8]) -> Bool {
        var index = 0
        func at(_ position: Int) -> UInt8 { position < bytes.count ? bytes[position] : 0 }
        func isDigit(_ position: Int) -> Bool { at(position) >= 0x30 && at(position) <= 0x39 }
        if at(0) == 0x2D { index = 1 }
        guard isDigit(index) else { return false }
        while isDigit(index) { index += 1 }
        if at(index) == 0x2E {
            index += 1
            guard isDigit(index) else { return false }
            while isDigit(index) { index += 1 }
        }
        if at(index) | 0x20 == 0x65, index < bytes.count {
            index += 1
            if at(index) == 0x2B || at(index) == 0x2D { index += 1 }
            guard isDigit(index) else { return false }
            while isDigit(index) { index += 1 }
        }
        return index == bytes.count
    }

    /// A number as an integer where it is one that a double holds exactly.
    static func whole(_ number: Double) -> Value {
        if abs(number) < 9_007_199_254_740_992, let integer = Int(exactly: number) { return .integer(integer) }
        return .double(number)
    }

    /// Rounds halves to the even digit, at a decimal place; a negative place rounds to tens, hundreds and so on.
    static func rounded(_ number: Double, precision: Int) -> Double {
        guard number.isFinite else { return number }
        var number = number
        // Moving the point in the digits avoids the errors that multiplying by a power of ten would bring.
        if precision != 0 { number = shifted(number, by: precision) }
        let below = number.rounded(.down)
        var result = number - below >= 0.5 ? below + 1 : below
        if abs(result - number) == 0.5, abs(result.truncatingRemainder(dividingBy: 2)) == 1 { result -= 1 }
        if precision != 0 { result = shifted(result, by: -precision) }
        return result == 0 ? 0 : result
    }

    private static func shifted(_ number: Double, by places: Int) -> Double {
        guard number.isFinite, number != 0 else { return number }
        let parts = JSONNumber.text(of: number).split(separator: "e")
        let exponent = (parts.count > 1 ? Int(parts[1]) ?? 0 : 0) + max(-400, min(400, places))
        return Double("\(parts[0])e\(exponent)") ?? number
    }

    /// A whole number in another base.
    static func text(_ number: Double, radix: Int) -> String {
        if let integer = Int(exactly: number) { return String(integer, radix: radix) }
        var rest = abs(number)
        var digits: [Character] = []
        while rest >= 1, digits.count < 1100 {
            let digit = Int(rest.truncatingRemainder(dividingBy: Double(radix)))
            digits.append(Character(String(digit, radix: radix)))
            rest = (rest / Double(radix)).rounded(.down)
        }
        return (number < 0 ? "-" : "") + String(digits.reversed())
    }
}
