import HTTP

/// What came with a form, or in the query of a URL.
package struct FormFields: Sendable {
    /// Names and values as they came, in order.
    package let pairs: [(name: String, value: String)]

    /// Reads `application/x-www-form-urlencoded`; parts that cannot be decoded are left out.
    package init(_ text: some StringProtocol) { pairs = PercentEncoding.decodeForm(text) }

    /// The first value of a name; nil when it did not come.
    package subscript(name: String) -> String? { pairs.first { $0.name == name }?.value }

    /// The names that came, in order.
    package var names: [String] { pairs.map(\.name) }
}
