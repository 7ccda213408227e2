import Basics
import Cryptography

/// The proof that who ends a flow is who began it (RFC 7636), with S256 and nothing weaker.
struct PKCE: Sendable {
    /// 43 characters, 256 random bits.
    let verifier: Secret

    init() {
        verifier = Secret(Base64.encodeURL(RandomBytes.make(32)))
    }

    /// What the authorization server is told at the start.
    var challenge: String { PKCE.challenge(of: verifier.reveal()) }

    static func challenge(of verifier: String) -> String { Base64.encodeURL(SHA256.hash(verifier)) }
}
