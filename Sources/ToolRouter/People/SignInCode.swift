package import Basics
import Cryptography

/// A code that lets one person sign in once: 60 random bits, such as `7QK4-M0XR-2TBD`.
package struct SignInCode: Sendable {
    /// The code itself, for the person; shown once.
    package let secret: Secret
    package let expiresAt: Timestamp

    /// Seconds for which a code is good.
    package static let lifetime = 600.0
    /// Wrong attempts after which a code is void.
    package static let attempts = 5

    private static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)

    init(expiresAt: Timestamp) {
        let letters = RandomBytes.make(12).map { SignInCode.alphabet[Int($0 & 31)] }
        let groups = stride(from: 0, to: 12, by: 4).map { String(decoding: letters[$0..<$0 + 4], as: UTF8.self) }
        secret = Secret(groups.joined(separator: "-"))
        self.expiresAt = expiresAt
    }

    /// What is stored of a code: useless for any other person.
    ///
    /// What people add or confuse when they copy a code makes no difference: case, spaces, hyphens, O for 0, I and L
    /// for 1.
    static func hash(_ text: String, person: String) -> [UInt8] {
        var letters = ""
        for character in text.uppercased() {
            switch character {
            case " ", "-", "\t", "\n", "\r": continue
            case "O": letters.append("0")
            case "I", "L": letters.append("1")
            default: letters.append(character)
            }
        }
        return SHA256.hash("sign-in\n\(person)\n\(letters)")
    }
}
