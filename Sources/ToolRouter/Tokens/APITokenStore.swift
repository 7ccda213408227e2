package import Basics
import Cryptography
import JSON
package import Storage

/// The API tokens; kept in memory as well, so that a request is let in without a disk.
package final class APITokenStore: Sendable {
    package static let migrations = [
        Migration(
            domain: "tokens",
            version: 1,
            sql: """
                CREATE TABLE api_token(
                    id TEXT PRIMARY KEY, name TEXT NOT NULL, person TEXT NOT NULL, role TEXT NOT NULL,
                    hash BLOB NOT NULL UNIQUE, hint TEXT NOT NULL, expires_at INTEGER, created_at INTEGER NOT NULL) STRICT
                """
        )
    ]

    private struct Entry {
        var token: APIToken
        var hash: [UInt8]
    }

    private let database: any Database
    private let clock: any WallClock
    private let entries: Locked<[[UInt8]: Entry]>

    /// Reads the tokens that there are; the migrations must have been applied.
    ///
    /// A row that cannot be understood is left out and logged by its id.
    ///
    /// - Throws: ``RouterError`` with code `storage`.
    package init(
        database: any Database,
        clock: any WallClock = SystemClock(),
        log: Log = .none
    ) async throws(RouterError) {
        let rows: [SQLRow]
        do {
            rows = try await database.read { try $0.query("SELECT * FROM api_token") }
        } catch { throw APITokenStore.storage(error) }
        var entries: [[UInt8]: Entry] = [:]
        for row in rows {
            do {
                let entry = try APITokenStore.decode(row)
                entries[entry.hash] = entry
            } catch {
                let id = (try? row.optionalText("id")) ?? "?"
                log.error("API token is damaged and left out", ["token": id, "error": "\(error)"])
            }
        }
        self.database = database
        self.clock = clock
        self.entries = Locked(entries)
    }

    /// The tokens, in the order in which they were made; expired ones too, because a person wants to see why one fails.
    package var all: [APIToken] {
        entries.withLock { $0.values.map(\.token) }.sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    }

    /// The token that a secret is, unless it has expired.
    ///
    /// What is compared are digests, and those in constant time, so the time it takes tells nothing about any token.
    package func token(_ secret: String) -> APIToken? {
        guard secret.utf8.count <= 128 else { return nil }
        let hash = SHA256.hash(secret)
        guard let entry = entries.withLock({ $0[hash] }), ConstantTime.equal(entry.hash, hash) else { return nil }
        if let end = entry.token.expiresAt, end <= clock.now() { return nil }
        return entry.token
    }

    /// Whose token an actor of the audit is; nil for an actor that is no token.
    package func holder(of actor: String) -> String? {
        guard actor.hasPrefix("token:") else { return nil }
        let id = actor.dropFirst("token:".count)
        return entries.withLock { $0.values.first { $0.token.id == id }?.token.person }
    }

    /// Makes a token; its secret is in the result and nowhere else.
    ///
    /// - Parameters:
    ///   - name: What it is for: 1 to 200 bytes.
    ///   - person: Whose it is: 1 to 200 bytes.
    ///   - role: What it may do.
    ///   - expiresAt: When it stops to count, at least 60 seconds ahead; nil for never.
    /// - Throws: ``RouterError`` with code `invalid` or `storage`.
    package func create(
        name: String,
        person: String,
        role: PersonRole,
        expiresAt: Timestamp? = nil
    ) async throws(RouterError) -> (token: APIToken, secret: Secret) {
        let now = clock.now()
        for (what, text) in [("name", name), ("person", person)] where !(1...200).contains(text.utf8.count) {
            throw RouterError(.invalid, "The \(what) of a token must have 1 to 200 bytes.")
        }
        if let expiresAt, expiresAt < now.adding(seconds: 60) {
            throw RouterError(.invalid, "expires_at must be at least 60 seconds ahead.")
        }
        let secret = APIToken.prefix + Base64.encodeURL(RandomBytes.make(32))
        let hash = SHA256.hash(secret)
        let token = APIToken(
            id: Identifier.make("tok", at: now),
            name: name,
            person: person,
            role: role,
            hint: String(secret.suffix(4)),
            expiresAt: expiresAt,
            createdAt: now
        )
        do {
            try await database.write { transaction in
                try transaction.execute(
                    """
                    INSERT INTO api_token(id, name, person, role, hash, hint, expires_at, created_at)
                    VALUES(?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                    .text(token.id),
                    .text(name),
                    .text(person),
                    .text(role.rawValue),
                    .blob(hash),
                    .text(token.hint),
                    .optional(expiresAt?.milliseconds),
                    .integer(now.milliseconds)
                )
            }
        } catch { throw APITokenStore.storage(error) }
        entries.withLock { $0[hash] = Entry(token: token, hash: hash) }
        return (token, Secret(secret))
    }

    /// Takes a token back, from the next request on; false when there is none of that id.
    ///
    /// - Throws: ``RouterError`` with code `storage`; it is refused all the same until the next start.
    package func revoke(_ id: String) async throws(RouterError) -> Bool {
        let hash = entries.withLock { entries in
            let hash = entries.first { $0.value.token.id == id }?.key
            if let hash { entries[hash] = nil }
            return hash
        }
        do {
            return try await database.write { try $0.execute("DELETE FROM api_token WHERE id = ?", .text(id)) } > 0
                || hash != nil
        } catch { throw APITokenStore.storage(error) }
    }

    private static func decode(_ row: SQLRow) throws -> Entry {
        guard let role = PersonRole(rawValue: try row.text("role")) else {
            throw StorageError(.mismatch, "the role is unknown")
        }
        let token = APIToken(
            id: try row.text("id"),
            name: try row.text("name"),
            person: try row.text("person"),
            role: role,
            hint: try row.text("hint"),
            expiresAt: try row.optionalInteger("expires_at").map { Timestamp(milliseconds: $0) },
            createdAt: Timestamp(milliseconds: try row.integer("created_at"))
        )
        return Entry(token: token, hash: try row.blob("hash"))
    }

    private static func storage(_ error: any Error) -> RouterError {
        RouterError(.storage, "API tokens cannot be stored or read: \(error)", cause: error)
    }
}
