/// A number that neither 64-bit integers nor doubles hold, such as an identifier of twenty digits.
final class LiteralNumber {
    let text: String
    let double: Double

    init(_ text: String) {
        self.text = text
        double = Double(text) ?? .infinity
    }
}
