import Basics
import Connections
import Console
import Cryptography
import Glibc
import HTTP
import JSON
import Storage
import TestSupport
import Testing
import ToolRouter
import Toolkits

/// A vendor with an authorization server, on one host.
private struct Vendor: HTTPHandler {
    func respond(to request: HTTPRequest) async -> HTTPResponse {
        switch request.path {
        case "/token":
            let bytes = (try? await request.body.collect(limit: 10_000)) ?? []
            let form = PercentEncoding.decodeForm(String(decoding: bytes, as: UTF8.self))
            return form.contains { $0.name == "code" && $0.value == "good" }
                ? .json(Array(#"{"access_token":"t1","token_type":"Bearer"}"#.utf8))
                : .json(Array(#"{"error":"invalid_grant"}"#.utf8), status: 400)
        default:
            return request.fields["Authorization"] == "Bearer t1"
                ? .json(Array(#"{"ok":true}"#.utf8)) : .json(Array("{}".utf8), status: 401)
        }
    }
}

@Suite
struct OAuthCallbackTests {
    private let folder = TemporaryFolder()
    private let people: PeopleStore
    private let links: ConnectLinks
    private let store: ConnectionStore
    private let routes: ConsoleRoutes
    private let browser: Browser

    private static let definition = """
        {
          "format": 1, "name": "tiny", "title": "Tiny", "description": "Things.", "hosts": ["api.tiny.example"],
          "authentication": {"scheme": "oauth", "fields": [], "oauth": {}, "probe": {"tool": "get_thing", "arguments": {}}},
          "tools": [{"name": "get_thing", "title": "Get Thing", "operation": "get", "effect": "read"}]
        }
        """

    private static let openAPI = """
        {
          "openapi": "3.1.0", "info": {"title": "Tiny", "version": "1"},
          "servers": [{"url": "https://api.tiny.example"}],
          "components": {"securitySchemes": {"oauth": {"type": "oauth2", "flows": {"authorizationCode": {
            "authorizationUrl": "https://api.tiny.example/authorize", "tokenUrl": "https://api.tiny.example/token",
            "scopes": {"read": "Read things."}}}}}},
          "paths": {"/thing": {"get": {"operationId": "get", "summary": "Fetches the thing, whole.", "parameters": []}}}
        }
        """

    init() async throws {
        try mkdirs(folder.file("tiny"))
        try TextFile.write(Array(OAuthCallbackTests.definition.utf8), to: folder.file("tiny/toolkit.json"))
        try TextFile.write(Array(OAuthCallbackTests.openAPI.utf8), to: folder.file("tiny/openapi.json"))
        let loaded = ToolkitLoader.load(folder: folder.file("tiny"))
        #expect(loaded.diagnostics.map(\.description) == [])
        let database = try await SQLiteDatabase.open(folder.file("a.db"))
        try await database.migrate(PeopleStore.migrations + ConnectLinks.migrations + ConnectionStore.migrations)
        people = try await PeopleStore(database: database)
        let address = PublicAddress()
        try address.set("https://tools.example")
        links = ConnectLinks(database: database, address: address)
        store = try await ConnectionStore(database: database, vault: Vault(current: SymmetricKey()))
        let transport = InMemoryTransport(Vendor())
        let keeper = ConnectionKeeper(store: store, transport: transport)
        let toolkits = ToolkitProvider(
            toolkits: [try #require(loaded.toolkit)],
            connections: keeper,
            transport: transport,
            clock: SystemClock(),
            log: .none
        )
        keeper.use(clients: ["tiny": OAuthClient(id: "us", secret: Secret("s"))]) { name in
            toolkits.toolkit(named: name)?.authentication
        }
        let flow = ConnectFlow(
            links: links,
            people: people,
            administration: ConnectionAdministration(keeper: keeper, toolkits: toolkits),
            address: address
        )
        let pages: [any ConsolePage] = [ConnectPage(flow: flow), CallbackPage(flow: flow)]
        routes = ConsoleRoutes(people: people, address: address, pages: pages)
        browser = Browser(routes, url: "https://tools.example")
        for name in ["ana", "bob"] {
            _ = try await people.add(name: name, role: .member)
        }
    }

    private func signIn(_ browser: Browser, _ name: String) async throws {
        let code = try await people.makeCode(for: name).secret.reveal()
        #expect(await browser.signIn(name, code).status == 303)
    }

    /// Opens a link as ana, goes to the vendor, and returns the link's path and the callback's.
    private func begin() async throws -> (link: String, state: String) {
        let url = try await links.make(user: "ana", toolkit: "tiny").url
        let path = String(url.dropFirst("https://tools.example".count))
        let page = await browser.submit(await browser.get(path), to: path, [])
        #expect(page.status == 200)
        #expect(!page.text.contains("client_secret"))
        let start = try #require(page.text.firstRange(of: "state="))
        return (path, String(page.text[start.upperBound...].prefix { $0 != "&" && $0 != "\"" }))
    }

    private func comeBack(_ browser: Browser, _ state: String, code: String = "good") async -> Browser.Page {
        await browser.get("/oauth/callback?code=\(code)&state=\(state)")
    }

    @Test func `a person who allows it at the vendor is connected, once`() async throws {
        try await signIn(browser, "ana")
        let (link, state) = try await begin()
        let page = await comeBack(browser, state)
        #expect(page.status == 200)
        #expect(page.text.contains("Tiny is connected"))
        #expect(store.connections(of: "ana").map(\.state) == [.active])
        #expect(await comeBack(browser, state).status == 403)
        #expect(await browser.get(link).text.contains("Tiny is connected"))
        #expect(store.connections(of: "ana").count == 1)
    }

    @Test func `nobody else can end what a person began`() async throws {
        try await signIn(browser, "ana")
        let (link, state) = try await begin()
        let other = Browser(routes, url: "https://tools.example")
        try await signIn(other, "bob")
        #expect(await comeBack(other, state).status == 403)
        #expect(store.all.isEmpty)
        // The link is still ana's to use.
        let page = await browser.submit(await browser.get(link), to: link, [])
        #expect(page.text.contains("Go on at Tiny"))
    }

    @Test func `the same person in another browser does not end it either`() async throws {
        try await signIn(browser, "ana")
        let (_, state) = try await begin()
        let other = Browser(routes, url: "https://tools.example")
        try await signIn(other, "ana")
        #expect(await comeBack(other, state).status == 403)
        #expect(store.all.isEmpty)
    }

    @Test func `a person who was removed at the vendor's page connects nothing`() async throws {
        try await signIn(browser, "ana")
        let (_, state) = try await begin()
        try await people.remove("ana")
        #expect(await comeBack(browser, state).status == 403)
        #expect(store.all.isEmpty)
    }

    @Test func `a vendor that refuses leaves the link for another attempt`() async throws {
        try await signIn(browser, "ana")
        let (link, state) = try await begin()
        #expect(await comeBack(browser, state, code: "bad").status == 403)
        #expect(store.all.isEmpty)
        #expect(await browser.get(link).text.contains("Connect Tiny"))
    }

    @Test func `what nobody began ends nowhere`() async throws {
        try await signIn(browser, "ana")
        #expect(await comeBack(browser, "made-up").status == 403)
        #expect(await browser.get("/oauth/other").status == 404)
    }
}

private func mkdirs(_ path: String) throws {
    guard mkdir(path, 0o700) == 0 else { throw HTTPError(.invalidURL, "no folder", nothingSent: true) }
}
