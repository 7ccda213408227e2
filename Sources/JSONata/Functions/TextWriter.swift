import Glibc
import JSON

/// Writes values as `$string` does: JSON with numbers of at most fifteen digits, and functions as empty text.
struct TextWriter {
    private(set) var bytes: [UInt8] = []
    private let isPretty: Bool
    private let limit: Int

    init(isPretty: Bool, limit: Int) {
        self.isPretty = isPretty
        self.limit = limit
    }

    /// - Throws: D1001 for infinity; U1003 beyond the limit.
    mutating func write(_ value: Value, indentation: Int = 0) throws {
        if bytes.count > limit { throw JSONataError("U1003", value: .integer(limit)) }
        switch value {
        case .undefined, .null: bytes += "null".utf8
        case .bool(let flag): bytes += (flag ? "true" : "false").utf8
        case .integer(let number): bytes += String(number).utf8
        case .literal(let literal) where literal.isInteger || !literal.double.isFinite: bytes += literal.text.utf8
        case .literal(let literal): bytes += TextWriter.text(of: literal.double).utf8
        case .double(let number):
            if number.isNaN {
                bytes += "null".utf8
            } else if number.isInfinite {
                throw Operators.outOfRange(number)
            } else {
                bytes += TextWriter.text(of: number).utf8
            }
        case .string(let text): quote(text)
        case .function: bytes += [0x22, 0x22]
        case .tuple(let tuple): try write(tuple.context, indentation: indentation)
        case .array(let array):
            bytes.append(0x5B)
            for (position, element) in array.elements.enumerated() {
                if position > 0 { bytes.append(0x2C) }
                newline(indentation + 1)
                try write(element, indentation: indentation + 1)
            }
            if !array.elements.isEmpty { newline(indentation) }
            bytes.append(0x5D)
        case .object(let object):
            bytes.append(0x7B)
            for position in 0..<object.count {
                if position > 0 { bytes.append(0x2C) }
                newline(indentation + 1)
                quote(object.name(at: position))
                bytes.append(0x3A)
                if isPretty { bytes.append(0x20) }
                try write(object.value(at: position), indentation: indentation + 1)
            }
            if object.count > 0 { newline(indentation) }
            bytes.append(0x7D)
        }
    }

    private mutating func newline(_ depth: Int) {
        guard isPretty else { return }
        bytes.append(0x0A)
        for _ in 0..<depth { bytes += [0x20, 0x20] }
    }

    private mutating func quote(_ text: String) {
        bytes.append(0x22)
        if text.utf8.contains(where: { $0 == 0x08 || $0 == 0x0C }) {
            // JSONEscape writes these two as \u0008 and \u000c; JavaScript has shorter escapes for them.
            for part in text.unicodeScalars {
                switch part.value {
                case 0x08: bytes += [0x5C, 0x62]
                case 0x0C: bytes += [0x5C, 0x66]
                default: JSONEscape.append(String(part).utf8, to: &bytes)
                }
            }
        } else {
            JSONEscape.append(text.utf8, to: &bytes)
        }
        bytes.append(0x22)
    }

    /// A finite number as JavaScript writes it after rounding to fifteen significant digits; integers are not rounded.
    static func text(of number: Double) -> String {
        let shortest = JSONNumber.text(of: number)
        if number == number.rounded(.towardZero) || shortest.utf8.count <= 16 { return shortest }
        guard let rounded = Double(formatted("%.15g", number)) else { return shortest }
        return JSONNumber.text(of: rounded)
    }

    /// A number with exactly that many decimals.
    static func fixed(_ number: Double, decimals: Int) -> String {
        withVaList([Int32(decimals), number]) { print("%.*f", $0) }
    }

    private static func formatted(_ format: String, _ number: Double) -> String {
        withVaList([number]) { print(format, $0) }
    }

    private static func print(_ format: String, _ arguments: CVaListPointer) -> String {
        // The longest double has 309 digits before the point; pictures are limited to a few hundred after it.
        var buffer = [CChar](repeating: 0, count: 1024)
        let count = vsnprintf(&buffer, buffer.count, format, arguments)
        return String(
            decoding: buffer.prefix(max(0, min(Int(count), buffer.count - 1))).map { UInt8(bitPattern: $0) },
            as: UTF8.self
        )
    }
}

extension Evaluator {
    /// The value as text, nil for nothing.
    func string(_ value: Value, isPretty: Bool = false) throws -> String? {
        switch value {
        case .undefined: return nil
        case .string(let text): return text
        case .function: return ""
        case .integer(let number): return String(number)
        case .double(let number) where !number.isFinite:
            throw JSONataError("D3001", value: .string(number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity"))
        case .array(let array) where array.traits.contains(.outerWrapper) && array.elements.count == 1:
            return try string(array.elements[0], isPretty: isPretty)
        default:
            var writer = TextWriter(isPretty: isPretty, limit: options.limits.resultBytes)
            try writer.write(value)
            try chargeText(writer.bytes.count)
            return String(decoding: writer.bytes, as: UTF8.self)
        }
    }
}
