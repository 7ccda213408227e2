import Basics
import Connections
import Storage
import TestSupport
import Testing

@Suite struct TokenRenewalTests {
    private let desk = OAuthDesk()

    @Test func `a token is used until thirty seconds before its end, and then renewed first`() async throws {
        let database = try await desk.database()
        let keeper = try await desk.keeper(database)
        let id = try await desk.connect(keeper)
        #expect(try await desk.token(keeper) == "access-2")
        desk.clock.advance(seconds: 3569)
        #expect(try await desk.token(keeper) == "access-2")
        #expect(desk.server.refreshes == 0)
        desk.clock.advance(seconds: 1)
        #expect(try await desk.token(keeper) == "access-3")
        #expect(try await desk.token(keeper) == "access-3")
        #expect(desk.server.refreshes == 1)
        #expect(keeper.store.record(id)?.accessExpires == desk.clock.now().adding(seconds: 3600))
        #expect(try await !desk.isMarked(database))
        await database.close()
    }

    @Test func `fifty calls wait for one renewal`() async throws {
        let database = try await desk.database()
        let keeper = try await desk.keeper(database)
        _ = try await desk.connect(keeper)
        desk.clock.advance(seconds: 3600)
        let gate = Gate()
        desk.server.mode = .waits(gate)
        let tokens = try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<50 { group.addTask { try await desk.token(keeper) } }
            while desk.server.refreshes == 0 { await Task.yield() }
            gate.open()
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(tokens == ["access-3"])
        #expect(desk.server.refreshes == 1)
        await database.close()
    }

    @Test func `fifty refusals of one token are one renewal, and the newer token answers the rest`() async throws {
        let database = try await desk.database()
        let keeper = try await desk.keeper(database)
        _ = try await desk.connect(keeper)
        let old = try await keeper.connection(user: "ada", toolkit: "acme", id: nil)
        let tokens = try await withThrowingTaskGroup(of: String?.self) { group in
            for _ in 0..<50 {
                group.addTask { try await keeper.renewed(old)?.secrets["access_token"]?.reveal() }
            }
            return try await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(tokens == ["access-3"])
        #expect(desk.server.refreshes == 1)
        // The newer one refused as well is another matter.
        let newer = try await keeper.connection(user: "ada", toolkit: "acme", id: nil)
        #expect(try await keeper.renewed(newer)?.secrets["access_token"]?.reveal() == "access-4")
        await database.close()
    }

    @Test func `who gives up waiting does not stop the renewal`() async throws {
        let database = try await desk.database()
        let keeper = try await desk.keeper(database)
        _ = try await desk.connect(keeper)
        desk.clock.advance(seconds: 3600)
        let gate = Gate()
        desk.server.mode = .waits(gate)
        let impatient = Task { try await desk.token(keeper) }
        while desk.server.refreshes == 0 { await Task.yield() }
        impatient.cancel()
        gate.open()
        _ = try? await impatient.value
        #expect(try await desk.token(keeper) == "access-3")
        #expect(desk.server.refreshes == 1)
        await database.close()
    }

    @Test func `tokens are renewed unasked between one and three minutes before they end`() async throws {
        let database = try await desk.database()
        let keeper = try await desk.keeper(database)
        _ = try await desk.connect(keeper)
        desk.clock.advance(seconds: 3600 - 181)
        await keeper.renewDue()
        #expect(desk.server.refreshes == 0)
        var seconds = 181.0
        while desk.server.refreshes == 0, seconds > 50 {
            desk.clock.advance(seconds: 1)
            seconds -= 1
            await keeper.renewDue()
        }
        #expect((60...180).contains(seconds))
        #expect(try await desk.token(keeper) == "access-3")
        await database.close()
    }

    @Test func `new tokens are on disk before anybody has them`() async throws {
        let first = try await desk.database()
        let keeper = try await desk.keeper(first)
        _ = try await desk.connect(keeper)
        desk.clock.advance(seconds: 3600)
        #expect(try await desk.token(keeper) == "access-3")
        // Nothing is written when a process is killed, so closing without more is the same.
        await first.close()
        let second = try await desk.database()
        let again = try await desk.keeper(second)
        #expect(try await desk.token(again) == "access-3")
        desk.clock.advance(seconds: 3600)
        #expect(try await desk.token(again) == "access-4")
        await second.close()
    }

    @Test func `a crash before the server saw the token costs nothing`() async throws {
        let first = try await desk.database()
        let keeper = try await desk.keeper(first)
        _ = try await desk.connect(keeper)
        try await first.write { try $0.execute("UPDATE connection SET refresh_started = 1") }
        await first.close()
        let second = try await desk.database()
        let again = try await desk.keeper(second)
        // The mark alone asks for a renewal: the old access token may be worth nothing.
        await again.renewDue()
        #expect(desk.server.refreshes == 1)
        #expect(try await desk.token(again) == "access-3")
        #expect(try await !desk.isMarked(second))
        await again.renewDue()
        #expect(desk.server.refreshes == 1)
        await second.close()
    }

    @Test func `a crash between receipt and storage is told, tried once with the old token, and ends in needs_reauth`()
        async throws
    {
        let first = try await desk.database()
        let keeper = try await desk.keeper(first)
        let id = try await desk.connect(keeper)
        desk.clock.advance(seconds: 3600)
        desk.server.mode = .losesAnswer
        let lost = await #expect(throws: ConnectionError.self) { try await desk.token(keeper) }
        #expect(lost?.code == .unavailable)
        #expect(try await desk.isMarked(first))
        #expect(keeper.store.record(id)?.state == .active)
        await first.close()
        desk.server.mode = .normal
        let second = try await desk.database()
        let again = try await desk.keeper(second)
        await again.renewDue()
        await again.renewDue()
        #expect(desk.server.refreshes == 2)
        #expect(again.store.record(id)?.state == .needsReauthorization)
        #expect(again.status(user: "ada", toolkit: "acme") == .needsReauthorization)
        let error = await #expect(throws: ConnectionError.self) { try await desk.token(again) }
        #expect(error?.code == .needsReauthorization)
        #expect(error?.message.contains("must be authorised anew") == true && error?.message.contains(id) == true)
        #expect(desk.server.refreshes == 2)
        await second.close()
    }

    @Test func `a server that fails is not asked by every call, and the connection stays what it is`() async throws {
        let database = try await desk.database()
        let keeper = try await desk.keeper(database)
        let id = try await desk.connect(keeper)
        desk.clock.advance(seconds: 3575)
        desk.server.mode = .answer(500, "oops")
        // The token is good for half a minute more, so nobody has to notice.
        for _ in 0..<10 { #expect(try await desk.token(keeper) == "access-2") }
        #expect(desk.server.refreshes == 1)
        // Whether a server that fails has used the token up is not known.
        #expect(try await desk.isMarked(database))
        desk.clock.advance(seconds: 25)
        for _ in 0..<10 {
            let error = await #expect(throws: ConnectionError.self) { try await desk.token(keeper) }
            #expect(error?.code == .unavailable && error?.message.contains("HTTP 500") == true)
        }
        #expect(desk.server.refreshes == 2)
        #expect(keeper.store.record(id)?.state == .active)
        desk.server.mode = .normal
        desk.clock.advance(seconds: 60)
        #expect(try await desk.token(keeper) == "access-3")
        await database.close()
    }

    @Test func `a server that cannot be reached has not used the token up`() async throws {
        let database = try await desk.database()
        let keeper = try await desk.keeper(database)
        _ = try await desk.connect(keeper)
        desk.clock.advance(seconds: 3600)
        desk.server.mode = .unreachable
        await #expect(throws: ConnectionError.self) { try await desk.token(keeper) }
        #expect(try await !desk.isMarked(database))
        await database.close()
    }

    @Test func `a permission that was taken back needs a person, and is not asked about again`() async throws {
        let database = try await desk.database()
        let keeper = try await desk.keeper(database)
        let id = try await desk.connect(keeper)
        desk.server.revokeAll()
        desk.clock.advance(seconds: 3600)
        for _ in 0..<3 {
            let error = await #expect(throws: ConnectionError.self) { try await desk.token(keeper) }
            #expect(error?.code == .needsReauthorization)
        }
        #expect(desk.server.refreshes == 1)
        #expect(keeper.store.record(id)?.problem?.contains("invalid_grant") == true)
        await database.close()
    }

    @Test func `without a refresh token the end of the token needs a person`() async throws {
        let database = try await desk.database()
        let keeper = try await desk.keeper(database)
        desk.server.answers(expiresIn: 3600, refreshToken: false)
        _ = try await desk.connect(keeper)
        let connection = try await keeper.connection(user: "ada", toolkit: "acme", id: nil)
        #expect(try await keeper.renewed(connection) == nil)
        desk.clock.advance(seconds: 3600)
        let error = await #expect(throws: ConnectionError.self) { try await desk.token(keeper) }
        #expect(error?.code == .needsReauthorization)
        #expect(desk.server.refreshes == 0)
        await database.close()
    }

    @Test func `a refresh that gives no new refresh token keeps the old one`() async throws {
        let database = try await desk.database()
        let keeper = try await desk.keeper(database)
        let id = try await desk.connect(keeper)
        desk.server.mode = .answer(200, #"{"access_token":"fixed","expires_in":"3600"}"#)
        desk.clock.advance(seconds: 3600)
        #expect(try await desk.token(keeper) == "fixed")
        #expect(try keeper.store.authorized(id).secrets["refresh_token"] == Secret("refresh-2"))
        await database.close()
    }

    @Test func `tokens that cannot be stored are given to nobody, and stored before anything else is asked for`()
        async throws
    {
        let database = try await desk.database()
        let keeper = try await desk.keeper(database)
        _ = try await desk.connect(keeper)
        desk.clock.advance(seconds: 3600)
        try await database.write { transaction in
            try transaction.script(
                """
                CREATE TRIGGER full BEFORE UPDATE OF secrets ON connection
                BEGIN SELECT RAISE(ABORT, 'disk full'); END
                """
            )
        }
        let error = await #expect(throws: ConnectionError.self) { try await desk.token(keeper) }
        #expect(error?.code == .storage)
        #expect(desk.server.refreshes == 1)
        try await database.write { try $0.script("DROP TRIGGER full") }
        #expect(try await desk.token(keeper) == "access-3")
        // Asking again with the old token would have lost the account.
        #expect(desk.server.refreshes == 1)
        await database.close()
    }

    @Test func `a connection that is removed while it is renewed stays removed`() async throws {
        let database = try await desk.database()
        let keeper = try await desk.keeper(database)
        let id = try await desk.connect(keeper)
        desk.clock.advance(seconds: 3600)
        let gate = Gate()
        desk.server.mode = .waits(gate)
        let call = Task { try await desk.token(keeper) }
        while desk.server.refreshes == 0 { await Task.yield() }
        #expect(try await keeper.store.remove(id))
        gate.open()
        await #expect(throws: ConnectionError.self) { try await call.value }
        #expect(keeper.store.all.isEmpty)
        await database.close()
    }

    @Test func `no log line holds a token or a secret`() async throws {
        let database = try await desk.database()
        let keeper = try await desk.keeper(database)
        _ = try await desk.connect(keeper)
        desk.clock.advance(seconds: 3600)
        _ = try await desk.token(keeper)
        desk.server.revokeAll()
        desk.clock.advance(seconds: 3600)
        _ = try? await desk.token(keeper)
        let lines = desk.entries.withLock { "\($0)" }
        #expect(lines.contains("tokens renewed") && lines.contains("tokens not renewed"))
        for secret in ["canary", "access-", "refresh-"] { #expect(!lines.contains(secret)) }
        await database.close()
    }
}
