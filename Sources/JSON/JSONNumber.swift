/// A JSON number that keeps its value: integers of 64 bits exactly, other numbers as binary64 where that says the same,
/// and their own text where it does not.
package enum JSONNumber: Sendable {
    case integer(Int64)
    /// Always finite.
    case double(Double)
    /// The number's own text, for values that neither of the others can hold, such as a 20-digit identifier.
    case literal(String)

    /// The number that a text means, which must follow the grammar of RFC 8259 section 6.
    init(wellFormed text: UnsafeBufferPointer<UInt8>) {
        let isNegative = text[0] == 0x2D
        let digits = text.dropFirst(isNegative ? 1 : 0)
        let isInteger = digits.allSatisfy { $0 &- 0x30 < 10 }
        if isInteger, digits.count <= 18 {
            var value: Int64 = 0
            for digit in digits { value = value * 10 + Int64(digit - 0x30) }
            // Minus zero is a double: the integers have none.
            self = !isNegative ? .integer(value) : value == 0 ? .double(-0.0) : .integer(-value)
            return
        }
        let string = String(decoding: text, as: UTF8.self)
        if isInteger {
            self = Int64(string).map { .integer($0) } ?? .literal(string)
            return
        }
        guard let value = Double(string), value.isFinite else {
            self = .literal(string)
            return
        }
        // Up to 15 digits, and a point or an exponent, always come back from a normal binary64; more may, or not.
        let keepsValue =
            text.count <= 16 && value.isNormal || JSONDecimal(JSONNumber.text(of: value)) == JSONDecimal(string)
        self = keepsValue ? .double(value) : .literal(string)
    }

    /// The number as binary64, rounded when it has to be.
    package var double: Double {
        switch self {
        case .integer(let value): Double(value)
        case .double(let value): value
        case .literal(let text): Double(text) ?? .infinity
        }
    }

    /// The number as an integer, when it is one that fits.
    package var integer: Int64? {
        switch self {
        case .integer(let value): value
        case .double(let value): Int64(exactly: value)
        case .literal: nil
        }
    }

    /// The text that JSON writes for the number.
    ///
    /// Doubles are written in the shortest form that reads back as the same value, without an exponent between 1e-6 and
    /// 1e21, as ECMAScript's `Number.prototype.toString` does.
    package var text: String {
        switch self {
        case .integer(let value): String(value)
        case .double(let value): JSONNumber.text(of: value)
        case .literal(let text): text
        }
    }

    /// The shortest text of a finite double; see ``text``.
    package static func text(of value: Double) -> String {
        if value.magnitude < 0x1p53, let integer = Int64(exactly: value) { return String(integer) }
        // Swift prints the shortest digits that read back, but in its own choice of notation.
        let shortest = "\(abs(value))"
        let parts = shortest.split(separator: "e")
        var mantissa = String(parts[0])
        var exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        if let dot = mantissa.firstIndex(of: ".") {
            let fraction = mantissa[mantissa.index(after: dot)...]
            exponent -= fraction == "0" ? 0 : fraction.count
            mantissa = String(mantissa[..<dot]) + (fraction == "0" ? "" : fraction)
        }
        var digits = String(mantissa.drop { $0 == "0" })
        while digits.last == "0" {
            digits.removeLast()
            exponent += 1
        }
        if digits.isEmpty { return "0" }
        let point = digits.count + exponent
        let sign = value < 0 ? "-" : ""
        if point > 21 || point < -5 {
            let rest = digits.dropFirst()
            let power = point - 1
            return sign + digits.prefix(1) + (rest.isEmpty ? "" : "." + rest) + "e" + (power < 0 ? "-" : "+")
                + String(abs(power))
        }
        if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + digits }
        if exponent >= 0 { return sign + digits + String(repeating: "0", count: exponent) }
        return sign + digits.prefix(point) + "." + digits.dropFirst(point)
    }
}

extension JSONNumber: Hashable {
    /// Numbers are equal when their values are: `1`, `1.0` and `1e0` are one number.
    ///
    /// The value of a double is what its text says, which beyond 2^53 is shorter than what its bits say.
    package static func == (a: JSONNumber, b: JSONNumber) -> Bool {
        switch (a, b) {
        case (.integer(let x), .integer(let y)): x == y
        case (.double(let x), .double(let y)): x == y
        case (.integer(let x), .double(let y)) where y.magnitude < 0x1p53: Int64(exactly: y) == x
        case (.double(let x), .integer(let y)) where x.magnitude < 0x1p53: Int64(exactly: x) == y
        default: JSONDecimal(a.text) == JSONDecimal(b.text)
        }
    }

    package func hash(into hasher: inout Hasher) {
        hasher.combine(double)
    }
}
