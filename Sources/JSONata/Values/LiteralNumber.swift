/// A number that neither 64-bit integers nor doubles hold, such as an identifier of twenty digits.
///
/// Passed on as it was written; computed with as a double.
final class LiteralNumber {
    let text: String
    let double: Double
    let isInteger: Bool

    init(_ text: String) {
        self.text = text
        double = Double(text) ?? .infinity
        isInteger = text.utf8.allSatisfy { $0 == 0x2D || ($0 >= 0x30 && $0 <= 0x39) }
    }
}
