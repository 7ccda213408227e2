package import Basics
import JSON
package import Storage

/// The users' connections, their secrets sealed by a vault.
///
/// Rows are read once and kept in memory, so finding the connection for a call waits for no disk; secrets stay sealed
/// there and are opened for one call at a time.
package final class ConnectionStore: ConnectionDirectory {
    package static let migrations = [
        Migration(
            domain: "connections",
            version: 1,
            sql: """
                CREATE TABLE connection(
                    id TEXT PRIMARY KEY, user TEXT NOT NULL, toolkit TEXT NOT NULL, label TEXT NOT NULL,
                    fields TEXT NOT NULL, secret_names TEXT NOT NULL, secrets BLOB NOT NULL, base_url TEXT,
                    state TEXT NOT NULL CHECK(state IN('active','needs_reauth')),
                    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
                CREATE INDEX connection_user ON connection(user, toolkit)
                """
        ),
        // SQLite cannot change a check, so the table is made again.
        Migration(
            domain: "connections",
            version: 2,
            sql: """
                ALTER TABLE connection RENAME TO connection_1;
                DROP INDEX connection_user;
                CREATE TABLE connection(
                    id TEXT PRIMARY KEY, user TEXT NOT NULL, toolkit TEXT NOT NULL, label TEXT NOT NULL,
                    fields TEXT NOT NULL, secret_names TEXT NOT NULL, secrets BLOB NOT NULL, base_url TEXT,
                    state TEXT NOT NULL CHECK(state IN('pending','active','failed','needs_reauth')), problem TEXT,
                    grant_type TEXT, access_expires INTEGER, refresh_started INTEGER,
                    refresh_epoch INTEGER NOT NULL DEFAULT 0,
                    created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT;
                INSERT INTO connection(id, user, toolkit, label, fields, secret_names, secrets, base_url, state,
                    created_at, updated_at)
                    SELECT id, user, toolkit, label, fields, secret_names, secrets, base_url, state, created_at,
                    updated_at FROM connection_1;
                DROP TABLE connection_1;
                CREATE INDEX connection_user ON connection(user, toolkit)
                """
        ),
    ]

    struct Row {
        var record: ConnectionRecord
        var sealed: [UInt8]
        /// How often its tokens were renewed.
        var epoch = 0
        /// A renewal was begun, and this process does not know how it ended.
        var isInterrupted = false
        /// The connection with its secrets, once it has been used.
        var opened: AuthorizedConnection?
    }

    let database: any Database
    let vault: Vault
    let clock: any WallClock
    let log: Log
    let rows: Locked<[String: Row]>

    /// Reads the connections that there are; the migrations must have been applied.
    ///
    /// A row that cannot be understood is left out and logged by its id.
    ///
    /// - Throws: ``ConnectionError`` with code `storage`.
    package init(
        database: any Database,
        vault: Vault,
        clock: any WallClock = SystemClock(),
        log: Log = .none
    ) async throws(ConnectionError) {
        let found: [SQLRow]
        do {
            found = try await database.read { try $0.query("SELECT * FROM connection") }
        } catch { throw ConnectionStore.storage(error) }
        var rows: [String: Row] = [:]
        for row in found {
            do {
                let decoded = try ConnectionStore.decode(row)
                rows[decoded.record.id] = decoded
            } catch {
                let id = (try? row.optionalText("id")) ?? "?"
                log.error("connection is damaged and left out", ["connection": id, "error": "\(error)"])
            }
        }
        self.database = database
        self.vault = vault
        self.clock = clock
        self.log = log
        self.rows = Locked(rows)
    }

    /// Every connection, in the order in which they were made.
    package var all: [ConnectionRecord] {
        rows.withLock { rows in rows.values.map(\.record) }
            .sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    }

    package func connections(of user: String) -> [ConnectionRecord] { all.filter { $0.user == user } }

    /// The connection of that id, whoever's it is.
    package func record(_ id: String) -> ConnectionRecord? { rows.withLock { $0[id]?.record } }

    /// Keeps a new connection; what it must consist of is the toolkit's scheme's business.
    ///
    /// - Parameters:
    ///   - new: The connection.
    ///   - tokens: What its authorization server gave.
    ///   - state: `pending` until it has been tried.
    /// - Throws: ``ConnectionError`` with code `storage` or `sealed`.
    @discardableResult
    package func add(
        _ new: NewConnection,
        tokens: TokenSet? = nil,
        state: ConnectionState = .active
    ) async throws(ConnectionError) -> ConnectionRecord {
        let now = clock.now()
        var secrets = new.secrets
        secrets[OAuthScheme.accessToken] = tokens?.access
        secrets[OAuthScheme.refreshToken] = tokens?.refresh
        let record = ConnectionRecord(
            id: Identifier.make("conn", at: now),
            user: new.user,
            toolkit: new.toolkit,
            label: new.label.isEmpty ? new.toolkit : new.label,
            fields: new.fields,
            secretNames: secrets.keys.sorted(),
            baseURL: new.baseURL,
            state: state,
            grant: new.grant,
            accessExpires: tokens?.expires,
            createdAt: now,
            updatedAt: now
        )
        let sealed = try vault.seal(ConnectionStore.encode(secrets), for: ConnectionStore.place(record))
        do {
            try await database.write { transaction in
                try transaction.execute(
                    """
                    INSERT INTO connection(id, user, toolkit, label, fields, secret_names, secrets, base_url, state,
                        grant_type, access_expires, created_at, updated_at)
                        VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                    .text(record.id),
                    .text(new.user),
                    .text(record.toolkit),
                    .text(record.label),
                    .text(JSONWriter.text(of: ConnectionStore.object(record.fields), sorted: true)),
                    .text(record.secretNames.joined(separator: " ")),
                    .blob(sealed),
                    .optional(record.baseURL),
                    .text(record.state.rawValue),
                    .optional(record.grant?.rawValue),
                    .optional(record.accessExpires?.milliseconds),
                    .integer(now.milliseconds),
                    .integer(now.milliseconds)
                )
            }
        } catch { throw ConnectionStore.storage(error) }
        rows.withLock { $0[record.id] = Row(record: record, sealed: sealed) }
        return record
    }

    /// Forgets a connection; false when there is none of that id.
    ///
    /// - Throws: ``ConnectionError`` with code `storage`.
    package func remove(_ id: String) async throws(ConnectionError) -> Bool {
        // Gone for new calls first: a connection that cannot be deleted must not be used either.
        let removed = rows.withLock { $0.removeValue(forKey: id) }
        guard let removed else { return false }
        do {
            try await database.write { try $0.execute("DELETE FROM connection WHERE id = ?", .text(id)) }
        } catch {
            rows.withLock { $0[id] = removed }
            throw ConnectionStore.storage(error)
        }
        return true
    }

    /// Says whether a connection works, as a test or a call has shown.
    ///
    /// - Parameters:
    ///   - id: The connection; nothing happens when there is none.
    ///   - state: What it is from now on.
    ///   - problem: Why it cannot be used, as a sentence.
    /// - Throws: ``ConnectionError`` with code `storage`.
    package func mark(
        _ id: String,
        as state: ConnectionState,
        because problem: String? = nil
    ) async throws(ConnectionError) {
        let now = clock.now()
        let changed = rows.withLock { rows in
            guard let old = rows[id]?.record, old.state != state || old.problem != problem else { return false }
            rows[id]?.record.state = state
            rows[id]?.record.problem = problem
            rows[id]?.record.updatedAt = now
            return true
        }
        guard changed else { return }
        do {
            try await database.write { transaction in
                try transaction.execute(
                    "UPDATE connection SET state = ?, problem = ?, updated_at = ? WHERE id = ?",
                    .text(state.rawValue),
                    .optional(problem),
                    .integer(now.milliseconds),
                    .text(id)
                )
            }
        } catch { throw ConnectionStore.storage(error) }
    }

    package func connection(
        user: String,
        toolkit: String,
        id: String?
    ) async throws(ConnectionError) -> AuthorizedConnection {
        try authorized(choose(user: user, toolkit: toolkit, id: id).id)
    }

    /// The connection that a call means, its secrets still sealed.
    ///
    /// - Throws: ``ConnectionError`` with code `missing`, `ambiguous` or `needsReauthorization`.
    func choose(user: String, toolkit: String, id: String?) throws(ConnectionError) -> ConnectionRecord {
        try ConnectionChoice.choose(connections(of: user), user: user, toolkit: toolkit, id: id)
    }

    /// A connection with its secrets in the clear, whatever its state; for testing one.
    ///
    /// - Throws: ``ConnectionError`` with code `missing` or `sealed`.
    package func authorized(_ id: String) throws(ConnectionError) -> AuthorizedConnection {
        guard let row = rows.withLock({ $0[id] }) else {
            throw ConnectionError(.missing, "There is no connection \(id). See: switchboard connections list")
        }
        if let opened = row.opened { return opened }
        let record = row.record
        let secrets: [String: Secret]
        do {
            secrets = try ConnectionStore.decodeSecrets(vault.open(row.sealed, from: ConnectionStore.place(record)))
        } catch {
            throw ConnectionError(
                .sealed,
                "The secret of connection \(id) to \(record.toolkit) cannot be opened: \(error). Or add the connection "
                    + "anew with: \(ConnectionChoice.command(record.toolkit, user: record.user))",
                cause: error
            )
        }
        let opened = AuthorizedConnection(
            id: id,
            toolkit: record.toolkit,
            fields: record.fields,
            secrets: secrets,
            baseURL: record.baseURL,
            generation: row.epoch
        )
        // Only for the very row that was opened: another thread may have replaced it meanwhile.
        rows.withLock { if $0[id]?.sealed == row.sealed { $0[id]?.opened = opened } }
        return opened
    }

    package func refused(connection id: String, status: Int) async {
        // 403 says that one operation is not allowed; only 401 is about the credentials.
        guard status == 401, record(id) != nil else { return }
        do {
            try await mark(id, as: .needsReauthorization)
        } catch { log.error("connection state was not stored", ["connection": id, "error": "\(error)"]) }
    }

    static func storage(_ error: any Error) -> ConnectionError {
        ConnectionError(.storage, "Connections cannot be stored or read: \(error)", cause: error)
    }

    static func object(_ fields: [String: String]) -> JSONValue {
        var object = JSONObject()
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) { object[name] = .string(value) }
        return .object(object)
    }

    /// Binds the secrets to their row, and to everything that decides where they are sent.
    static func place(_ record: ConnectionRecord) -> Vault.Place {
        let destination: JSONValue = [
            "user": record.user.map { .string($0) } ?? .null,
            "toolkit": .string(record.toolkit),
            "fields": object(record.fields),
            "base_url": record.baseURL.map { .string($0) } ?? .null,
        ]
        return Vault.Place(
            table: "connection",
            row: record.id,
            column: "secrets",
            binding: JSONWriter.bytes(of: destination, sorted: true)
        )
    }

    static func encode(_ secrets: [String: Secret]) -> [UInt8] {
        JSONWriter.bytes(of: object(secrets.mapValues { $0.reveal() }))
    }

    private static func decodeSecrets(_ bytes: [UInt8]) throws(ConnectionError) -> [String: Secret] {
        guard let object = (try? JSONParser.parse(bytes))?.object else {
            throw ConnectionError(.sealed, "its content is not what was sealed")
        }
        var secrets: [String: Secret] = [:]
        for member in object { secrets[member.name] = member.value.string.map { Secret($0) } }
        return secrets
    }

    private static func decode(_ row: SQLRow) throws -> Row {
        guard let state = ConnectionState(rawValue: try row.text("state")) else {
            throw StorageError(.mismatch, "the state is unknown")
        }
        var fields: [String: String] = [:]
        for member in try JSONParser.parse(row.text("fields")).object ?? [:] {
            fields[member.name] = member.value.string
        }
        let record = ConnectionRecord(
            id: try row.text("id"),
            user: try row.text("user"),
            toolkit: try row.text("toolkit"),
            label: try row.text("label"),
            fields: fields,
            secretNames: try row.text("secret_names").split(separator: " ").map(String.init),
            baseURL: try row.optionalText("base_url"),
            state: state,
            problem: try row.optionalText("problem"),
            grant: try row.optionalText("grant_type").flatMap { OAuthScheme.Grant(rawValue: $0) },
            accessExpires: try row.optionalInteger("access_expires").map { Timestamp(milliseconds: $0) },
            createdAt: Timestamp(milliseconds: try row.integer("created_at")),
            updatedAt: Timestamp(milliseconds: try row.integer("updated_at"))
        )
        return Row(
            record: record,
            sealed: try row.blob("secrets"),
            epoch: Int(try row.integer("refresh_epoch")),
            isInterrupted: try row.optionalInteger("refresh_started") != nil
        )
    }
}
