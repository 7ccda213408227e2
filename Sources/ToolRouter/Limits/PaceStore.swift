package import Basics
import JSON
package import Storage
package import Toolkits

/// Keeps what a limiter knows of each connection, so that a restart does not begin with a burst.
package final class PaceStore: Sendable {
    package static let migrations = [
        Migration(
            domain: "limits",
            version: 1,
            sql: """
                CREATE TABLE connection_pace(
                    connection TEXT PRIMARY KEY, state TEXT NOT NULL, updated_at INTEGER NOT NULL) STRICT
                """
        )
    ]

    private let database: any Database
    private let limiter: ConnectionLimiter
    private let clock: any WallClock

    // By then every bucket is full again.
    private static let keptFor = 86_400.0

    /// Hands what was kept to a limiter; the migrations must have been applied.
    ///
    /// - Throws: ``RouterError`` with code `storage`.
    package init(
        database: any Database,
        limiter: ConnectionLimiter,
        clock: any WallClock = SystemClock()
    ) async throws(RouterError) {
        self.database = database
        self.limiter = limiter
        self.clock = clock
        let since = clock.now().adding(seconds: -PaceStore.keptFor).milliseconds
        do {
            let rows = try await database.read { reader in
                try reader.query("SELECT connection, state FROM connection_pace WHERE updated_at > ?", .integer(since))
            }
            var kept: [String: JSONValue] = [:]
            for row in rows { kept[try row.text("connection")] = try? JSONParser.parse(row.text("state")) }
            limiter.restore(kept)
        } catch { throw PaceStore.storage(error) }
    }

    /// Writes down what changed since the last time.
    ///
    /// - Throws: ``RouterError`` with code `storage`.
    package func save() async throws(RouterError) {
        let changes = limiter.changes()
        guard !changes.isEmpty else { return }
        let now = clock.now()
        do {
            try await database.write { transaction in
                for (connection, state) in changes {
                    try transaction.execute(
                        """
                        INSERT INTO connection_pace(connection, state, updated_at) VALUES(?, ?, ?)
                            ON CONFLICT(connection) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at
                        """,
                        .text(connection),
                        .text(JSONWriter.text(of: state)),
                        .integer(now.milliseconds)
                    )
                }
                try transaction.execute(
                    "DELETE FROM connection_pace WHERE updated_at < ?",
                    .integer(now.adding(seconds: -PaceStore.keptFor).milliseconds)
                )
            }
        } catch { throw PaceStore.storage(error) }
    }

    private static func storage(_ error: any Error) -> RouterError {
        RouterError(.storage, "The pace of connections cannot be stored or read: \(error)", cause: error)
    }
}
