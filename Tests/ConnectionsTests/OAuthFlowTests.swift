import Basics
import Connections
import Cryptography
import HTTP
import Storage
import Testing

@Suite struct OAuthFlowTests {
    private let desk = OAuthDesk()

    private func refusal(
        _ keeper: ConnectionKeeper,
        _ parameters: CallbackParameters,
        session: String? = "cookie"
    ) async -> ConnectionError? {
        do {
            _ = try await keeper.finishOAuth(parameters, session: session)
            return nil
        } catch { return error }
    }

    @Test func `the authorization URL asks for a code with PKCE, an unguessable state and the exact redirect`()
        async throws
    {
        let database = try await desk.database()
        let keeper = try await desk.keeper(database)
        var states: Set<String> = []
        for _ in 0..<3 {
            let start = try keeper.beginOAuth(desk.new(), redirectURI: OAuthDesk.redirectURI, session: "cookie")
            #expect(start.url.hasPrefix("https://auth.acme.example/authorize?tenant=1&"))
            let query = try PercentEncoding.decodeForm(HTTPRequest(url: start.url).query)
            var asked = Dictionary(uniqueKeysWithValues: query.map { ($0.name, $0.value) })
            let state = asked.removeValue(forKey: "state") ?? ""
            #expect(Base64.decodeURL(state)?.count == 16)
            states.insert(state)
            #expect(Base64.decodeURL(asked.removeValue(forKey: "code_challenge") ?? "")?.count == 32)
            #expect(
                asked == [
                    "tenant": "1", "response_type": "code", "client_id": "mine", "scope": "read write",
                    "redirect_uri": OAuthDesk.redirectURI, "code_challenge_method": "S256", "access_type": "offline",
                ]
            )
            #expect(!start.url.contains("canary"))
        }
        #expect(states.count == 3)
        await database.close()
    }

    @Test func `a flow ends in a connection that is pending, with its tokens sealed`() async throws {
        let database = try await desk.database()
        let keeper = try await desk.keeper(database)
        let start = try keeper.beginOAuth(desk.new(), redirectURI: OAuthDesk.redirectURI, session: "cookie")
        guard case .waiting? = keeper.standing(ofFlow: start.id) else {
            Issue.record("the flow does not wait")
            return
        }
        let (flow, record) = try await keeper.finishOAuth(desk.server.allow(start.url), session: "cookie")
        #expect(flow == start.id)
        #expect(record.state == .pending && record.grant == .authorizationCode)
        #expect(record.secretNames == ["access_token", "client_secret", "refresh_token"])
        #expect(record.accessExpires == desk.clock.now().adding(seconds: 3600))
        #expect(keeper.status(user: "ada", toolkit: "acme") == .pending)
        let unusable = await #expect(throws: ConnectionError.self) { try await desk.token(keeper) }
        #expect(unusable?.code == .missing && unusable?.message.contains("connections test \(record.id)") == true)
        #expect(desk.server.forms.map { $0["grant_type"] } == ["authorization_code"])
        // Client and secret are form-encoded before they are joined (RFC 6749 section 2.3.1).
        #expect(desk.server.authorizations == ["Basic " + Base64.encode("mine:canary%2Fsecret%26".utf8)])
        #expect(desk.server.forms[0]["client_secret"] == nil)
        let rows = try await database.read { try $0.query("SELECT * FROM connection") }
        #expect(!"\(rows)\(record)\(desk.entries.withLock { $0 })".contains("canary"))
        #expect(!"\(rows)".contains("access-") && !"\(rows)".contains("refresh-"))
        await database.close()
    }

    @Test func `the operator's client serves those who bring none`() async throws {
        let database = try await desk.database()
        let keeper = try await desk.keeper(database)
        let new = desk.new(fields: ["subdomain": "lab"])
        let start = try keeper.beginOAuth(new, redirectURI: OAuthDesk.redirectURI, session: nil)
        let record = try await keeper.finishOAuth(desk.server.allow(start.url), session: nil).record
        #expect(record.fields["client_id"] == "registered")
        #expect(record.secretNames == ["access_token", "refresh_token"])
        #expect(desk.server.authorizations == ["Basic " + Base64.encode("registered:canary-registered".utf8)])
        await database.close()
    }

    struct Attack: Sendable {
        var name: String
        var session: String? = "cookie"
        var change: @Sendable (CallbackParameters) -> CallbackParameters = { $0 }
        var says: String
    }

    private static func set(_ name: String, _ value: String?) -> @Sendable (CallbackParameters) -> CallbackParameters {
        { parameters in parameters.filter { $0.name != name } + (value.map { [(name, $0)] } ?? []) }
    }

    static let attacks = [
        Attack(name: "another browser", session: "other", says: "another browser"),
        Attack(name: "a browser without a session", session: nil, says: "another browser"),
        Attack(name: "an issuer mixed up", change: set("iss", "https://evil.example"), says: "did not come from"),
        Attack(name: "no issuer", change: set("iss", nil), says: "did not come from"),
        Attack(
            name: "an issuer with a slash",
            change: set("iss", "https://auth.acme.example/"),
            says: "did not come from"
        ),
        Attack(name: "no state", change: set("state", nil), says: "no answer to a question of ours"),
        Attack(
            name: "another state",
            change: set("state", "AAAAAAAAAAAAAAAAAAAAAA"),
            says: "used already or has expired"
        ),
        Attack(name: "a parameter twice", change: { $0 + [("code", "x")] }, says: "no answer to a question of ours"),
        Attack(name: "no code", change: set("code", nil), says: "sent no code"),
        Attack(
            name: "a refusal",
            change: { set("error", "access_denied")(set("code", nil)($0)) },
            says: "access_denied"
        ),
        Attack(
            name: "an error with escapes",
            change: { set("error", "\u{1B}[2J<b>x")($0) },
            says: "did not allow the connection (2Jbx)"
        ),
    ]

    @Test(arguments: attacks.indices)
    func `an answer that does not belong to the question sends nothing anywhere`(index: Int) async throws {
        let attack = OAuthFlowTests.attacks[index]
        let database = try await desk.database()
        let keeper = try await desk.keeper(database)
        let start = try keeper.beginOAuth(desk.new(), redirectURI: OAuthDesk.redirectURI, session: "cookie")
        let parameters = try desk.server.allow(start.url)
        let error = await refusal(keeper, attack.change(parameters), session: attack.session)
        #expect(error?.code == .refused, "\(attack.name)")
        #expect(error?.message.contains(attack.says) == true, "\(attack.name): \(error?.message ?? "")")
        #expect(desk.server.forms.isEmpty && keeper.store.all.isEmpty)
        await database.close()
    }

    @Test func `a state is good once, and for ten minutes`() async throws {
        let database = try await desk.database()
        let keeper = try await desk.keeper(database)
        let first = try keeper.beginOAuth(desk.new(), redirectURI: OAuthDesk.redirectURI, session: "cookie")
        let answer = try desk.server.allow(first.url)
        #expect(await refusal(keeper, answer) == nil)
        #expect(await refusal(keeper, answer)?.message.contains("used already") == true)
        // A wrong browser ends the flow too: nobody can try twice.
        let second = try keeper.beginOAuth(desk.new(), redirectURI: OAuthDesk.redirectURI, session: "cookie")
        let other = try desk.server.allow(second.url)
        #expect(await refusal(keeper, other, session: "thief") != nil)
        #expect(await refusal(keeper, other)?.message.contains("used already") == true)
        let third = try keeper.beginOAuth(desk.new(), redirectURI: OAuthDesk.redirectURI, session: "cookie")
        let late = try desk.server.allow(third.url)
        desk.clock.advance(seconds: 600)
        #expect(await refusal(keeper, late)?.message.contains("expired") == true)
        guard case .failed? = keeper.standing(ofFlow: third.id) else {
            Issue.record("the flow is not said to have failed")
            return
        }
        #expect(keeper.store.all.count == 1)
        await database.close()
    }

    @Test func `a code that was begun with another verifier gives nothing`() async throws {
        let database = try await desk.database()
        let keeper = try await desk.keeper(database)
        let mine = try keeper.beginOAuth(desk.new(), redirectURI: OAuthDesk.redirectURI, session: "cookie")
        let theirs = try keeper.beginOAuth(desk.new(), redirectURI: OAuthDesk.redirectURI, session: "cookie")
        let stolen = try desk.server.allow(theirs.url).filter { $0.name == "code" }
        let injected = try desk.server.allow(mine.url).filter { $0.name != "code" } + stolen
        #expect(await refusal(keeper, injected)?.message.contains("invalid_grant") == true)
        #expect(keeper.store.all.isEmpty)
        await database.close()
    }

    @Test(arguments: [
        "http://switchboard.example/oauth/callback", "https://a@b.example/", "https://a.example/#x", "javascript:x", "",
    ])
    func `codes come back over https or to this machine only`(redirect: String) async throws {
        let database = try await desk.database()
        let keeper = try await desk.keeper(database)
        #expect(throws: ConnectionError.self) {
            try keeper.beginOAuth(desk.new(), redirectURI: redirect, session: nil)
        }
        #expect(throws: Never.self) {
            try keeper.beginOAuth(desk.new(), redirectURI: "http://127.0.0.1:8484/oauth/callback", session: nil)
        }
        await database.close()
    }

    @Test(arguments: ["http://auth.acme.example/token", "https://{other}.acme.example/token"])
    func `tokens are asked for over https and from the toolkit's own server only`(url: String) async throws {
        let database = try await desk.database()
        var scheme = OAuthDesk.oauth
        scheme.tokenURL = url
        let keeper = try await desk.keeper(database, oauth: scheme)
        let start = try keeper.beginOAuth(desk.new(), redirectURI: OAuthDesk.redirectURI, session: "cookie")
        let error = try await refusal(keeper, desk.server.allow(start.url))
        #expect(error?.code == .invalid)
        #expect(desk.server.forms.isEmpty)
        await database.close()
    }

    @Test func `client credentials need no browser, and are asked for anew when they end`() async throws {
        let database = try await desk.database()
        let keeper = try await desk.keeper(database)
        let record = try await keeper.connectClient(desk.new())
        try await keeper.store.mark(record.id, as: .active)
        #expect(record.grant == .clientCredentials && record.secretNames == ["access_token", "client_secret"])
        #expect(desk.server.forms == [["grant_type": "client_credentials", "scope": "read write"]])
        desk.clock.advance(seconds: 3570)
        #expect(try await desk.token(keeper) == "access-2")
        let error = await #expect(throws: ConnectionError.self) {
            try await keeper.connectClient(
                NewConnection(user: "ada", toolkit: "acme", fields: ["client_id": "p", "subdomain": "lab"])
            )
        }
        #expect(error?.message.contains("client_secret") == true)
        await database.close()
    }

    struct Answer: Sendable {
        var status: Int
        var body: String
        var code: ConnectionError.Code
    }

    @Test(arguments: [
        Answer(status: 500, body: "<html>", code: .unavailable),
        Answer(status: 429, body: "{}", code: .unavailable),
        Answer(status: 302, body: "", code: .unavailable),
        Answer(status: 200, body: "not JSON", code: .unavailable),
        Answer(status: 200, body: "{}", code: .unavailable),
        Answer(status: 200, body: #"{"access_token":"a b"}"#, code: .unavailable),
        Answer(status: 200, body: #"{"access_token":"x","token_type":"mac"}"#, code: .unavailable),
        Answer(status: 200, body: #"{"error":"bad_verification_code"}"#, code: .refused),
        Answer(status: 400, body: #"{"error":"invalid_grant","error_description":"canary"}"#, code: .refused),
        Answer(status: 401, body: #"{"error":"invalid_client"}"#, code: .refused),
        Answer(status: 400, body: #"{"error":"temporarily_unavailable"}"#, code: .unavailable),
    ])
    func `what is not a token makes no connection, and is said without the server's own words`(answer: Answer)
        async throws
    {
        let database = try await desk.database()
        let keeper = try await desk.keeper(database)
        let start = try keeper.beginOAuth(desk.new(), redirectURI: OAuthDesk.redirectURI, session: "cookie")
        let parameters = try desk.server.allow(start.url)
        desk.server.mode = .answer(answer.status, answer.body)
        let error = await refusal(keeper, parameters)
        #expect(error?.code == answer.code)
        #expect(error?.message.contains("canary") == false)
        #expect(keeper.store.all.isEmpty)
        await database.close()
    }
}
