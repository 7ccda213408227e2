package import Basics
package import Connections
import Cryptography
package import HTTP
import JSON
package import Storage

/// Answers to requests that carried an `Idempotency-Key`, kept for a day and given again to the same request.
///
/// Answers can hold a token that is shown once, so they are kept sealed. A request that was refused before anything was
/// done is not kept: it may be made again, better. An answer of a tool that failed is kept, because the tool was called.
package final class IdempotencyStore: Sendable {
    package static let migrations = [
        Migration(
            domain: "idempotency",
            version: 1,
            sql: """
                CREATE TABLE idempotency(
                    actor TEXT NOT NULL, key TEXT NOT NULL, request_hash BLOB NOT NULL, status INTEGER NOT NULL,
                    answer BLOB NOT NULL, created_at INTEGER NOT NULL, PRIMARY KEY(actor, key)) STRICT, WITHOUT ROWID;
                CREATE INDEX idempotency_created ON idempotency(created_at)
                """
        )
    ]

    private struct Name: Hashable {
        var actor: String
        var key: String
    }

    private static let secondsKept = 86400.0
    private static let longestKey = 255

    private let database: any Database
    private let vault: Vault
    private let clock: any WallClock
    private let underWay = Locked<Set<Name>>([])

    /// A store in a database whose migrations have been applied.
    package init(database: any Database, vault: Vault, clock: any WallClock = SystemClock()) {
        self.database = database
        self.vault = vault
        self.clock = clock
    }

    /// Answers a request, with the answer of an earlier one where this is its repetition.
    ///
    /// - Parameters:
    ///   - key: The value of the field: 1 to 255 visible ASCII characters.
    ///   - actor: Who asks; the keys of others are other keys.
    ///   - target: The path and query.
    ///   - body: The body.
    ///   - answer: Does what was asked for.
    /// - Throws: ``Problem``: 400 for a key that is none, 422 for the key of another request, 409 while the first one is
    ///   being answered, 500 when the answer to the first one cannot be read.
    package func once(
        _ key: String,
        by actor: String,
        target: String,
        body: [UInt8],
        _ answer: () async -> HTTPResponse
    ) async throws -> HTTPResponse {
        guard (1...Self.longestKey).contains(key.utf8.count), key.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
            throw Problem(400, "invalid", "Idempotency-Key must be 1 to \(Self.longestKey) visible ASCII characters.")
        }
        let name = Name(actor: actor, key: key)
        guard underWay.withLock({ $0.insert(name).inserted }) else {
            throw Problem(409, "in_progress", "The first request with this Idempotency-Key is still being answered.")
        }
        defer { underWay.withLock { _ = $0.remove(name) } }
        let hash = SHA256.hash(Array(target.utf8) + [0] + body)
        if let kept = try await kept(name) {
            guard ConstantTime.equal(kept.hash, hash) else {
                throw Problem(
                    422,
                    "idempotency_key_reused",
                    "This Idempotency-Key belongs to another request; take a new key for a new request."
                )
            }
            var response = kept.response
            response.fields["Idempotency-Replayed"] = "true"
            return response
        }
        let response = await answer()
        guard response.status < 300 || response.status == 502, case .bytes(let bytes) = response.body else {
            return response
        }
        try await keep(name, hash, response, bytes)
        return response
    }

    /// Forgets answers that are older than a day.
    ///
    /// - Throws: `StorageError`.
    package func purge() async throws {
        let oldest = clock.now().adding(seconds: -Self.secondsKept).milliseconds
        _ = try await database.write {
            try $0.execute("DELETE FROM idempotency WHERE created_at <= ?", .integer(oldest))
        }
    }

    private func kept(_ name: Name) async throws -> (hash: [UInt8], response: HTTPResponse)? {
        let oldest = clock.now().adding(seconds: -Self.secondsKept).milliseconds
        let found = try await database.read { transaction in
            try transaction.first(
                "SELECT request_hash, status, answer FROM idempotency WHERE actor = ? AND key = ? AND created_at > ?",
                .text(name.actor),
                .text(name.key),
                .integer(oldest)
            )
        }
        guard let row = found else { return nil }
        do {
            let bytes = try vault.open(row.blob("answer"), from: place(name))
            let status = Int(try row.integer("status"))
            let type = status >= 400 ? "application/problem+json" : "application/json"
            return (try row.blob("request_hash"), .json(bytes, status: status, fields: ["Content-Type": type]))
        } catch {
            // It was done once: done again, it would be done twice.
            throw Problem(
                500,
                "damaged",
                "The answer that was kept for this Idempotency-Key cannot be read, so nothing was done now. See what the "
                    + "first request did, and take a new key for a new one."
            )
        }
    }

    private func keep(_ name: Name, _ hash: [UInt8], _ response: HTTPResponse, _ bytes: [UInt8]) async throws {
        let sealed = try vault.seal(bytes, for: place(name))
        let now = clock.now().milliseconds
        try await database.write { transaction in
            try transaction.execute(
                """
                INSERT INTO idempotency(actor, key, request_hash, status, answer, created_at) VALUES(?, ?, ?, ?, ?, ?)
                ON CONFLICT(actor, key) DO UPDATE SET request_hash = excluded.request_hash, status = excluded.status,
                    answer = excluded.answer, created_at = excluded.created_at
                """,
                .text(name.actor),
                .text(name.key),
                .blob(hash),
                .integer(Int64(response.status)),
                .blob(sealed),
                .integer(now)
            )
        }
    }

    private func place(_ name: Name) -> Vault.Place {
        Vault.Place(table: "idempotency", row: name.actor + " " + name.key, column: "answer")
    }
}
