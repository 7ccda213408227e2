/// The exact value of a number's text: its digits without zeros at either end, and a power of ten.
struct JSONDecimal: Equatable {
    private var isNegative: Bool
    private var digits: [UInt8] = []
    private var exponent: String

    /// The value of a text that follows the grammar of RFC 8259 section 6.
    init(_ text: String) {
        var bytes = Array(text.utf8)[...]
        isNegative = bytes.first == 0x2D
        if isNegative { bytes.removeFirst() }
        var power = 0
        var written: ArraySlice<UInt8> = []
        if let e = bytes.firstIndex(where: { $0 | 0x20 == 0x65 }) {
            written = bytes[(e + 1)...]
            bytes = bytes[..<e]
        }
        if let point = bytes.firstIndex(of: 0x2E) {
            power = -(bytes.endIndex - point - 1)
            digits = Array(bytes[..<point] + bytes[(point + 1)...])
        } else {
            digits = Array(bytes)
        }
        digits = Array(digits.drop { $0 == 0x30 })
        while digits.last == 0x30 {
            digits.removeLast()
            power += 1
        }
        // An exponent beyond 64 bits stays the text that it is: no other spelling of it is worth the trouble.
        exponent = String(decoding: written, as: UTF8.self)
        if written.isEmpty || written.count <= 18 { exponent = String((Int(exponent) ?? 0) + power) }
        if digits.isEmpty {
            isNegative = false
            exponent = "0"
        }
    }
}
