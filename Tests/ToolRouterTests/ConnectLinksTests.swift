import Basics
import Storage
import TestSupport
import Testing
import ToolRouter

@Suite
struct ConnectLinksTests {
    private let folder: TemporaryFolder
    private let clock: ManualClock
    private let address = PublicAddress()
    private let links: ConnectLinks

    init() async throws {
        folder = TemporaryFolder()
        clock = ManualClock(try #require(Timestamp(iso8601: "2026-11-20T09:00:00Z")))
        let database = try await SQLiteDatabase.open(folder.file("l.db"))
        try await database.migrate(ConnectLinks.migrations)
        links = ConnectLinks(database: database, address: address, clock: clock)
    }

    private func make(_ user: String = "ana") async throws -> (link: ConnectLink, token: String) {
        try address.set("https://tools.example/")
        let new = try await links.make(user: user, toolkit: "acme")
        #expect(new.url.hasPrefix("https://tools.example/connect/"))
        return (new.link, String(new.url.dropFirst("https://tools.example/connect/".count)))
    }

    @Test func `a link is found by its token, and by its id`() async throws {
        let (link, token) = try await make()
        #expect(link.user == "ana")
        #expect(link.expiresAt == clock.now().adding(seconds: 600))
        #expect(try await links.link(token: token) == link)
        #expect(try await links.link(id: link.id) == link)
        #expect(try await links.link(token: String(token.dropLast()) + "~") == nil)
        #expect(try await links.link(token: link.id) == nil)
    }

    @Test func `a process that serves no pages makes no links`() async {
        #expect(!links.isAvailable)
        await #expect(throws: RouterError.self) { try await links.make(user: "ana", toolkit: "acme") }
    }

    @Test func `of two attempts at the same time one gets the link`() async throws {
        let (link, _) = try await make()
        let results = try await withThrowingTaskGroup { group in
            for _ in 1...8 { group.addTask { try await links.take(link.id) } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(results.count { $0 } == 1)
    }

    @Test func `an attempt that ended with its process leaves the link usable`() async throws {
        let (link, _) = try await make()
        #expect(try await links.take(link.id))
        // The control: without a new start it stays taken.
        #expect(try await !links.take(link.id))
        try await links.reopen()
        #expect(try await links.take(link.id))
        try await links.close(link.id, connection: "conn_1")
        try await links.reopen()
        #expect(try await !links.take(link.id), "what was used stays used")
    }

    @Test func `a link that connected is used up`() async throws {
        let (link, token) = try await make()
        #expect(try await links.take(link.id))
        try await links.close(link.id, connection: "conn_1")
        #expect(try await links.link(token: token)?.state == .connected("conn_1"))
        #expect(try await !links.take(link.id))
        try await links.giveBack(link.id)
        #expect(try await !links.take(link.id))
    }

    @Test func `a failed attempt leaves the link for another`() async throws {
        let (link, _) = try await make()
        #expect(try await links.take(link.id))
        try await links.giveBack(link.id)
        #expect(try await links.take(link.id))
    }

    @Test func `a link ends after ten minutes`() async throws {
        let (link, token) = try await make()
        clock.advance(seconds: 599)
        #expect(try await links.link(token: token)?.state == .open)
        clock.advance(seconds: 1)
        #expect(try await links.link(token: token)?.state == .expired)
        #expect(try await !links.take(link.id))
        clock.advance(seconds: 24 * 3600 + 1)
        _ = try await make()
        #expect(try await links.link(token: token) == nil)
    }

    @Test func `a user's links are few, and end with the person`() async throws {
        var made: [(link: ConnectLink, token: String)] = []
        for _ in 1...21 {
            clock.advance(seconds: 1)
            made.append(try await make())
        }
        #expect(try await links.link(token: made[0].token) == nil)
        #expect(try await links.link(token: made[1].token) != nil)
        try await links.revoke(user: "ana")
        #expect(try await links.link(token: made[20].token) == nil)
    }

    @Test(arguments: ["https://evil.example", "http://127.0.0.1.evil.example", "http://ana@localhost", "file:///x"])
    func `a key is not sent to an address that came with a link`(url: String) async throws {
        try address.set("https://tools.example")
        await #expect(throws: RouterError.self) {
            try await links.make(user: "ana", toolkit: "acme", baseURL: url)
        }
        #expect(try await links.make(user: "ana", toolkit: "acme", baseURL: "http://127.0.0.1:81").link.baseURL != nil)
    }

    @Test func `the public address decides what is its own`() throws {
        let address = PublicAddress()
        #expect(!address.isOwn(authority: "tools.example"))
        try address.set("https://Tools.example/")
        #expect(address.url == "https://Tools.example")
        #expect(address.origin == "https://tools.example")
        #expect(address.isOwn(authority: "tools.EXAMPLE:443"))
        #expect(!address.isOwn(authority: "tools.example:80"))
        #expect(!address.isOwn(authority: "evil.example"))
        #expect(throws: (any Error).self) { try address.set("ftp://x") }
    }
}
