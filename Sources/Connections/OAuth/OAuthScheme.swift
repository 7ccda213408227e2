package import Basics
import HTTP

/// How accounts of a toolkit are authorised with OAuth 2 (RFC 6749, RFC 9700).
package struct OAuthScheme: Sendable, Hashable {
    /// A way to a token.
    package enum Grant: String, Sendable, Hashable, CaseIterable {
        /// A person allows it in a browser; PKCE with S256 always (RFC 7636).
        case authorizationCode = "authorization_code"
        /// The client acts for itself.
        case clientCredentials = "client_credentials"
    }

    /// How the client proves itself at the token endpoint (RFC 6749 section 2.3.1).
    package enum ClientAuthentication: String, Sendable, Hashable, CaseIterable {
        /// HTTP Basic.
        case basic
        /// `client_id` and `client_secret` in the form.
        case body
    }

    /// A parameter that the vendor wants in the authorization URL.
    package struct Parameter: Sendable, Hashable {
        package var name: String
        package var value: String

        package init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }

    /// In order of preference; not empty.
    package var grants: [Grant]
    /// Where a person is sent; `{field}` stands for a field of the connection.
    ///
    /// Empty without that grant.
    package var authorizationURL: String
    /// Where tokens are made; `{field}` stands for a field of the connection.
    package var tokenURL: String
    /// What `iss` in the callback must be (RFC 9207); nil for a server that does not send it.
    package var issuer: String?
    package var scopes: [String]
    package var clientAuthentication: ClientAuthentication
    package var parameters: [Parameter]

    /// The name of the field that holds the client's identifier.
    package static let clientID = "client_id"
    /// The name of the field that holds the client's secret.
    package static let clientSecret = "client_secret"
    /// The name of the secret that is sent with calls.
    package static let accessToken = "access_token"
    /// The name of the secret that gets new tokens.
    package static let refreshToken = "refresh_token"
    /// The parameters that a toolkit cannot set, because they are what keeps a flow safe.
    package static let reservedParameters = [
        "response_type", "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method",
    ]

    package init(
        grants: [Grant],
        authorizationURL: String = "",
        tokenURL: String,
        issuer: String? = nil,
        scopes: [String] = [],
        clientAuthentication: ClientAuthentication = .basic,
        parameters: [Parameter] = []
    ) {
        self.grants = grants
        self.authorizationURL = authorizationURL
        self.tokenURL = tokenURL
        self.issuer = issuer
        self.scopes = scopes
        self.clientAuthentication = clientAuthentication
        self.parameters = parameters
    }

    /// The fields that every OAuth toolkit asks for before its own: the client that its operator registered.
    package static let clientFields = [
        AuthenticationScheme.Field(
            name: clientID,
            title: "Client ID",
            description: "The identifier of the OAuth client that you registered with the vendor."
        ),
        AuthenticationScheme.Field(
            name: clientSecret,
            title: "Client secret",
            description: "The secret of that client; leave it out for a public client.",
            isSecret: true,
            isRequired: false
        ),
    ]

    /// Whether codes and tokens may travel to an address: https, or http on this machine (RFC 9700 section 2.6).
    package static func isSafe(_ url: String) -> Bool {
        guard !url.utf8.contains(UInt8(ascii: "#")), let request = try? HTTPRequest(url: url) else { return false }
        return request.scheme == "https" || ["127.0.0.1", "localhost", "[::1]"].contains(String(request.host))
    }

    /// An address with the fields of a connection in place of `{field}`.
    ///
    /// - Throws: ``ConnectionError`` with code `invalid` for a field that is missing or could lead elsewhere, and for an
    ///   address that is not safe.
    static func address(_ template: String, _ fields: [String: String]) throws(ConnectionError) -> String {
        var filled = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            let name = String(rest[rest.index(after: open)..<close])
            guard let value = fields[name], AuthenticationScheme.isHostLabel(value) else {
                throw ConnectionError(.invalid, "The connection's \(name) must be letters, digits and hyphens only.")
            }
            filled += rest[..<open] + value
            rest = rest[rest.index(after: close)...]
        }
        filled += rest
        guard isSafe(filled) else {
            throw ConnectionError(
                .invalid,
                "The toolkit's OAuth address must be https, or http on this machine: \(filled.prefix(200))"
            )
        }
        return filled
    }
}

/// A client that is registered at an authorization server.
package struct OAuthClient: Sendable, Hashable {
    package var id: String
    /// Nil for a public client.
    package var secret: Secret?

    package init(id: String, secret: Secret? = nil) {
        self.id = id
        self.secret = secret
    }
}
