package import Basics
import Connections
import Cryptography
package import HTTP
import JSON

/// Signing in with an identity provider: OpenID Connect, authorization code with PKCE.
///
/// What is under way lives in memory; a restart ends it, and the person begins again.
package final class OpenIDSignIn: Sendable {
    /// What came of a sign-in.
    package enum Outcome: Sendable {
        /// A session for this browser, and the path to go on at.
        case signedIn(token: BrowserToken, session: PersonSession, next: String)
        /// Nobody is signed in, for this reason.
        case refused(String)
    }

    private struct Provider {
        var authorization: String
        var token: String
        var readAt: Timestamp
    }

    private struct Flow {
        var verifier: String
        var nonce: String
        var next: String
        var browser: [UInt8]
        var redirectURI: String
        var expiresAt: Timestamp
    }

    private struct State {
        var provider: Provider?
        /// By the hash of `state`.
        var flows: [[UInt8]: Flow] = [:]
    }

    /// Where browsers come back to, below the public address.
    package static let callbackPath = "/sign-in/callback"

    private static let lifetime = 600.0
    private static let maximumCount = 1000
    /// Seconds after which the provider's addresses are read again.
    private static let memory = 3600.0
    private static let maximumResponseSize = 1 << 20

    private let settings: OpenIDSettings
    private let people: PeopleStore
    private let address: PublicAddress
    private let transport: any HTTPTransport
    private let clock: any WallClock
    private let state = Locked(State())

    package init(
        settings: OpenIDSettings,
        people: PeopleStore,
        address: PublicAddress,
        transport: any HTTPTransport,
        clock: any WallClock = SystemClock()
    ) {
        self.settings = settings
        self.people = people
        self.address = address
        self.transport = transport
        self.clock = clock
    }

    /// Begins, and returns the address that the browser is sent to; nil when the provider cannot be reached.
    ///
    /// - Parameters:
    ///   - next: The path to go on at afterwards; the caller has checked that it is one of this server.
    ///   - browser: The browser, which alone can end what it began.
    package func begin(next: String, browser: BrowserToken) async -> String? {
        guard let base = address.url, let provider = await provider() else { return nil }
        let now = clock.now()
        func random() -> String { Base64.encodeURL(RandomBytes.make(32)) }
        let (name, nonce, verifier) = (random(), random(), random())
        let flow = Flow(
            verifier: verifier,
            nonce: nonce,
            next: next,
            browser: browser.hash,
            redirectURI: base + OpenIDSignIn.callbackPath,
            expiresAt: now.adding(seconds: OpenIDSignIn.lifetime)
        )
        let isKept = state.withLock { state in
            state.flows = state.flows.filter { $0.value.expiresAt > now }
            guard state.flows.count < OpenIDSignIn.maximumCount else { return false }
            state.flows[SHA256.hash(name)] = flow
            return true
        }
        guard isKept else { return nil }
        let query = PercentEncoding.encodeForm([
            ("response_type", "code"), ("client_id", settings.clientID), ("redirect_uri", flow.redirectURI),
            ("scope", "openid email"), ("state", name), ("nonce", nonce),
            ("code_challenge", Base64.encodeURL(SHA256.hash(verifier))), ("code_challenge_method", "S256"),
        ])
        return provider.authorization + (provider.authorization.contains("?") ? "&" : "?") + query
    }

    /// Ends what was begun, with what came back.
    ///
    /// - Throws: ``RouterError`` with code `storage`.
    package func finish(
        _ parameters: [(name: String, value: String)],
        browser: BrowserToken
    ) async throws(RouterError) -> Outcome {
        let values = Dictionary(parameters.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        let now = clock.now()
        let found = state.withLock { $0.flows.removeValue(forKey: SHA256.hash(values["state"] ?? "")) }
        guard let flow = found, flow.expiresAt > now, ConstantTime.equal(flow.browser, browser.hash) else {
            return .refused("This sign-in was begun elsewhere, ended already, or took too long.")
        }
        // A code of one provider must not reach another (RFC 9207).
        if let issuer = values["iss"], issuer != settings.issuer {
            return .refused("The answer did not come from the identity provider.")
        }
        guard values["error"] == nil, let code = values["code"], !code.isEmpty, code.utf8.count <= 8192 else {
            return .refused("The identity provider did not let you in.")
        }
        guard let text = await exchange(code, flow) else {
            return .refused("The identity provider could not be asked who you are.")
        }
        guard let token = OpenIDToken(text, settings: settings, nonce: flow.nonce, now: now) else {
            return .refused("What the identity provider said is not meant for this sign-in.")
        }
        let subject = settings.issuer + " " + token.subject
        guard let signedIn = try await people.signIn(subject: subject, verifiedEmail: token.verifiedEmail) else {
            return .refused("The identity provider knows you, but nobody here has your verified e-mail address.")
        }
        return .signedIn(token: signedIn.token, session: signedIn.session, next: flow.next)
    }

    private func provider() async -> Provider? {
        let now = clock.now()
        let known = state.withLock { $0.provider }
        if let known, known.readAt.adding(seconds: OpenIDSignIn.memory) > now { return known }
        let base = settings.issuer.hasSuffix("/") ? String(settings.issuer.dropLast()) : settings.issuer
        guard let request = try? HTTPRequest(url: base + "/.well-known/openid-configuration"),
            let document = await answer(request),
            // Discovery section 4.3: another name would let one provider speak for another.
            document["issuer"]?.string == settings.issuer,
            let authorization = document["authorization_endpoint"]?.string, OAuthScheme.isSafe(authorization),
            let token = document["token_endpoint"]?.string, OAuthScheme.isSafe(token)
        else { return nil }
        let provider = Provider(authorization: authorization, token: token, readAt: now)
        state.withLock { $0.provider = provider }
        return provider
    }

    private func exchange(_ code: String, _ flow: Flow) async -> String? {
        guard let provider = await provider() else { return nil }
        var form: [(name: String, value: String)] = [
            ("grant_type", "authorization_code"), ("code", code), ("redirect_uri", flow.redirectURI),
            ("code_verifier", flow.verifier),
        ]
        var fields: HTTPFields = [
            "Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded",
        ]
        if let secret = settings.clientSecret {
            let pair = PercentEncoding.encode(settings.clientID) + ":" + PercentEncoding.encode(secret.reveal())
            fields["Authorization"] = "Basic " + Base64.encode(pair.utf8)
        } else {
            form.append(("client_id", settings.clientID))
        }
        let body = HTTPBody.bytes(Array(PercentEncoding.encodeForm(form).utf8))
        guard let request = try? HTTPRequest(method: "POST", url: provider.token, fields: fields, body: body) else {
            return nil
        }
        return await answer(request)?["id_token"]?.string
    }

    private func answer(_ request: HTTPRequest) async -> JSONValue? {
        var options = HTTPRequestOptions()
        options.totalTimeout = 30
        options.maximumResponseSize = OpenIDSignIn.maximumResponseSize
        guard let response = try? await transport.send(request, options: options), response.status == 200,
            let bytes = try? await response.body.collect(limit: OpenIDSignIn.maximumResponseSize)
        else { return nil }
        return try? JSONParser.parse(bytes)
    }
}
