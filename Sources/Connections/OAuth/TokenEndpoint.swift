import Basics
import HTTP
import JSON

/// Asks an authorization server for tokens (RFC 6749 sections 4.1.3, 4.4.2 and 6).
struct TokenEndpoint: Sendable {
    /// What came of it.
    enum Outcome: Sendable {
        case granted(TokenSet)
        /// The server will not give a token for this code or refresh token, now or later.
        case refused(String)
        /// It may work later. `isCertain` says whether the server has certainly not used the refresh token up.
        case failed(String, isCertain: Bool)
    }

    let scheme: OAuthScheme
    let client: OAuthClient
    /// The address, filled and checked.
    let url: String
    let transport: any HTTPTransport
    let clock: any WallClock

    private static let maximumResponseSize = 1 << 20

    /// - Throws: ``ConnectionError`` with code `invalid` when the toolkit's address cannot be used.
    init(
        scheme: OAuthScheme,
        client: OAuthClient,
        fields: [String: String],
        transport: any HTTPTransport,
        clock: any WallClock
    ) throws(ConnectionError) {
        self.scheme = scheme
        self.client = client
        url = try OAuthScheme.address(scheme.tokenURL, fields)
        self.transport = transport
        self.clock = clock
    }

    func exchange(code: String, redirectURI: String, verifier: Secret) async -> Outcome {
        await request([
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", redirectURI),
            ("code_verifier", verifier.reveal()),
        ])
    }

    func refresh(_ token: Secret) async -> Outcome {
        await request([("grant_type", "refresh_token"), ("refresh_token", token.reveal())])
    }

    func clientCredentials() async -> Outcome {
        var form = [("grant_type", "client_credentials")]
        if !scheme.scopes.isEmpty { form.append(("scope", scheme.scopes.joined(separator: " "))) }
        return await request(form)
    }

    private func request(_ parameters: [(String, String)]) async -> Outcome {
        var form = parameters.map { (name: $0.0, value: $0.1) }
        var fields: HTTPFields = [
            "Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded",
        ]
        if let secret = client.secret, scheme.clientAuthentication == .basic {
            // Both parts are form-encoded before they are joined (RFC 6749 section 2.3.1).
            let pair = PercentEncoding.encode(client.id) + ":" + PercentEncoding.encode(secret.reveal())
            fields["Authorization"] = "Basic " + Base64.encode(pair.utf8)
        } else {
            form.append((OAuthScheme.clientID, client.id))
            if let secret = client.secret { form.append((OAuthScheme.clientSecret, secret.reveal())) }
        }
        var options = HTTPRequestOptions()
        options.totalTimeout = 30
        options.maximumResponseSize = TokenEndpoint.maximumResponseSize
        let response: HTTPResponse
        let bytes: [UInt8]
        do {
            let body = HTTPBody.bytes(Array(PercentEncoding.encodeForm(form).utf8))
            let request = try HTTPRequest(method: "POST", url: url, fields: fields, body: body)
            response = try await transport.send(request, options: options)
            bytes = try await response.body.collect(limit: TokenEndpoint.maximumResponseSize)
        } catch {
            let http = error as? HTTPError
            return .failed(
                "it could not be reached (\(http?.message ?? "the connection failed"))",
                isCertain: http?.nothingSent ?? false
            )
        }
        return read(response.status, try? JSONParser.parse(bytes))
    }

    private func read(_ status: Int, _ body: JSONValue?) -> Outcome {
        let error = body?["error"]?.string.map { TokenEndpoint.word($0) }
        if (200..<300).contains(status), error == nil {
            guard let tokens = body.flatMap({ TokenSet($0, receivedAt: clock.now()) }) else {
                return .failed("it answered HTTP \(status) without a bearer token", isCertain: false)
            }
            return .granted(tokens)
        }
        // 401 is for a client that was refused and 400 for all else that is wrong; some servers say errors with 200.
        guard (200..<300).contains(status) || status == 400 || status == 401,
            !["temporarily_unavailable", "server_error"].contains(error)
        else {
            return .failed("it answered HTTP \(status)" + (error.map { " \($0)" } ?? ""), isCertain: status < 500)
        }
        return .refused(error ?? "HTTP \(status)")
    }

    /// A code of the other side as it may stand in a message: nothing that could be a token, or bend a terminal.
    static func word(_ text: String) -> String {
        String(text.prefix(64).filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") })
    }
}
