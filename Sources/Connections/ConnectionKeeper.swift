package import Basics
package import HTTP

/// Stored connections whose tokens are always fresh: it makes OAuth connections, and renews their tokens before they end.
///
/// One renewal runs at a time per connection, however many calls wait for it.
package final class ConnectionKeeper: ConnectionDirectory {
    typealias Renewal = Task<Result<AuthorizedConnection, ConnectionError>, Never>

    struct State {
        var running: [String: Renewal] = [:]
        /// Seconds before the end of a token at which it is renewed unasked, for one generation.
        var leads: [String: (generation: Int, seconds: Double)] = [:]
        /// Connections whose last renewal failed and may be tried again at some time.
        var pauses: [String: Pause] = [:]
        /// New tokens that could not be stored; they are worth more than the stored ones.
        var unsaved: [String: TokenSet] = [:]
        var schemes: @Sendable (String) -> AuthenticationScheme? = { _ in nil }
        var clients: [String: OAuthClient] = [:]
    }

    struct Pause {
        var until: Timestamp
        var failures: Int
        var error: ConnectionError
    }

    package let store: ConnectionStore
    let flows: OAuthFlows
    let transport: any HTTPTransport
    let clock: any WallClock
    let log: Log
    let state = Locked(State())

    /// Seconds before the end of a token from which on it is not used any more.
    static let margin = 30.0
    /// Seconds before the end of a token at which it is renewed unasked; a random one of them, so that not all come at once.
    static let leads = 60.0...180.0

    package init(
        store: ConnectionStore,
        transport: any HTTPTransport,
        clock: any WallClock = SystemClock(),
        log: Log = .none
    ) {
        self.store = store
        self.transport = transport
        self.clock = clock
        self.log = log
        flows = OAuthFlows(clock: clock)
    }

    /// Says where the schemes of toolkits come from, which change when toolkits are read again.
    ///
    /// - Parameters:
    ///   - clients: The clients that the operator registered, by toolkit; used where a connection names none.
    ///   - schemes: The scheme of the toolkit of that name.
    package func use(
        clients: [String: OAuthClient] = [:],
        schemes: @escaping @Sendable (String) -> AuthenticationScheme?
    ) {
        state.withLock { state in
            state.clients = clients
            state.schemes = schemes
        }
    }

    /// The client that the operator registered for a toolkit; nil when a person has to bring one.
    package func client(of toolkit: String) -> OAuthClient? { state.withLock { $0.clients[toolkit] } }

    package func connections(of user: String) -> [ConnectionRecord] { store.connections(of: user) }

    package func connection(
        user: String,
        toolkit: String,
        id: String?
    ) async throws(ConnectionError) -> AuthorizedConnection {
        try await ready(store.choose(user: user, toolkit: toolkit, id: id).id)
    }

    /// A connection with credentials that are good for a call, whatever its state.
    ///
    /// - Throws: ``ConnectionError``.
    package func ready(_ id: String) async throws(ConnectionError) -> AuthorizedConnection {
        guard let tokens = store.tokenState(id), tokens.record.grant != nil, isEnding(tokens) else {
            return try store.authorized(id)
        }
        return try await renew(id, generation: tokens.generation)
    }

    package func renewed(_ connection: AuthorizedConnection) async throws(ConnectionError) -> AuthorizedConnection? {
        guard let tokens = store.tokenState(connection.id), let grant = tokens.record.grant else { return nil }
        let current = try store.authorized(connection.id)
        // Somebody else was refused before, and new ones are there.
        if tokens.generation != connection.generation { return current }
        guard grant == .clientCredentials || current.secrets[OAuthScheme.refreshToken] != nil else { return nil }
        return try await renew(connection.id, generation: connection.generation, isForced: true)
    }

    package func refused(connection id: String, status: Int) async {
        await store.refused(connection: id, status: status)
    }

    // MARK: - Making connections

    /// Begins to connect an account that a person has to authorise in a browser.
    ///
    /// - Parameters:
    ///   - new: What was given; `client_id` among the fields and `client_secret` among the secrets, unless the operator
    ///     registered a client.
    ///   - redirectURI: Where the browser comes back to, exactly as the vendor knows it: `PUBLIC_URL/oauth/callback`.
    ///   - session: What only this person's browser can have, such as the value of its session cookie; nil where the owner
    ///     of the data folder begins it on the command line.
    /// - Throws: ``ConnectionError`` with code `invalid` or `unavailable`.
    package func beginOAuth(
        _ new: NewConnection,
        redirectURI: String,
        session: String?
    ) throws(ConnectionError) -> OAuthStart {
        let (scheme, client, complete) = try prepare(new, grant: .authorizationCode)
        return try flows.begin(complete, scheme: scheme, client: client, redirectURI: redirectURI, session: session)
    }

    /// Ends a flow with what came back at its redirect address: the connection is there, and still to be tried.
    ///
    /// - Parameters:
    ///   - parameters: The query of the callback.
    ///   - session: As at the beginning.
    /// - Returns: The flow's id, to be told what came of the trial, and the connection, in state `pending`.
    /// - Throws: ``ConnectionError`` with code `refused`, `unavailable` or `storage`; the flow has ended all the same.
    package func finishOAuth(
        _ parameters: CallbackParameters,
        session: String?
    ) async throws(ConnectionError) -> (flow: String, record: ConnectionRecord) {
        let answered = try flows.answer(parameters, session: session)
        do throws(ConnectionError) {
            let endpoint = try endpoint(answered.scheme, answered.client, answered.new.fields)
            let outcome = await endpoint.exchange(
                code: answered.code,
                redirectURI: answered.redirectURI,
                verifier: answered.verifier
            )
            let tokens = try granted(outcome, toolkit: answered.new.toolkit)
            return (answered.id, try await store.add(answered.new, tokens: tokens, state: .pending))
        } catch {
            flows.end(answered.id, .failed(error))
            throw error
        }
    }

    /// Connects without a person, with the client's own credentials (RFC 6749 section 4.4).
    ///
    /// - Returns: The connection, in state `pending`.
    /// - Throws: ``ConnectionError`` with code `invalid`, `refused`, `unavailable` or `storage`.
    package func connectClient(_ new: NewConnection) async throws(ConnectionError) -> ConnectionRecord {
        let (scheme, client, complete) = try prepare(new, grant: .clientCredentials)
        let outcome = try await endpoint(scheme, client, complete.fields).clientCredentials()
        return try await store.add(complete, tokens: granted(outcome, toolkit: new.toolkit), state: .pending)
    }

    /// Remembers what came of a flow after its connection was tried.
    package func settle(flow id: String, connection: String) { flows.end(id, .ended(connection: connection)) }

    /// How a flow stands; nil when there is none of that id.
    package func standing(ofFlow id: String) -> OAuthFlows.Standing? { flows.standing(id) }

    private func prepare(
        _ new: NewConnection,
        grant: OAuthScheme.Grant
    ) throws(ConnectionError) -> (OAuthScheme, OAuthClient, NewConnection) {
        guard let scheme = scheme(of: new.toolkit), let oauth = scheme.oauth else {
            throw ConnectionError(.invalid, "\(new.toolkit) is not connected with OAuth.")
        }
        guard oauth.grants.contains(grant) else {
            let known = oauth.grants.map(\.rawValue).joined(separator: ", ")
            throw ConnectionError(.invalid, "\(new.toolkit) does not offer \(grant.rawValue); it offers: \(known).")
        }
        var complete = new
        complete.grant = grant
        if complete.fields[OAuthScheme.clientID] == nil {
            complete.fields[OAuthScheme.clientID] = client(of: new.toolkit)?.id
        }
        try scheme.check(
            toolkit: new.toolkit,
            fields: complete.fields,
            secrets: complete.secrets,
            hasBaseURL: new.baseURL != nil
        )
        let client = client(
            toolkit: new.toolkit,
            fields: complete.fields,
            secret: complete.secrets[OAuthScheme.clientSecret]
        )
        guard grant != .clientCredentials || client.secret != nil else {
            throw ConnectionError(
                .invalid,
                "\(new.toolkit) needs client_secret: a client that acts for itself must prove it."
            )
        }
        return (oauth, client, complete)
    }

    private func granted(_ outcome: TokenEndpoint.Outcome, toolkit: String) throws(ConnectionError) -> TokenSet {
        switch outcome {
        case .granted(let tokens): return tokens
        case .refused(let reason):
            throw ConnectionError(
                .refused,
                "The authorization server of \(toolkit) gave no token (\(reason)). Check the client, and begin again."
            )
        case .failed(let reason, _):
            throw ConnectionError(
                .unavailable,
                "The authorization server of \(toolkit) gave no token: \(reason). Begin again in a moment."
            )
        }
    }

    // MARK: - What renewals share

    func scheme(of toolkit: String) -> AuthenticationScheme? {
        let schemes = state.withLock { $0.schemes }
        return schemes(toolkit)
    }

    func client(toolkit: String, fields: [String: String], secret: Secret?) -> OAuthClient {
        let id = fields[OAuthScheme.clientID] ?? ""
        let registered = client(of: toolkit)
        return OAuthClient(id: id, secret: secret ?? (registered?.id == id ? registered?.secret : nil))
    }

    func endpoint(
        _ scheme: OAuthScheme,
        _ client: OAuthClient,
        _ fields: [String: String]
    ) throws(ConnectionError) -> TokenEndpoint {
        try TokenEndpoint(scheme: scheme, client: client, fields: fields, transport: transport, clock: clock)
    }
}
