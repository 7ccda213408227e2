import Basics
import Console
import Cryptography
import HTTP
import JSON
import Storage
import TestSupport
import Testing
import ToolRouter

/// An identity provider that lets one person in, and can lie.
private final class Provider: HTTPHandler {
    static let issuer = "https://id.example"

    private struct State {
        var challenge = ""
        var claims: JSONObject = [:]
        var issuer = Provider.issuer
    }

    private let state = Locked(State())

    func expect(challenge: String) { state.withLock { $0.challenge = challenge } }
    func claim(_ claims: JSONObject) { state.withLock { $0.claims = claims } }
    func call(itself issuer: String) { state.withLock { $0.issuer = issuer } }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        let state = state.withLock { $0 }
        switch request.target {
        case "/.well-known/openid-configuration":
            return .json(
                JSONWriter.bytes(of: [
                    "issuer": .string(state.issuer), "authorization_endpoint": "https://id.example/authorize",
                    "token_endpoint": "https://id.example/token",
                ])
            )
        case "/token":
            let bytes = (try? await request.body.collect(limit: 10_000)) ?? []
            let form = PercentEncoding.decodeForm(String(decoding: bytes, as: UTF8.self))
            let verifier = form.first { $0.name == "code_verifier" }?.value ?? ""
            guard form.contains(where: { $0.name == "code" && $0.value == "good" }),
                Base64.encodeURL(SHA256.hash(verifier)) == state.challenge,
                request.fields["Authorization"] == "Basic " + Base64.encode("switchboard:s%20e".utf8)
            else { return .json(Array(#"{"error":"invalid_grant"}"#.utf8), status: 400) }
            let payload = Base64.encodeURL(JSONWriter.bytes(of: .object(state.claims)))
            return .json(JSONWriter.bytes(of: ["id_token": .string("e30." + payload + ".c2ln")]))
        default: return HTTPResponse(status: 404)
        }
    }
}

@Suite
struct OpenIDTests {
    private let folder = TemporaryFolder()
    private let clock: ManualClock
    private let people: PeopleStore
    private let provider = Provider()
    private let routes: ConsoleRoutes
    private let browser: Browser

    init() async throws {
        clock = ManualClock(try #require(Timestamp(iso8601: "2026-11-20T09:00:00Z")))
        let database = try await SQLiteDatabase.open(folder.file("o.db"))
        try await database.migrate(PeopleStore.migrations)
        people = try await PeopleStore(database: database, clock: clock)
        let address = PublicAddress()
        try address.set("https://tools.example")
        let openID = OpenIDSignIn(
            settings: OpenIDSettings(issuer: Provider.issuer, clientID: "switchboard", clientSecret: Secret("s e")),
            people: people,
            address: address,
            transport: InMemoryTransport(provider),
            clock: clock
        )
        routes = ConsoleRoutes(people: people, address: address, openID: openID, pages: [Front()])
        browser = Browser(routes, url: "https://tools.example")
        _ = try await people.add(name: "ana", role: .member, email: "ana@acme.example")
    }

    /// Goes to the provider, and returns what it was asked.
    private func begin() async throws -> [String: String] {
        let page = await browser.get("/sign-in/openid?next=%2Ffront")
        #expect(page.status == 303)
        let url = try #require(page.location)
        #expect(url.hasPrefix("https://id.example/authorize?"))
        let query = PercentEncoding.decodeForm(url.drop { $0 != "?" }.dropFirst())
        let asked = Dictionary(query.map { ($0.name, $0.value) }, uniquingKeysWith: { a, _ in a })
        provider.expect(challenge: asked["code_challenge"] ?? "")
        return asked
    }

    private func claims(_ asked: [String: String], _ changes: JSONObject = [:]) -> JSONObject {
        let now = clock.now().milliseconds / 1000
        var claims: JSONObject = [
            "iss": .string(Provider.issuer), "aud": "switchboard", "sub": "u1", "nonce": .string(asked["nonce"] ?? ""),
            "exp": .integer(Int(now) + 300), "email": "Ana@acme.example", "email_verified": true,
        ]
        for change in changes { claims[change.name] = change.value }
        return claims
    }

    private func comeBack(_ asked: [String: String], code: String = "good", more: String = "") async -> Browser.Page {
        await browser.get("/sign-in/callback?code=\(code)&state=\(asked["state"] ?? "")\(more)")
    }

    @Test func `the provider's word signs in who has that verified address`() async throws {
        #expect(await browser.get("/sign-in?next=%2Ffront").text.contains("/sign-in/openid?next=%2Ffront"))
        let asked = try await begin()
        #expect(asked["redirect_uri"] == "https://tools.example/sign-in/callback")
        #expect(asked["scope"] == "openid email")
        #expect(asked["code_challenge_method"] == "S256")
        provider.claim(claims(asked))
        let page = await comeBack(asked)
        #expect(page.status == 303)
        #expect(page.location == "/front")
        #expect(await browser.get("/front").text.contains("ana"))
        // A copy of the address is worth nothing.
        #expect(await comeBack(asked).status == 403)
    }

    @Test(
        arguments: [
            ["nonce": "other"], ["aud": "somebody"], ["iss": "https://evil.example"], ["exp": 1], ["sub": ""],
            ["aud": ["switchboard", "somebody"]], ["email_verified": false], ["email": "eve@acme.example"],
        ] as [JSONObject]
    )
    func `a token that is not for this sign-in is refused`(change: JSONObject) async throws {
        let asked = try await begin()
        provider.claim(claims(asked, change))
        #expect(await comeBack(asked).status == 403)
        #expect(await browser.get("/front").status == 303)
    }

    @Test func `an answer from another issuer is not exchanged`() async throws {
        let asked = try await begin()
        provider.claim(claims(asked))
        #expect(await comeBack(asked, more: "&iss=https%3A%2F%2Fevil.example").status == 403)
    }

    @Test func `a wrong code, a late one and another browser are refused`() async throws {
        let first = try await begin()
        provider.claim(claims(first))
        #expect(await comeBack(first, code: "bad").status == 403)

        let second = try await begin()
        clock.advance(seconds: 600)
        provider.claim(claims(second))
        #expect(await comeBack(second).status == 403)

        let third = try await begin()
        provider.claim(claims(third))
        let other = Browser(routes, url: "https://tools.example")
        _ = await other.get("/sign-in")
        let target = "/sign-in/callback?code=good&state=\(third["state"] ?? "")"
        #expect(await other.get(target).status == 403)
        #expect(await other.get("/front").status == 303)
    }

    @Test func `a provider that calls itself otherwise is not used`() async {
        provider.call(itself: "https://evil.example")
        #expect(await browser.get("/sign-in/openid").status == 502)
    }

    @Test func `the settings are complete or named`() throws {
        #expect(try OpenIDSettings.read([:]) == nil)
        #expect(throws: RouterError.self) { try OpenIDSettings.read(["SWITCHBOARD_OIDC_ISSUER": "https://id.example"]) }
        #expect(throws: RouterError.self) {
            try OpenIDSettings.read([
                "SWITCHBOARD_OIDC_ISSUER": "http://id.example", "SWITCHBOARD_OIDC_CLIENT_ID": "x",
            ])
        }
        let settings = try OpenIDSettings.read([
            "SWITCHBOARD_OIDC_ISSUER": "https://id.example", "SWITCHBOARD_OIDC_CLIENT_ID": "x",
        ])
        #expect(settings == OpenIDSettings(issuer: "https://id.example", clientID: "x"))
    }
}

private struct Front: ConsolePage {
    let section = "front"

    func respond(to visit: Visit) async -> HTTPResponse {
        guard let person = visit.person else { return visit.signIn() }
        return visit.page("Front", "<p>\(person.name)</p>")
    }
}
