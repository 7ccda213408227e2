import Basics
import Connections
import Cryptography
import Storage
import TestSupport
import Testing

@Suite struct ConnectionStoreTests {
    private let folder = TemporaryFolder()
    private let key = SymmetricKey()
    private let clock = ManualClock(Timestamp(milliseconds: 1_800_000_000_000))

    private func database() async throws -> SQLiteDatabase {
        let database = try await SQLiteDatabase.open(folder.file("c.db"))
        try await database.migrate(ConnectionStore.migrations)
        return database
    }

    private func store(_ database: SQLiteDatabase, key: SymmetricKey? = nil) async throws -> ConnectionStore {
        try await ConnectionStore(database: database, vault: Vault(current: key ?? self.key), clock: clock)
    }

    private func sample(_ user: String = "ada", toolkit: String = "acme", secret: String = "s3cret") -> NewConnection {
        NewConnection(
            user: user,
            toolkit: toolkit,
            label: "main",
            fields: ["subdomain": "lab"],
            secrets: ["api_key": Secret(secret)],
            baseURL: "http://127.0.0.1:9"
        )
    }

    @Test func `a connection is there again after a restart, with its secret`() async throws {
        let first = try await database()
        let record = try await store(first).add(sample())
        await first.close()
        let second = try await database()
        let store = try await store(second)
        #expect(store.all == [record])
        let connection = try await store.connection(user: "ada", toolkit: "acme", id: nil)
        #expect(connection.id == record.id)
        #expect(connection.fields == ["subdomain": "lab"])
        #expect(connection.secrets == ["api_key": Secret("s3cret")])
        #expect(connection.baseURL == "http://127.0.0.1:9")
        await second.close()
    }

    @Test func `the secret is in no file and no description`() async throws {
        let database = try await database()
        let store = try await store(database)
        let record = try await store.add(sample(secret: "canary-4711"))
        let rows = try await database.read { try $0.query("SELECT * FROM connection") }
        #expect(!"\(rows)".contains("canary-4711"))
        guard case .blob(let sealed) = try rows[0].value("secrets") else {
            Issue.record("the secrets are no blob")
            return
        }
        #expect(!String(decoding: sealed, as: UTF8.self).contains("canary"))
        #expect(!"\(record)\(try store.authorized(record.id))".contains("canary"))
        await database.close()
    }

    @Test func `one user's connection does not exist for another`() async throws {
        let database = try await database()
        let store = try await store(database)
        let record = try await store.add(sample("ada"))
        for id in [nil, record.id] {
            let error = await #expect(throws: ConnectionError.self) {
                try await store.connection(user: "eve", toolkit: "acme", id: id)
            }
            #expect(error?.code == .missing)
            #expect(error?.message.contains("switchboard connections add acme --user eve") == true)
        }
        await #expect(throws: ConnectionError.self) {
            try await store.connection(user: "ada", toolkit: "other", id: record.id)
        }
        await database.close()
    }

    @Test func `several connections must be told apart`() async throws {
        let database = try await database()
        let store = try await store(database)
        let first = try await store.add(sample())
        clock.advance(seconds: 1)
        let second = try await store.add(sample())
        let error = await #expect(throws: ConnectionError.self) {
            try await store.connection(user: "ada", toolkit: "acme", id: nil)
        }
        #expect(error?.code == .ambiguous)
        #expect(error?.message.contains(first.id) == true && error?.message.contains(second.id) == true)
        #expect(try await store.connection(user: "ada", toolkit: "acme", id: second.id).id == second.id)
        await database.close()
    }

    @Test func `refused credentials are not used again until they are renewed`() async throws {
        let first = try await database()
        let store = try await store(first)
        let record = try await store.add(sample())
        await store.refused(connection: record.id, status: 403)
        #expect(store.status(user: "ada", toolkit: "acme") == .active)
        await store.refused(connection: record.id, status: 401)
        #expect(store.status(user: "ada", toolkit: "acme") == .needsReauthorization)
        let error = await #expect(throws: ConnectionError.self) {
            try await store.connection(user: "ada", toolkit: "acme", id: nil)
        }
        #expect(error?.code == .needsReauthorization)
        #expect(error?.message.contains(record.id) == true && error?.message.contains("connections add acme") == true)
        await first.close()
        let second = try await database()
        let again = try await self.store(second)
        #expect(again.record(record.id)?.state == .needsReauthorization)
        try await again.mark(record.id, as: .active)
        #expect(try await again.connection(user: "ada", toolkit: "acme", id: nil).id == record.id)
        await second.close()
    }

    @Test func `a wrong vault key is said and leaves other things working`() async throws {
        let first = try await database()
        let record = try await store(first).add(sample())
        await first.close()
        let second = try await database()
        let store = try await store(second, key: SymmetricKey())
        let error = await #expect(throws: ConnectionError.self) {
            try await store.connection(user: "ada", toolkit: "acme", id: nil)
        }
        #expect(error?.code == .sealed)
        #expect(error?.message.contains(record.id) == true && error?.message.contains("SWITCHBOARD_KEY") == true)
        try await store.add(sample("bob"))
        #expect(
            try await store.connection(user: "bob", toolkit: "acme", id: nil).secrets["api_key"] == Secret("s3cret")
        )
        await second.close()
    }

    @Test(arguments: [
        "UPDATE connection SET base_url = 'http://evil.example'",
        "UPDATE connection SET fields = '{\"subdomain\":\"evil\"}'",
        "UPDATE connection SET user = 'eve'",
        "UPDATE connection SET toolkit = 'other'",
        "UPDATE connection SET secrets = zeroblob(64)",
        "UPDATE connection SET secrets = (SELECT secrets FROM connection WHERE user = 'bob') WHERE user = 'ada'",
    ])
    func `a row that was tampered with gives no secret away`(tampering: String) async throws {
        let first = try await database()
        let store = try await store(first)
        try await store.add(sample("ada"))
        try await store.add(sample("bob", secret: "other"))
        await first.close()
        let second = try await database()
        let changed = try await second.write { transaction in
            try transaction.query(tampering + " RETURNING id").map { try $0.text("id") }
        }
        let tampered = try await self.store(second)
        for id in changed {
            let error = #expect(throws: ConnectionError.self) { try tampered.authorized(id) }
            #expect(error?.code == .sealed)
        }
        #expect(!changed.isEmpty)
        await second.close()
    }

    @Test func `a damaged row is left out and logged by its id`() async throws {
        let first = try await database()
        let store = try await store(first)
        let broken = try await store.add(sample("ada"))
        let good = try await store.add(sample("bob"))
        try await first.write { try $0.execute("UPDATE connection SET fields = '{' WHERE id = ?", .text(broken.id)) }
        let entries = Locked<[LogEntry]>([])
        let again = try await ConnectionStore(
            database: first,
            vault: Vault(current: key),
            log: Log { entry in entries.withLock { $0.append(entry) } }
        )
        #expect(again.all.map(\.id) == [good.id])
        #expect(entries.withLock { $0.map { $0.fields["connection"] } } == [broken.id])
        await first.close()
    }

    @Test func `a removed connection is gone, and removing it twice is said`() async throws {
        let database = try await database()
        let store = try await store(database)
        let record = try await store.add(sample())
        #expect(try await store.remove(record.id))
        #expect(try await !store.remove(record.id))
        #expect(store.all.isEmpty)
        #expect(try await database.read { try $0.query("SELECT id FROM connection").isEmpty })
        await database.close()
    }

    @Test func `a store that fails is reported as such`() async throws {
        let database = try await database()
        let store = try await store(database)
        await database.close()
        let error = await #expect(throws: ConnectionError.self) { try await store.add(sample()) }
        #expect(error?.code == .storage)
        #expect(store.all.isEmpty)
    }
}
