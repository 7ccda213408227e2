package import Basics
import Connections

/// The identity provider that people may sign in with.
package struct OpenIDSettings: Sendable, Hashable {
    /// Its name for itself, an https address; discovery starts there.
    package var issuer: String
    /// What this server is called there.
    package var clientID: String
    /// Nil for a public client.
    package var clientSecret: Secret?

    package init(issuer: String, clientID: String, clientSecret: Secret? = nil) {
        self.issuer = issuer
        self.clientID = clientID
        self.clientSecret = clientSecret
    }

    /// The settings in `SWITCHBOARD_OIDC_ISSUER`, `SWITCHBOARD_OIDC_CLIENT_ID` and `SWITCHBOARD_OIDC_CLIENT_SECRET`.
    ///
    /// - Returns: Nil without an issuer.
    /// - Throws: ``RouterError`` with code `invalid` that names the variable that is missing or wrong.
    package static func read(_ variables: [String: String]) throws(RouterError) -> OpenIDSettings? {
        guard let issuer = variables["SWITCHBOARD_OIDC_ISSUER"], !issuer.isEmpty else { return nil }
        guard OAuthScheme.isSafe(issuer) else {
            throw RouterError(.invalid, "SWITCHBOARD_OIDC_ISSUER must be an https address, or http on this machine.")
        }
        guard let client = variables["SWITCHBOARD_OIDC_CLIENT_ID"], !client.isEmpty else {
            throw RouterError(.invalid, "SWITCHBOARD_OIDC_ISSUER is set, and SWITCHBOARD_OIDC_CLIENT_ID is missing.")
        }
        let secret = variables["SWITCHBOARD_OIDC_CLIENT_SECRET"].flatMap { $0.isEmpty ? nil : Secret($0) }
        return OpenIDSettings(issuer: issuer, clientID: client, clientSecret: secret)
    }
}
