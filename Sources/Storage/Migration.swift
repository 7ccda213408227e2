package import Basics
import Cryptography

/// One step of a domain's schema, written once and never edited.
///
/// Each domain numbers its own steps from 1, so that domains can grow without waiting for each other.
package struct Migration: Sendable, Hashable {
    /// Whose tables these are, such as `connections`.
    package let domain: String
    /// The step's number within its domain, from 1.
    package let version: Int
    /// Statements separated by semicolons.
    package let sql: String

    package init(domain: String, version: Int, sql: String) {
        self.domain = domain
        self.version = version
        self.sql = sql
    }

    var hash: String { Hex.encode(SHA256.hash(sql)) }
}

extension Database {
    /// Applies the migrations that have not been applied, in the order given, all or none.
    ///
    /// - Throws: ``StorageError`` with code `schema` when an applied migration was edited since, when the database has
    ///   steps that this program does not know, or when a domain's steps are not numbered 1, 2, 3, ….
    package func migrate(_ migrations: [Migration], clock: any WallClock = SystemClock()) async throws {
        let now = clock.now().iso8601
        try await write { transaction in
            try transaction.script(
                """
                CREATE TABLE IF NOT EXISTS schema_migration(
                    domain TEXT NOT NULL, version INTEGER NOT NULL, hash TEXT NOT NULL, applied_at TEXT NOT NULL,
                    PRIMARY KEY(domain, version)) STRICT, WITHOUT ROWID
                """
            )
            var applied: [String: [Int: String]] = [:]
            for row in try transaction.query("SELECT domain, version, hash FROM schema_migration") {
                applied[try row.text("domain"), default: [:]][Int(try row.integer("version"))] = try row.text("hash")
            }
            var newest: [String: Int] = [:]
            for migration in migrations {
                guard migration.version == newest[migration.domain, default: 0] + 1 else {
                    throw StorageError(
                        .schema,
                        "the steps of \(migration.domain) are out of order at \(migration.version)"
                    )
                }
                newest[migration.domain] = migration.version
                if let hash = applied[migration.domain]?.removeValue(forKey: migration.version) {
                    guard hash == migration.hash else {
                        throw StorageError(
                            .schema,
                            "step \(migration.version) of \(migration.domain) was changed after it had been applied to "
                                + "this database; undo the change and add a new step instead"
                        )
                    }
                    continue
                }
                try transaction.script(migration.sql)
                try transaction.execute(
                    "INSERT INTO schema_migration(domain, version, hash, applied_at) VALUES(?, ?, ?, ?)",
                    .text(migration.domain),
                    .integer(Int64(migration.version)),
                    .text(migration.hash),
                    .text(now)
                )
            }
            let unknown = applied.flatMap { domain, steps in steps.keys.map { "\(domain) \($0)" } }.sorted()
            guard unknown.isEmpty else {
                throw StorageError(
                    .schema,
                    "the database was written by a newer version of this program (it has "
                        + unknown.joined(separator: ", ") + "); install that version, or use another data folder"
                )
            }
        }
    }
}
