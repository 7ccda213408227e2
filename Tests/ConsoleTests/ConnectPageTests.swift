import Basics
import Connections
import Console
import Cryptography
import HTTP
import Storage
import TestSupport
import Testing
import ToolRouter
import Toolkits

/// A vendor that knows one key, and does something before it answers.
private final class Vendor: HTTPHandler {
    private let before = Locked<(@Sendable () async -> Void)?>(nil)
    private let keys = Locked<[String]>([])

    /// The keys that came, in order.
    var seen: [String] { keys.withLock { $0 } }

    func beforeAnswer(_ body: @escaping @Sendable () async -> Void) { before.withLock { $0 = body } }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        let key = request.fields["X-API-KEY"] ?? ""
        keys.withLock { $0.append(key) }
        await before.withLock { $0 }?()
        return key == "right-key"
            ? .json(Array(#"{"data":[],"meta":{"stats":{"total":{"count":0}}}}"#.utf8))
            : .json(Array(#"{"errors":[{"title":"Unauthorized"}]}"#.utf8), status: 401)
    }
}

@Suite
struct ConnectPageTests {
    private let folder = TemporaryFolder()
    private let clock: ManualClock
    private let people: PeopleStore
    private let links: ConnectLinks
    private let store: ConnectionStore
    private let routes: ConsoleRoutes
    private let vendor = Vendor()
    private let replaced = Replaced()
    private let browser: Browser

    private static let toolkits: [Toolkit] = {
        let parts = #filePath.split(separator: "/").dropLast(3)
        return ToolkitLoader.loadAll(home: "/" + parts.joined(separator: "/")).toolkits
    }()

    init() async throws {
        clock = ManualClock(try #require(Timestamp(iso8601: "2026-11-20T09:00:00Z")))
        let database = try await SQLiteDatabase.open(folder.file("c.db"))
        try await database.migrate(PeopleStore.migrations + ConnectLinks.migrations + ConnectionStore.migrations)
        people = try await PeopleStore(database: database, clock: clock)
        let address = PublicAddress()
        try address.set("https://tools.example")
        links = ConnectLinks(database: database, address: address, clock: clock)
        store = try await ConnectionStore(database: database, vault: Vault(current: SymmetricKey()), clock: clock)
        let transport = InMemoryTransport(vendor)
        let keeper = ConnectionKeeper(store: store, transport: transport, clock: clock)
        let toolkits = ToolkitProvider(
            toolkits: ConnectPageTests.toolkits,
            connections: keeper,
            transport: transport,
            clock: clock,
            log: .none
        )
        keeper.use { name in toolkits.toolkit(named: name)?.authentication }
        let flow = ConnectFlow(
            links: links,
            people: people,
            administration: ConnectionAdministration(keeper: keeper, toolkits: toolkits),
            address: address,
            clock: clock
        ) { [replaced] old, new in replaced.pairs.withLock { $0.append([old, new]) } }
        routes = ConsoleRoutes(people: people, address: address, pages: [ConnectPage(flow: flow)])
        browser = Browser(routes, url: "https://tools.example")
        _ = try await people.add(name: "ana", role: .member)
        _ = try await people.add(name: "bob", role: .administrator)
    }

    private func signIn(_ name: String = "ana") async throws {
        let code = try await people.makeCode(for: name).secret.reveal()
        #expect(await browser.signIn(name, code).status == 303)
    }

    private func link() async throws -> String {
        String(try await links.make(user: "ana", toolkit: "pinpoint").url.dropFirst("https://tools.example".count))
    }

    private func enter(_ key: String, at path: String, subdomain: String = "acme") async -> Browser.Page {
        let page = await browser.get(path)
        return await browser.submit(page, to: path, [("field_subdomain", subdomain), ("field_api_key", key)])
    }

    private func connections(_ user: String = "ana") -> [ConnectionRecord] { store.connections(of: user) }

    @Test func `a person enters a key, it is tried, and the account is connected`() async throws {
        let path = try await link()
        #expect(await browser.get(path).location?.hasPrefix("/sign-in?next=%2Fconnect%2F") == true)
        try await signIn()
        let page = await browser.get(path)
        #expect(page.status == 200)
        for text in ["Connect Pinpoint", "Subdomain", "API key", "The part before .pinpointhq.com", "09:10 UTC"] {
            #expect(page.text.contains(text))
        }
        let entered = await enter(" right-key\r\n", at: path)
        #expect(entered.status == 303)
        #expect(entered.location == path)
        #expect(await browser.get(path).text.contains("Pinpoint is connected"))
        let connection = try #require(connections().first)
        #expect(connection.state == .active)
        #expect(connection.fields == ["subdomain": "acme"])
        #expect(vendor.seen == ["right-key"])
    }

    @Test func `a key that is refused connects nothing and can be corrected`() async throws {
        let path = try await link()
        try await signIn()
        let wrong = await enter("wrong-key", at: path)
        #expect(wrong.status == 422)
        #expect(wrong.text.contains("Nothing was connected"))
        #expect(wrong.text.contains("value=\"acme\""))
        #expect(!wrong.text.contains("wrong-key"))
        #expect(connections().isEmpty)
        #expect(await enter("right-key", at: path).status == 303)
        #expect(connections().count == 1)
    }

    @Test func `what a field must not hold is told before anything is sent`() async throws {
        let path = try await link()
        try await signIn()
        let page = await enter("right-key", at: path, subdomain: "evil.example/")
        #expect(page.status == 422)
        #expect(vendor.seen.isEmpty)
        #expect(await enter("", at: path).status == 422)
        #expect(connections().isEmpty)
    }

    @Test func `a link that was sent on connects nothing`() async throws {
        let path = try await link()
        try await signIn("bob")
        let page = await browser.get(path)
        #expect(page.status == 403)
        #expect(page.text.contains("made for ana"))
        let values = [("field_subdomain", "acme"), ("field_api_key", "right-key")]
        #expect(await browser.submit(page, to: path, values.map { (name: $0.0, value: $0.1) }).status == 403)
        #expect(vendor.seen.isEmpty)
        #expect(connections().isEmpty && connections("bob").isEmpty)
        // The control: it was not used up by that.
        #expect(await browser.submit(page, to: "/sign-out", []).status == 303)
        try await signIn("ana")
        #expect(await enter("right-key", at: path).status == 303)
    }

    @Test func `a link works once`() async throws {
        let path = try await link()
        try await signIn()
        let form = await browser.get(path)
        let values = [(name: "field_subdomain", value: "acme"), (name: "field_api_key", value: "right-key")]
        #expect(await browser.submit(form, to: path, values).status == 303)
        #expect(await browser.submit(form, to: path, values).status == 410)
        #expect(connections().count == 1)
    }

    @Test func `of two submissions at the same time one connects`() async throws {
        let path = try await link()
        try await signIn()
        let form = await browser.get(path)
        let values = [(name: "field_subdomain", value: "acme"), (name: "field_api_key", value: "right-key")]
        let statuses = await withTaskGroup { group in
            for _ in 1...4 { group.addTask { [browser] in await browser.submit(form, to: path, values).status } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(statuses.sorted() == [303, 410, 410, 410])
        #expect(connections().count == 1)
    }

    @Test func `a link ends after ten minutes, even with the form open`() async throws {
        let path = try await link()
        try await signIn()
        let form = await browser.get(path)
        clock.advance(seconds: 600)
        let values = [(name: "field_subdomain", value: "acme"), (name: "field_api_key", value: "right-key")]
        #expect(await browser.submit(form, to: path, values).status == 410)
        #expect(await browser.get(path).status == 410)
        #expect(vendor.seen.isEmpty)
    }

    @Test func `a link that was never made is told from none by nobody outside`() async throws {
        let other = "/connect/" + String(repeating: "A", count: 43)
        #expect(await browser.get(other).status == 303)
        try await signIn()
        #expect(await browser.get(other).status == 404)
        #expect(await browser.get("/connect").status == 404)
    }

    @Test func `a form of somebody else's making connects nothing`() async throws {
        let path = try await link()
        try await signIn()
        let values = [
            (name: "field_subdomain", value: "evil"), (name: "field_api_key", value: "right-key"),
            (name: "form_token", value: "guessed"),
        ]
        #expect(await browser.post(path, values).status == 403)
        #expect(vendor.seen.isEmpty)
    }

    @Test func `who signed out in the middle has to sign in first`() async throws {
        let path = try await link()
        try await signIn()
        let form = await browser.get(path)
        _ = try await people.signOutEverywhere("ana")
        let values = [(name: "field_subdomain", value: "acme"), (name: "field_api_key", value: "right-key")]
        let page = await browser.submit(form, to: path, values)
        #expect(page.status == 303)
        #expect(page.location?.hasPrefix("/sign-in") == true)
        #expect(vendor.seen.isEmpty)
    }

    @Test func `a person who is removed while the key is tried connects nothing`() async throws {
        let path = try await link()
        try await signIn()
        let form = await browser.get(path)
        vendor.beforeAnswer { [people] in try? await people.remove("ana") }
        let values = [(name: "field_subdomain", value: "acme"), (name: "field_api_key", value: "right-key")]
        #expect(await browser.submit(form, to: path, values).status != 303)
        #expect(connections().isEmpty)
        #expect(vendor.seen == ["right-key"])
    }

    @Test func `a new connection takes the place of the one of its name`() async throws {
        try await signIn()
        var ids: [String] = []
        for _ in 1...2 {
            #expect(await enter("right-key", at: try await link()).status == 303)
            ids += connections().map(\.id)
        }
        #expect(connections().count == 1)
        // Whoever names the old one is told, so that endpoints of that account go on.
        #expect(ids.count == 2 && replaced.pairs.withLock { $0 } == [ids])
    }
}

/// Connections that took the place of others: the old one and the new one of each.
private final class Replaced: Sendable {
    let pairs = Locked<[[String]]>([])
}
