import Basics
import Glibc
import Storage
import TestSupport
import Testing

private struct Refusal: Error, Equatable {}

@Suite struct DatabaseTests {
    private let folder = TemporaryFolder()

    private func open(_ change: (inout SQLiteDatabase.Options) -> Void = { _ in }) async throws -> SQLiteDatabase {
        var options = SQLiteDatabase.Options()
        change(&options)
        let database = try await SQLiteDatabase.open(folder.file("test.db"), options: options)
        try await database.write { transaction in
            try transaction.script(
                "CREATE TABLE IF NOT EXISTS item(id INTEGER PRIMARY KEY, name TEXT UNIQUE, data BLOB, size REAL) STRICT"
            )
        }
        return database
    }

    @Test func `every kind of value comes back as it was written`() async throws {
        let database = try await open()
        let rows = try await database.write { transaction in
            try transaction.execute(
                "INSERT INTO item(id, name, data, size) VALUES(?, ?, ?, ?)",
                .integer(.max),
                "Zoë \u{0} 🎈",
                .blob([0, 255]),
                .real(-0.5)
            )
            try transaction.execute("INSERT INTO item(id, name, data, size) VALUES(2, '', ?, NULL)", .blob([]))
            return try transaction.query("SELECT * FROM item ORDER BY id DESC")
        }
        #expect(rows[0].columns == ["id", "name", "data", "size"])
        #expect(rows[0].values == [.integer(.max), .text("Zoë \u{0} 🎈"), .blob([0, 255]), .real(-0.5)])
        #expect(rows[1].values == [.integer(2), .text(""), .blob([]), .null])
        #expect(try rows[0].text("name") == "Zoë \u{0} 🎈")
        #expect(try rows[1].optionalInteger("size") == nil)
        let mismatch = #expect(throws: StorageError.self) { try rows[1].integer("name") }
        #expect(mismatch?.code == .mismatch)
        await database.close()
    }

    @Test func `what was written is there when the file is opened again`() async throws {
        let first = try await open()
        try await first.write { try $0.execute("INSERT INTO item(name) VALUES('kept')") }
        await first.close()
        let second = try await open()
        #expect(try await second.read { try $0.query("SELECT name FROM item").count } == 1)
        await second.close()
        let closed = await #expect(throws: StorageError.self) { try await second.write { _ in } }
        #expect(closed?.code == .closed)
    }

    @Test func `a failing transaction undoes itself and none of those it shared a commit with`() async throws {
        let database = try await open()
        let failures = await withTaskGroup(of: Bool.self) { group in
            for number in 0..<200 {
                group.addTask {
                    do {
                        try await database.write { transaction in
                            try transaction.execute("INSERT INTO item(name) VALUES(?)", .text("n\(number)"))
                            if number % 5 == 0 { throw Refusal() }
                            if number % 7 == 0 {
                                try transaction.execute("INSERT INTO item(id, name) VALUES(1, 'n\(number)')")
                            }
                        }
                        return false
                    } catch { return true }
                }
            }
            return await group.reduce(into: 0) { $0 += $1 ? 1 : 0 }
        }
        let expected = (0..<200).filter { $0 % 5 == 0 || $0 % 7 == 0 }.count
        #expect(failures == expected)
        let kept = try await database.read { try $0.query("SELECT count(*) AS n FROM item")[0].integer("n") }
        #expect(kept == Int64(200 - expected))
        await database.close()
    }

    @Test func `a reference that is broken only at the commit fails its own transaction alone`() async throws {
        let database = try await open()
        try await database.write { transaction in
            try transaction.script(
                "CREATE TABLE part(item INTEGER REFERENCES item(id) DEFERRABLE INITIALLY DEFERRED) STRICT"
            )
        }
        async let first = database.write { try $0.execute("INSERT INTO item(name) VALUES('good')") }
        async let third = database.write { try $0.execute("INSERT INTO item(name) VALUES('fine')") }
        let error = await #expect(throws: StorageError.self) {
            try await database.write { try $0.execute("INSERT INTO part(item) VALUES(99)") }
        }
        #expect(try await first + third == 2)
        #expect(error?.code == .constraint)
        #expect(try await database.read { try $0.query("SELECT name FROM item").count } == 2)
        await database.close()
    }

    @Test func `what a transaction throws is what its caller gets`() async throws {
        let database = try await open()
        await #expect(throws: Refusal()) { try await database.write { _ in throw Refusal() } }
        let wrong = await #expect(throws: StorageError.self) { try await database.write { try $0.script("NONSENSE") } }
        #expect(wrong?.code == .statement)
        await database.close()
    }

    @Test func `a reader cannot write`() async throws {
        let database = try await open()
        let error = await #expect(throws: StorageError.self) {
            try await database.read { try $0.execute("INSERT INTO item(name) VALUES('x')") }
        }
        #expect(error?.code == .readOnly)
        await database.close()
    }

    @Test func `a full disk fails the write, keeps what was there, and says what to do`() async throws {
        let database = try await open { $0.maximumPages = 16 }
        try await database.write { try $0.execute("INSERT INTO item(name) VALUES('before')") }
        async let small = database.write { try $0.execute("INSERT INTO item(name) VALUES('small')") }
        let error = await #expect(throws: StorageError.self) {
            try await database.write {
                try $0.execute("INSERT INTO item(data) VALUES(?)", .blob([UInt8](repeating: 1, count: 200_000)))
            }
        }
        #expect(try await small == 1)
        #expect(error?.code == .full)
        #expect(error?.message.contains("free some space") == true)
        let names = try await database.read { try $0.query("SELECT name FROM item").map { try $0.text("name") } }
        #expect(names.sorted() == ["before", "small"])
        await database.close()
    }

    @Test func `few commits make the log longer, and one that is longer than its content is read to the end of it`()
        async throws
    {
        let database = try await open()
        var lengths: Set<Int> = []
        for number in 0..<100 {
            try await database.write {
                try $0.execute("INSERT INTO item(id, name) VALUES(?, 'x' || ?1)", .integer(Int64(number)))
            }
            lengths.insert(try TextFile.read(folder.file("test.db-wal")).count)
        }
        // Each commit would add at least a page; a length may be seen while it is being made.
        #expect(lengths.count < 20)
        for suffix in ["", "-wal"] {
            try TextFile.write(try TextFile.read(folder.file("test.db" + suffix)), to: folder.file("copy.db" + suffix))
        }
        let copy = try await SQLiteDatabase.open(folder.file("copy.db"))
        #expect(try await copy.read { try $0.first("SELECT count(*) AS n FROM item")?.integer("n") } == 100)
        await copy.close()
        await database.close()
    }

    @Test func `a file that is no database is refused by name`() async throws {
        let path = folder.file("test.db")
        let text = [UInt8](repeating: 65, count: 8192)
        let descriptor = creat(path, 0o600)
        _ = text.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        Glibc.close(descriptor)
        let error = await #expect(throws: StorageError.self) { try await SQLiteDatabase.open(path) }
        #expect(error?.code == .notADatabase)
        #expect(error?.message.contains(path) == true)
    }

    @Test func `a folder that does not exist is said`() async throws {
        let error = await #expect(throws: StorageError.self) {
            try await SQLiteDatabase.open(folder.file("no/such/test.db"))
        }
        #expect(error?.code == .cannotOpen)
    }

    @Test func `a database that another connection holds is reported as locked`() async throws {
        let database = try await open()
        let error = try await database.write { transaction in
            try transaction.execute("INSERT INTO item(name) VALUES('held')")
            // While this transaction is open, a second writer must wait, and gives up.
            return OtherWriter.attempt(folder.file("test.db"))
        }
        #expect(error == .locked)
        await database.close()
    }

    @Test func `readers see one state while the writer goes on`() async throws {
        let database = try await open()
        try await database.write { try $0.execute("INSERT INTO item(name) VALUES('one')") }
        let counts = try await database.read { transaction in
            let before = try transaction.query("SELECT count(*) AS n FROM item")[0].integer("n")
            OtherWriter.insert(database)
            let after = try transaction.query("SELECT count(*) AS n FROM item")[0].integer("n")
            return [before, after]
        }
        #expect(counts == [1, 1])
        #expect(try await database.read { try $0.query("SELECT count(*) AS n FROM item")[0].integer("n") } == 2)
        await database.close()
    }
}
