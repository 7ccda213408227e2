import Basics
import Connections
import Cryptography
import Glibc
import Storage
import TestSupport
import Testing

@Suite struct KeyRotationTests {
    private let folder = TemporaryFolder()
    private let place = Vault.Place(table: "t", row: "r", column: "c")

    private func ring(createsMissing: Bool = true) throws -> KeyRing {
        try KeyRing.load(environmentKey: nil, keyFile: folder.file("key"), createsMissing: createsMissing)
    }

    private func database() async throws -> SQLiteDatabase {
        let database = try await SQLiteDatabase.open(folder.file("k.db"))
        try await database.migrate(DataKeys.migrations + ConnectionStore.migrations)
        return database
    }

    private func lines() throws -> [String] {
        String(decoding: try DataFolder.readPrivate(folder.file("key")) ?? [], as: UTF8.self)
            .split(separator: "\n").map(String.init)
    }

    @Test func `the key file is made once, for its owner only, and read again`() throws {
        let first = try ring()
        let second = try ring(createsMissing: false)
        #expect(first.all.map(\.fingerprint) == second.all.map(\.fingerprint))
        var status = stat()
        #expect(stat(folder.file("key"), &status) == 0 && status.st_mode & 0o777 == 0o600)
    }

    @Test func `the environment's key wins over the file`() throws {
        let inFile = try ring()
        let key = Secret(Base64.encode([UInt8](repeating: 7, count: 32)))
        let given = try KeyRing.load(environmentKey: key, keyFile: folder.file("key"), createsMissing: true)
        #expect(given.all.count == 1 && given.all[0].fingerprint != inFile.all[0].fingerprint)
    }

    @Test func `a missing or malformed key is said, with what to do and without the key`() throws {
        let none = #expect(throws: ConnectionError.self) { try ring(createsMissing: false) }
        #expect(none?.message.contains("SWITCHBOARD_KEY") == true)
        for text in ["hunter2", Base64.encode([UInt8](repeating: 1, count: 31)), "!!!!"] {
            let error = #expect(throws: ConnectionError.self) {
                try KeyRing.load(environmentKey: Secret(text), keyFile: folder.file("none"), createsMissing: true)
            }
            #expect(error?.code == .sealed)
            #expect(error?.message.contains("openssl rand -base64 32") == true)
            #expect(error?.message.contains(text) == false)
        }
    }

    @Test func `after a rotation the old key opens nothing, and everything else opens`() async throws {
        let database = try await database()
        let keys = try await DataKeys(ring: ring(), database: database)
        let sealed = try keys.vault.seal([1, 2], for: place)
        let old = try lines()
        #expect(try await keys.rotate() == 2)
        #expect(try lines().count == 1 && lines() != old)
        // In this process, for what was sealed before and is sealed now.
        #expect(try keys.vault.open(sealed, from: place) == [1, 2])
        #expect(!keys.vault.isCurrent(sealed))
        let new = try keys.vault.seal([3], for: place)
        // After a restart too.
        let again = try await DataKeys(ring: ring(), database: database)
        #expect(try again.vault.open(sealed, from: place) == [1, 2])
        #expect(try again.vault.open(new, from: place) == [3])
        // With the old key nothing opens, and new things work.
        let thief = try await DataKeys(
            ring: KeyRing.load(environmentKey: Secret(old[0]), keyFile: "", createsMissing: false),
            database: database
        )
        for box in [sealed, new] {
            let error = #expect(throws: ConnectionError.self) { try thief.vault.open(box, from: place) }
            #expect(error?.message.contains("SWITCHBOARD_KEY") == true)
        }
        #expect(try thief.vault.open(thief.vault.seal([4], for: place), from: place) == [4])
        // The right key back, everything is back.
        let back = try await DataKeys(ring: ring(), database: database)
        #expect(try back.vault.open(new, from: place) == [3])
        await database.close()
    }

    /// Where a rotation is broken off: after the new key was written, and after the data keys were wrapped under it.
    @Test(arguments: [false, true])
    func `a rotation that was broken off loses nothing and is completed by the next start`(isWrapped: Bool) async throws
    {
        let database = try await database()
        let first = try ring()
        let keys = try await DataKeys(ring: first, database: database)
        let sealed = try keys.vault.seal([1], for: place)
        let old = try lines()
        try first.renew()
        #expect(try lines().count == 2)
        if isWrapped { _ = try await DataKeys(ring: ring(), database: database) }
        if isWrapped {
            // As if the file had not been written at the end.
            try DataFolder.replacePrivate(Array((lines() + old).joined(separator: "\n").utf8), at: folder.file("key"))
        }
        let again = try await DataKeys(ring: ring(), database: database)
        #expect(try again.vault.open(sealed, from: place) == [1])
        #expect(try lines().count == 1 && lines() != old)
        await database.close()
    }

    @Test func `with a key in the environment the one before it is needed once`() async throws {
        let database = try await database()
        let (old, new) = (Secret(Base64.encode(RandomBytes.make(32))), Secret(Base64.encode(RandomBytes.make(32))))
        func keys(_ key: Secret, _ previous: Secret? = nil) async throws -> DataKeys {
            let ring = try KeyRing.load(environmentKey: key, previousKey: previous, keyFile: "", createsMissing: false)
            return try await DataKeys(ring: ring, database: database)
        }
        let first = try await keys(old)
        let sealed = try first.vault.seal([1], for: place)
        let error = await #expect(throws: ConnectionError.self) { try await first.rotate() }
        #expect(error?.code == .invalid && error?.message.contains("SWITCHBOARD_KEY_PREVIOUS") == true)
        _ = try await keys(new, old)
        #expect(try await keys(new).vault.open(sealed, from: place) == [1])
        let late = try await keys(old)
        #expect(throws: ConnectionError.self) { try late.vault.open(sealed, from: place) }
        await database.close()
    }

    @Test func `connections are sealed anew, and one that is damaged is named and left as it is`() async throws {
        let database = try await database()
        let keys = try await DataKeys(ring: ring(), database: database)
        let store = try await ConnectionStore(database: database, vault: keys.vault)
        func new(_ user: String) -> NewConnection {
            NewConnection(user: user, toolkit: "acme", secrets: ["api_key": Secret("canary-" + user)])
        }
        let good = try await store.add(new("ada"))
        let bad = try await store.add(new("bob"))
        try await database.write { transaction in
            try transaction.execute(
                "UPDATE connection SET secrets = zeroblob(80) WHERE id = ?",
                .text(bad.id)
            )
        }
        _ = try await keys.rotate()
        let again = try await ConnectionStore(database: database, vault: keys.vault)
        let (resealed, unreadable) = try await again.reseal()
        #expect(resealed == 1 && unreadable == [bad.id])
        let rows = try await database.read { try $0.query("SELECT secrets FROM connection ORDER BY id") }
        #expect(try rows.map { keys.vault.isCurrent(try $0.blob("secrets")) }.filter { $0 }.count == 1)
        #expect(try again.authorized(good.id).secrets == ["api_key": Secret("canary-ada")])
        let error = #expect(throws: ConnectionError.self) { try again.authorized(bad.id) }
        #expect(error?.code == .sealed && error?.message.contains(bad.id) == true)
        #expect(try await again.reseal().resealed == 0)
        await database.close()
    }

    @Test func `a data key that was changed is logged, and opens nothing`() async throws {
        let database = try await database()
        let first = try await DataKeys(ring: ring(), database: database)
        let sealed = try first.vault.seal([1], for: place)
        try await database.write { try $0.execute("UPDATE data_key SET id = 7") }
        let entries = Locked<[LogEntry]>([])
        let again = try await DataKeys(
            ring: ring(),
            database: database,
            log: Log { entry in entries.withLock { $0.append(entry) } }
        )
        #expect(entries.withLock { $0.map { $0.fields["data_key"] } } == ["7"])
        #expect(throws: ConnectionError.self) { try again.vault.open(sealed, from: place) }
        await database.close()
    }
}
