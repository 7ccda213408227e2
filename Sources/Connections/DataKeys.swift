package import Basics
import Cryptography
package import Storage

/// The keys that seal data, themselves wrapped by the key ring, so that changing the ring's key rewrites no data.
package final class DataKeys: Sendable {
    package static let migrations = [
        Migration(
            domain: "vault",
            version: 1,
            sql: """
                CREATE TABLE data_key(
                    id INTEGER PRIMARY KEY, wrapped BLOB NOT NULL, wrapped_by TEXT NOT NULL,
                    created_at INTEGER NOT NULL) STRICT
                """
        )
    ]

    /// What seals and opens; one value for the whole program.
    package let vault: Vault
    /// Whether the ring opens the data key that was made first, as it always does unless it is not the database's own.
    package let opensFirst: Bool
    private let ring: KeyRing
    private let database: any Database
    private let clock: any WallClock

    /// Opens the data keys of a database, and makes the first one where there is none.
    ///
    /// A rotation that a crash interrupted is completed. Data keys that the ring cannot open are left as they are: what
    /// they sealed cannot be opened until the right key is back, and everything else works.
    ///
    /// - Throws: ``ConnectionError`` with code `storage` or `sealed`.
    package init(
        ring: KeyRing,
        database: any Database,
        clock: any WallClock = SystemClock(),
        log: Log = .none
    ) async throws(ConnectionError) {
        self.ring = ring
        self.database = database
        self.clock = clock
        let rows: [SQLRow]
        do {
            rows = try await database.read { try $0.query("SELECT * FROM data_key ORDER BY id DESC") }
        } catch { throw DataKeys.storage(error) }
        var keys: [SymmetricKey] = []
        var opensFirst = true
        for row in rows {
            do {
                keys.append(try DataKeys.unwrap(row, ring.all))
                opensFirst = true
            } catch {
                opensFirst = false
                let id = (try? row.integer("id")).map { String($0) } ?? "?"
                log.error(
                    "a data key cannot be opened, nor what it sealed; set SWITCHBOARD_KEY, or restore the key file, as it was",
                    ["data_key": id]
                )
            }
        }
        self.opensFirst = opensFirst
        // What was sealed before there were data keys opens with the ring's own.
        vault = Vault(current: keys.first ?? ring.all[0], previous: keys.dropFirst() + ring.all)
        if keys.isEmpty { try await add(SymmetricKey()) }
        if ring.all.count > 1 {
            try await wrapAnew()
            try ring.retire()
        }
    }

    /// Changes the key of the ring: the data keys are wrapped under a new one, new data are sealed under a new data key, and
    /// the old key opens nothing any more.
    ///
    /// Every step is on disk before the next: whenever it is broken off, everything opens, and the next start goes on.
    ///
    /// - Returns: The number of data keys.
    /// - Throws: ``ConnectionError`` with code `storage`, or `invalid` when the environment gives the key.
    package func rotate() async throws(ConnectionError) -> Int {
        try ring.renew()
        let count = try await wrapAnew()
        try await add(SymmetricKey())
        try ring.retire()
        return count + 1
    }

    /// Wraps every data key that can be opened under the ring's first key.
    @discardableResult
    func wrapAnew() async throws(ConnectionError) -> Int {
        let ring = ring.all
        do {
            return try await database.write { transaction in
                var count = 0
                for row in try transaction.query("SELECT * FROM data_key") {
                    guard let key = try? DataKeys.unwrap(row, ring) else { continue }
                    let id = try row.integer("id")
                    try transaction.execute(
                        "UPDATE data_key SET wrapped = ?, wrapped_by = ? WHERE id = ?",
                        .blob(try DataKeys.wrap(key, id, ring[0])),
                        .text(ring[0].fingerprint),
                        .integer(id)
                    )
                    count += 1
                }
                return count
            }
        } catch { throw DataKeys.storage(error) }
    }

    /// Keeps a data key, and seals with it from then on.
    private func add(_ key: SymmetricKey) async throws(ConnectionError) {
        let wrapping = ring.all[0]
        let now = clock.now().milliseconds
        do {
            try await database.write { transaction in
                let id = (try transaction.first("SELECT MAX(id) AS id FROM data_key")?.optionalInteger("id") ?? 0) + 1
                try transaction.execute(
                    "INSERT INTO data_key(id, wrapped, wrapped_by, created_at) VALUES(?, ?, ?, ?)",
                    .integer(id),
                    .blob(try DataKeys.wrap(key, id, wrapping)),
                    .text(wrapping.fingerprint),
                    .integer(now)
                )
            }
        } catch { throw DataKeys.storage(error) }
        vault.sealNow(with: key)
    }

    private static func wrap(_ key: SymmetricKey, _ id: Int64, _ wrapping: SymmetricKey) throws -> [UInt8] {
        try SealedBox.seal(key.withBytes { Array($0) }, key: wrapping, context: context(id))
    }

    private static func unwrap(_ row: SQLRow, _ ring: [SymmetricKey]) throws -> SymmetricKey {
        let by = try row.text("wrapped_by")
        guard let wrapping = ring.first(where: { $0.fingerprint == by }) else {
            throw ConnectionError(.sealed, "it was wrapped by another key")
        }
        let bytes = try SealedBox.open(
            row.blob("wrapped"),
            key: wrapping,
            context: context(row.integer("id"))
        )
        return try SymmetricKey(bytes)
    }

    private static func context(_ id: Int64) -> [UInt8] { Array("data_key:\(id):wrapped".utf8) }

    private static func storage(_ error: any Error) -> ConnectionError {
        ConnectionError(.storage, "The vault's data keys cannot be stored or read: \(error)", cause: error)
    }
}
