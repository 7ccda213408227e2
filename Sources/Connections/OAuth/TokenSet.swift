package import Basics
import JSON

/// What an authorization server gave.
package struct TokenSet: Sendable, Hashable {
    package var access: Secret
    /// Nil when the server gave none, which in a refresh means that the old one stays valid (RFC 6749 section 6).
    package var refresh: Secret?
    /// When the access token ends; nil when the server did not say.
    package var expires: Timestamp?

    package init(access: Secret, refresh: Secret? = nil, expires: Timestamp? = nil) {
        self.access = access
        self.refresh = refresh
        self.expires = expires
    }

    /// The longest life of a token that is believed, in seconds.
    private static let longestLife = 10 * 365 * 86_400.0

    /// Reads a successful answer (RFC 6749 section 5.1); nil when it holds no token that can be sent.
    init?(_ body: JSONValue, receivedAt now: Timestamp) {
        guard let access = TokenSet.token(body[OAuthScheme.accessToken]),
            (body["token_type"]?.string ?? "bearer").lowercased() == "bearer"
        else { return nil }
        self.access = access
        refresh = TokenSet.token(body[OAuthScheme.refreshToken])
        // Some servers write the number as text.
        let seconds = body["expires_in"]?.number?.double ?? body["expires_in"]?.string.flatMap { Double($0) }
        expires = seconds.flatMap { $0 > 0 ? now.adding(seconds: min($0, TokenSet.longestLife)) : nil }
    }

    private static func token(_ value: JSONValue?) -> Secret? {
        guard let text = value?.string, !text.isEmpty, text.utf8.count <= 16 << 10,
            text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
        else { return nil }
        return Secret(text)
    }
}
