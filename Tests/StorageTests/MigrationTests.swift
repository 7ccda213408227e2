import Storage
import TestSupport
import Testing

@Suite struct MigrationTests {
    private let folder = TemporaryFolder()
    private let first = Migration(domain: "a", version: 1, sql: "CREATE TABLE a(x TEXT) STRICT")
    private let second = Migration(
        domain: "a",
        version: 2,
        sql: "ALTER TABLE a ADD COLUMN y TEXT; CREATE INDEX ai ON a(y)"
    )
    private let other = Migration(domain: "b", version: 1, sql: "CREATE TABLE b(x TEXT) STRICT")

    private func open() async throws -> SQLiteDatabase { try await SQLiteDatabase.open(folder.file("m.db")) }

    @Test func `steps are applied once, and later ones when they come`() async throws {
        let database = try await open()
        try await database.migrate([first])
        try await database.migrate([first, second, other])
        try await database.migrate([other, first, second])
        try await database.write { try $0.execute("INSERT INTO a(x, y) VALUES('1', '2')") }
        #expect(try await database.read { try $0.query("SELECT domain FROM schema_migration").count } == 3)
        await database.close()
    }

    @Test func `a step that was edited after it was applied is refused`() async throws {
        let database = try await open()
        try await database.migrate([first])
        let edited = Migration(domain: "a", version: 1, sql: "CREATE TABLE a(z TEXT) STRICT")
        let error = await #expect(throws: StorageError.self) { try await database.migrate([edited]) }
        #expect(error?.code == .schema)
        #expect(error?.message.contains("step 1 of a was changed") == true)
        await database.close()
    }

    @Test func `a database of a newer program is refused`() async throws {
        let database = try await open()
        try await database.migrate([first, second, other])
        for known in [[first], [first, second], [other]] {
            let error = await #expect(throws: StorageError.self) { try await database.migrate(known) }
            #expect(error?.code == .schema)
            #expect(error?.message.contains("newer version") == true)
        }
        await database.close()
    }

    @Test func `a step that fails leaves nothing of the others behind`() async throws {
        let database = try await open()
        let broken = Migration(domain: "b", version: 1, sql: "CREATE TABLE b(x NONSENSE) STRICT")
        await #expect(throws: StorageError.self) { try await database.migrate([first, broken]) }
        try await database.migrate([first, other])
        await database.close()
    }

    @Test func `steps out of order are refused`() async throws {
        let database = try await open()
        let error = await #expect(throws: StorageError.self) { try await database.migrate([second, first]) }
        #expect(error?.code == .schema)
        await database.close()
    }
}
