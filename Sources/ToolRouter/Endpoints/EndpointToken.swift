package import Basics
import Cryptography

/// The secret in an endpoint's URL: 256 random bits, shown once, kept as a hash.
package struct EndpointToken: Sendable {
    /// The token itself, for the person who made the endpoint.
    package let secret: Secret
    let hash: [UInt8]
    let hint: String

    /// Says what the text is when it turns up somewhere it should not be.
    static let prefix = "sb_"

    /// A new token.
    package init() {
        let text = EndpointToken.prefix + Base64.encodeURL(RandomBytes.make(32))
        secret = Secret(text)
        hash = EndpointToken.hash(text)
        hint = String(text.suffix(4))
    }

    /// What is stored of a token.
    ///
    /// At full entropy a plain hash is enough: there is nothing to guess.
    static func hash(_ text: String) -> [UInt8] { SHA256.hash(text) }
}
