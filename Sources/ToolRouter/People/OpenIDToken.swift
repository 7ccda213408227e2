import Basics
import JSON

/// What an identity provider says about who signed in (OpenID Connect Core 1.0 section 2).
struct OpenIDToken {
    /// Who it is, for good.
    var subject: String
    /// The address, where the provider has verified it.
    var verifiedEmail: String?

    /// Seconds by which clocks may differ.
    private static let skew = 60.0

    /// Reads a token that came straight from the token endpoint over TLS, which stands for its signature (section
    /// 3.1.3.7, step 6).
    ///
    /// - Returns: Nil unless it is from this issuer, for this client, for this sign-in and still good.
    init?(_ text: String, settings: OpenIDSettings, nonce: String, now: Timestamp) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, let payload = Base64.decodeURL(String(parts[1])),
            let claims = try? JSONParser.parse(payload, options: JSONParser.Options(maximumDepth: 16))
        else { return nil }
        let audience = claims["aud"]?.array?.compactMap(\.string) ?? [claims["aud"]?.string].compactMap { $0 }
        guard claims["iss"]?.string == settings.issuer, audience.contains(settings.clientID),
            audience.count == 1 || claims["azp"]?.string == settings.clientID,
            claims["nonce"]?.string == nonce,
            let expires = claims["exp"]?.number?.double, expires.isFinite, expires > 0, expires < 1e12,
            Timestamp(milliseconds: Int64(expires * 1000)).adding(seconds: OpenIDToken.skew) > now,
            let subject = claims["sub"]?.string, (1...255).contains(subject.utf8.count)
        else { return nil }
        self.subject = subject
        let isVerified = claims["email_verified"]?.bool ?? (claims["email_verified"]?.string == "true")
        verifiedEmail = isVerified ? claims["email"]?.string : nil
    }
}
