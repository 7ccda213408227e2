package import Basics
import Cryptography

/// Somebody who is signed in, in one browser.
package struct PersonSession: Sendable {
    package let person: Person
    package let expiresAt: Timestamp

    /// Seconds after which one has to sign in again.
    package static let lifetime = 12 * 3600.0
    /// Sessions that a person may have at once; the oldest gives way.
    static let limit = 20
}

/// The secret in a browser's cookie: 256 random bits, kept here as a hash only.
package struct BrowserToken: Sendable {
    package let secret: Secret
    var hash: [UInt8] { SHA256.hash(secret.reveal()) }

    /// A new token.
    package init() {
        secret = Secret(Base64.encodeURL(RandomBytes.make(32)))
    }

    /// A token that came from a browser; nil when it cannot be one.
    package init?(_ text: String) {
        guard text.utf8.count == 43, Base64.decodeURL(text)?.count == 32 else { return nil }
        secret = Secret(text)
    }

    /// What every form of this browser carries, and no page of another site can know.
    ///
    /// Made of the cookie's secret, so it ends with the session and needs no store.
    package var formToken: String {
        let code = HMACSHA256.authenticate(Array("form".utf8), key: Array(secret.reveal().utf8))
        return Base64.encodeURL(code)
    }

    /// Whether a form was made for this browser; takes the same time for any wrong text of the right length.
    package func accepts(formToken: String) -> Bool {
        ConstantTime.equal(Array(formToken.utf8), Array(self.formToken.utf8))
    }
}
