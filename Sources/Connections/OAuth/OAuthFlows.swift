package import Basics
import Cryptography
import HTTP

/// A flow that a person has to end in a browser.
package struct OAuthStart: Sendable {
    /// `flow_…`, to ask what came of it; worth nothing to anybody else.
    package var id: String
    /// Where the person is sent.
    package var url: String
    package var expiresAt: Timestamp
}

/// What comes back at the redirect address, in order and decoded.
package typealias CallbackParameters = [(name: String, value: String)]

/// The authorization code flows that are under way (RFC 6749 section 4.1 as RFC 9700 has it).
///
/// They live in memory: a restart ends them, and whoever began one begins again. A flow lasts ten minutes and ends once.
package final class OAuthFlows: Sendable {
    /// A flow that came back as it should; its code can be exchanged.
    struct Answered: Sendable {
        var id: String
        var new: NewConnection
        var scheme: OAuthScheme
        var client: OAuthClient
        var redirectURI: String
        var verifier: Secret
        var code: String
    }

    /// How a flow stands.
    package enum Standing: Sendable {
        case waiting
        case ended(connection: String)
        case failed(ConnectionError)
    }

    private struct Flow {
        var id: String
        var new: NewConnection
        var scheme: OAuthScheme
        var client: OAuthClient
        var redirectURI: String
        var pkce: PKCE
        var session: [UInt8]?
        var expiresAt: Timestamp
    }

    private struct State {
        /// By the hash of `state`, so that finding one takes a time that tells nothing about it.
        var flows: [[UInt8]: Flow] = [:]
        var standings: [String: (standing: Standing, expiresAt: Timestamp)] = [:]
    }

    /// Seconds that a person has.
    package static let lifetime = 600.0
    /// More than this many under way are refused, so that nobody can fill the memory.
    private static let maximumCount = 1000

    private let clock: any WallClock
    private let state = Locked(State())

    init(clock: any WallClock) {
        self.clock = clock
    }

    /// Begins a flow.
    ///
    /// - Parameters:
    ///   - new: The connection to be.
    ///   - session: What only the browser that ends the flow can have; nil where none is known, on the command line.
    func begin(
        _ new: NewConnection,
        scheme: OAuthScheme,
        client: OAuthClient,
        redirectURI: String,
        session: String?
    ) throws(ConnectionError) -> OAuthStart {
        guard OAuthScheme.isSafe(redirectURI) else {
            throw ConnectionError(
                .invalid,
                "OAuth comes back only to https, or to this machine, not to \(redirectURI.prefix(200)). Start the server "
                    + "with --public-url https://…"
            )
        }
        let address = try OAuthScheme.address(scheme.authorizationURL, new.fields)
        let now = clock.now()
        let name = Base64.encodeURL(RandomBytes.make(16))
        let pkce = PKCE()
        let flow = Flow(
            id: Identifier.make("flow", at: now),
            new: new,
            scheme: scheme,
            client: client,
            redirectURI: redirectURI,
            pkce: pkce,
            session: session.map { SHA256.hash($0) },
            expiresAt: now.adding(seconds: OAuthFlows.lifetime)
        )
        let isKept = state.withLock { state in
            state.flows = state.flows.filter { $0.value.expiresAt > now }
            state.standings = state.standings.filter { $0.value.expiresAt > now }
            guard state.flows.count < OAuthFlows.maximumCount else { return false }
            state.flows[SHA256.hash(name)] = flow
            state.standings[flow.id] = (.waiting, flow.expiresAt.adding(seconds: OAuthFlows.lifetime))
            return true
        }
        guard isKept else {
            throw ConnectionError(.unavailable, "Too many connections are being made; try again in some minutes.")
        }
        var query: [(name: String, value: String)] = [
            ("response_type", "code"), ("client_id", client.id), ("redirect_uri", redirectURI), ("state", name),
            ("code_challenge", pkce.challenge), ("code_challenge_method", "S256"),
        ]
        if !scheme.scopes.isEmpty { query.append(("scope", scheme.scopes.joined(separator: " "))) }
        query += scheme.parameters.map { ($0.name, $0.value) }
        let separator = address.contains("?") ? "&" : "?"
        let url = address + separator + PercentEncoding.encodeForm(query)
        return OAuthStart(id: flow.id, url: url, expiresAt: flow.expiresAt)
    }

    /// Holds what came back against the flow that it belongs to; the flow has ended whatever comes of it.
    ///
    /// - Throws: ``ConnectionError`` with code `refused`.
    func answer(_ parameters: CallbackParameters, session: String?) throws(ConnectionError) -> Answered {
        let names = parameters.map(\.name)
        let values = Dictionary(parameters.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
        guard let name = values["state"], Set(names).count == names.count else {
            throw ConnectionError(.refused, "This is no answer to a question of ours. \(OAuthFlows.again)")
        }
        let now = clock.now()
        guard let flow = state.withLock({ $0.flows.removeValue(forKey: SHA256.hash(name)) }), flow.expiresAt > now
        else {
            throw ConnectionError(.refused, "This link was used already or has expired. \(OAuthFlows.again)")
        }
        do throws(ConnectionError) {
            return try check(flow, values, session)
        } catch {
            end(flow.id, .failed(error))
            throw error
        }
    }

    private func check(
        _ flow: Flow,
        _ values: [String: String],
        _ session: String?
    ) throws(ConnectionError) -> Answered {
        if let expected = flow.session {
            guard let session, ConstantTime.equal(expected, SHA256.hash(session)) else {
                throw ConnectionError(
                    .refused,
                    "This was begun in another browser, so nothing was connected. \(OAuthFlows.again)"
                )
            }
        }
        // Before anything is sent anywhere: a code of one server must not reach another (RFC 9207).
        if let issuer = flow.scheme.issuer, values["iss"] != issuer {
            throw ConnectionError(
                .refused,
                "The answer did not come from \(issuer), so nothing was connected. \(OAuthFlows.again)"
            )
        }
        if let error = values["error"] {
            throw ConnectionError(
                .refused,
                "\(flow.new.toolkit) did not allow the connection (\(TokenEndpoint.word(error))). \(OAuthFlows.again)"
            )
        }
        guard let code = values["code"], !code.isEmpty, code.utf8.count <= 8192 else {
            throw ConnectionError(.refused, "\(flow.new.toolkit) sent no code. \(OAuthFlows.again)")
        }
        return Answered(
            id: flow.id,
            new: flow.new,
            scheme: flow.scheme,
            client: flow.client,
            redirectURI: flow.redirectURI,
            verifier: flow.pkce.verifier,
            code: code
        )
    }

    /// Remembers what came of a flow, for whoever waits for it.
    func end(_ id: String, _ standing: Standing) {
        state.withLock { $0.standings[id]?.standing = standing }
    }

    /// How a flow stands; nil when there is none of that id, or it ended long ago.
    func standing(_ id: String) -> Standing? {
        let now = clock.now()
        return state.withLock { state in
            guard let entry = state.standings[id] else { return nil }
            if case .waiting = entry.standing, entry.expiresAt.adding(seconds: -OAuthFlows.lifetime) <= now {
                return .failed(ConnectionError(.refused, "Nobody came back in ten minutes. \(OAuthFlows.again)"))
            }
            return entry.standing
        }
    }

    private static let again = "Begin again."
}
