/// The character classes of RFC 9110 section 5.6.2 and RFC 9112.
package enum HTTP1Grammar {
    // Bit n of a pair of words says whether the ASCII character n is in the class. Written out, because a value that is
    // computed when it is first used is checked at every use.

    /// Letters, digits and ``!#$%&'*+-.^_`|~``.
    private static let tokens: (UInt64, UInt64) = (0x03FF_6CFA_0000_0000, 0x57FF_FFFF_C7FF_FFFE)
    /// Letters, digits and `-._~!$&'()*+,;=:%[]`.
    private static let hosts: (UInt64, UInt64) = (0x2FFF_7FF2_0000_0000, 0x47FF_FFFE_AFFF_FFFE)

    /// Whether a byte may stand in a method or a field name (`tchar`).
    @inline(__always)
    static func isToken(_ byte: UInt8) -> Bool { contains(tokens, byte) }

    /// Whether a byte may stand in a host with its port; user information is not accepted.
    @inline(__always)
    static func isHost(_ byte: UInt8) -> Bool { contains(hosts, byte) }

    /// Whether a byte may stand in a field value: printable, space, tab or beyond ASCII.
    @inline(__always)
    static func isFieldValue(_ byte: UInt8) -> Bool { byte >= 0x20 && byte != 0x7F || byte == 0x09 }

    /// Whether text is a method or field name.
    package static func isToken(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { isToken($0) }
    }

    /// Whether text may be sent as a field value: no line break, no other control character.
    package static func isFieldValue(_ text: String) -> Bool {
        text.utf8.allSatisfy { isFieldValue($0) }
    }

    /// Whether text may be sent as the host of a request.
    package static func isAuthority(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { isHost($0) }
    }

    /// Whether text may be sent as a request target: visible ASCII.
    package static func isTarget(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != 0x23 }
    }

    @inline(__always)
    private static func contains(_ mask: (UInt64, UInt64), _ byte: UInt8) -> Bool {
        guard byte < 128 else { return false }
        let word = byte < 64 ? mask.0 : mask.1
        return word >> UInt64(byte & 63) & 1 == 1
    }
}
