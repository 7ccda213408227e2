/// A piece of a page, in which text cannot turn into markup.
///
/// Written as a string literal. What is interpolated is escaped, unless it is a piece of a page itself; so only literals
/// of this program make elements. Attributes must be quoted.
package struct HTML: Sendable, Hashable, ExpressibleByStringInterpolation {
    /// The markup.
    package let markup: String

    package init(stringLiteral value: String) { markup = value }

    package init(stringInterpolation: StringInterpolation) { markup = stringInterpolation.markup }

    /// Pieces after each other.
    package init(_ pieces: [HTML]) { markup = pieces.map(\.markup).joined(separator: "\n") }

    package struct StringInterpolation: StringInterpolationProtocol {
        fileprivate var markup: String

        package init(literalCapacity: Int, interpolationCount: Int) {
            markup = ""
            markup.reserveCapacity(literalCapacity + 32 * interpolationCount)
        }

        package mutating func appendLiteral(_ literal: String) { markup += literal }
        /// Text as it is, whatever is in it.
        package mutating func appendInterpolation(_ text: some StringProtocol) {
            markup += HTMLText.escaped(String(text))
        }
        package mutating func appendInterpolation(_ number: Int) { markup += String(number) }
        package mutating func appendInterpolation(_ piece: HTML) { markup += piece.markup }
        /// Nothing where there is nothing.
        package mutating func appendInterpolation(_ piece: HTML?) { markup += piece?.markup ?? "" }
        package mutating func appendInterpolation(_ pieces: [HTML]) { markup += HTML(pieces).markup }
    }
}
