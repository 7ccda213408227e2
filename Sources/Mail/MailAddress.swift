import Tools

/// An address that mail can be sent to or from, with the name that people read.
package struct MailAddress: Sendable, Hashable {
    /// The name of the person or the department; empty for none.
    package let name: String
    /// `local@domain`, in ASCII.
    package let address: String

    /// The most bytes of an address: a path of 256 less its brackets (RFC 5321, section 4.5.3.1).
    private static let longest = 254
    private static let longestLocal = 64
    private static let longestLabel = 63
    private static let longestName = 200

    /// Reads `ada@example.com`, and with `allowsName` also `Ada Byron <ada@example.com>`.
    ///
    /// The part before the at sign is a dot-atom (RFC 5322, section 3.2.3): quoted ones are valid by the standard and in
    /// no use that is honest. Addresses beyond ASCII (RFC 6531) are not taken, because few servers forward them; a domain
    /// may be written in its `xn--` form.
    ///
    /// - Throws: ``MailError`` with code `invalid`.
    package init(_ text: String, allowsName: Bool = false) throws(MailError) {
        var name = ""
        var address = text
        if allowsName, let bracket = text.lastIndex(of: "<"), text.hasSuffix(">") {
            name = MailAddress.trimmed(String(text[..<bracket]))
            if name.count >= 2, name.hasPrefix("\""), name.hasSuffix("\"") {
                name = String(name.dropFirst().dropLast())
            }
            address = String(text[text.index(after: bracket)...].dropLast())
        }
        guard name.utf8.count <= MailAddress.longestName, MailText.isOneLine(name) else {
            throw MailError(
                .invalid,
                "The name before an address must be one line of \(MailAddress.longestName) bytes at most.",
                outcome: .notExecuted
            )
        }
        guard MailAddress.isAddress(Array(address.utf8)) else {
            throw MailError(
                .invalid,
                "\(MailAddress.shown(address)) is no e-mail address. Give addresses such as ada@example.com.",
                outcome: .notExecuted
            )
        }
        self.name = name
        self.address = address
    }

    /// The domain.
    package var domain: String {
        String(address[address.index(after: address.lastIndex(of: "@") ?? address.startIndex)...])
    }

    /// What two spellings of one address have in common.
    var key: String { address.lowercased() }

    private static func isAddress(_ bytes: [UInt8]) -> Bool {
        guard bytes.count <= longest, let at = bytes.lastIndex(of: UInt8(ascii: "@")) else { return false }
        let local = bytes[..<at]
        let domain = bytes[(at + 1)...]
        guard (1...longestLocal).contains(local.count), (1...255).contains(domain.count) else { return false }
        let parts = local.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard parts.allSatisfy({ !$0.isEmpty && $0.allSatisfy(isAtom) }) else { return false }
        let labels = domain.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        return labels.allSatisfy { label in
            (1...longestLabel).contains(label.count) && label.first != 0x2D && label.last != 0x2D
                && label.allSatisfy { isAlphanumeric($0) || $0 == 0x2D }
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        byte >= 0x30 && byte <= 0x39 || byte >= 0x41 && byte <= 0x5A || byte >= 0x61 && byte <= 0x7A
    }

    private static func isAtom(_ byte: UInt8) -> Bool {
        isAlphanumeric(byte) || "!#$%&'*+-/=?^_`{|}~".utf8.contains(byte)
    }

    private static func trimmed(_ text: String) -> String {
        var text = text[...].drop { $0 == " " }
        while text.last == " " { text.removeLast() }
        return String(text)
    }

    private static func shown(_ text: String) -> String {
        let clean = String(
            String.UnicodeScalarView(text.unicodeScalars.prefix(80).filter { $0.value >= 0x20 && $0.value != 0x7F })
        )
        return clean.isEmpty ? "An empty text" : "\"\(clean)\""
    }
}
