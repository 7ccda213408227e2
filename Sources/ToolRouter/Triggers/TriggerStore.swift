package import Basics
package import Connections
import JSON
package import Storage

/// What vendors reported: stored once, sealed, for a limited time, and handed to subscribers.
package final class TriggerStore: Sendable {
    package static let migrations = [
        Migration(
            domain: "triggers",
            version: 1,
            sql: """
                CREATE TABLE trigger_event(
                    id TEXT PRIMARY KEY, toolkit TEXT NOT NULL, name TEXT NOT NULL, connection TEXT NOT NULL,
                    delivery TEXT NOT NULL, body BLOB NOT NULL, received_at INTEGER NOT NULL, handled_at INTEGER,
                    UNIQUE(toolkit, connection, delivery)) STRICT;
                CREATE INDEX trigger_event_time ON trigger_event(received_at)
                """
        )
    ]

    private let database: any Database
    private let vault: Vault
    private let clock: any WallClock
    private let log: Log
    private let retention: Double
    private let subscribers = Locked<[any TriggerSubscriber]>([])
    /// Events that are being handed out now.
    private let handing = Locked<Set<String>>([])

    /// - Parameter retention: Seconds for which events are kept, and for which one that is sent again is recognised.
    package init(
        database: any Database,
        vault: Vault,
        clock: any WallClock = SystemClock(),
        retention: Double = 14 * 86_400,
        log: Log = .none
    ) {
        self.database = database
        self.vault = vault
        self.clock = clock
        self.retention = retention
        self.log = log
    }

    /// Hands events to somebody from now on, the ones first that nobody has taken yet at the next ``deliver()``.
    package func subscribe(_ subscriber: any TriggerSubscriber) {
        subscribers.withLock { $0.append(subscriber) }
    }

    /// Stores an event; returns after the commit.
    ///
    /// - Returns: Nil when it had been stored before.
    /// - Throws: ``RouterError`` with code `storage`.
    func add(
        toolkit: String,
        trigger: String,
        connection: String,
        delivery: String,
        body: JSONValue
    ) async throws(RouterError) -> TriggerEvent? {
        let now = clock.now()
        let event = TriggerEvent(
            id: Identifier.make("evt", at: now),
            toolkit: toolkit,
            trigger: trigger,
            connection: connection,
            receivedAt: now,
            body: body
        )
        do {
            let sealed = try vault.seal(JSONWriter.bytes(of: body), for: TriggerStore.place(event.id))
            let count = try await database.write { transaction in
                try transaction.execute(
                    """
                    INSERT INTO trigger_event(id, toolkit, name, connection, delivery, body, received_at)
                        VALUES(?, ?, ?, ?, ?, ?, ?) ON CONFLICT(toolkit, connection, delivery) DO NOTHING
                    """,
                    .text(event.id),
                    .text(toolkit),
                    .text(trigger),
                    .text(connection),
                    .text(delivery),
                    .blob(sealed),
                    .integer(now.milliseconds)
                )
            }
            return count == 1 ? event : nil
        } catch { throw TriggerStore.storage(error) }
    }

    /// Hands an event to every subscriber, and notes that all have taken it.
    func hand(_ event: TriggerEvent) async {
        let subscribers = subscribers.withLock { $0 }
        guard !subscribers.isEmpty, handing.withLock({ $0.insert(event.id).inserted }) else { return }
        defer { handing.withLock { _ = $0.remove(event.id) } }
        do {
            for subscriber in subscribers { try await subscriber.received(event) }
            let now = clock.now().milliseconds
            try await database.write { transaction in
                try transaction.execute(
                    "UPDATE trigger_event SET handled_at = ? WHERE id = ?",
                    .integer(now),
                    .text(event.id)
                )
            }
        } catch { log.warning("an event was not taken and comes again", ["event": event.id]) }
    }

    /// Forgets what is older than the retention.
    ///
    /// - Throws: ``RouterError`` with code `storage`.
    package func purge() async throws(RouterError) {
        let oldest = clock.now().adding(seconds: -retention).milliseconds
        do {
            try await database.write { transaction in
                try transaction.execute("DELETE FROM trigger_event WHERE received_at < ?", .integer(oldest))
            }
        } catch { throw TriggerStore.storage(error) }
    }

    /// Hands out what nobody has taken, the oldest first.
    ///
    /// - Throws: ``RouterError`` with code `storage`.
    package func deliver() async throws(RouterError) {
        do {
            guard !subscribers.withLock({ $0.isEmpty }) else { return }
            let rows = try await database.read { reader in
                try reader.query("SELECT * FROM trigger_event WHERE handled_at IS NULL ORDER BY received_at LIMIT 100")
            }
            for row in rows {
                if let event = decode(row) { await hand(event) }
            }
        } catch { throw TriggerStore.storage(error) }
    }

    /// The latest events, newest first.
    ///
    /// - Throws: ``RouterError`` with code `storage`.
    package func latest(
        toolkit: String? = nil,
        trigger: String? = nil,
        limit: Int
    ) async throws(RouterError) -> [TriggerEvent] {
        do {
            let rows = try await database.read { reader in
                try reader.query(
                    """
                    SELECT * FROM trigger_event WHERE (?1 IS NULL OR toolkit = ?1) AND (?2 IS NULL OR name = ?2)
                        ORDER BY received_at DESC, id DESC LIMIT ?3
                    """,
                    .optional(toolkit),
                    .optional(trigger),
                    .integer(Int64(limit))
                )
            }
            return rows.compactMap(decode)
        } catch { throw TriggerStore.storage(error) }
    }

    /// One event; nil when there is none of that id.
    ///
    /// - Throws: ``RouterError`` with code `storage`.
    package func event(_ id: String) async throws(RouterError) -> TriggerEvent? {
        do {
            return try await database.read { try $0.first("SELECT * FROM trigger_event WHERE id = ?", .text(id)) }
                .flatMap(decode)
        } catch { throw TriggerStore.storage(error) }
    }

    private func decode(_ row: SQLRow) -> TriggerEvent? {
        do {
            let id = try row.text("id")
            return TriggerEvent(
                id: id,
                toolkit: try row.text("toolkit"),
                trigger: try row.text("name"),
                connection: try row.text("connection"),
                receivedAt: Timestamp(milliseconds: try row.integer("received_at")),
                handledAt: try row.optionalInteger("handled_at").map { Timestamp(milliseconds: $0) },
                body: try JSONParser.parse(vault.open(row.blob("body"), from: TriggerStore.place(id)))
            )
        } catch {
            log.error("a trigger event is damaged and left out", ["event": (try? row.text("id")) ?? "?"])
            return nil
        }
    }

    private static func place(_ id: String) -> Vault.Place {
        Vault.Place(table: "trigger_event", row: id, column: "body")
    }

    private static func storage(_ error: any Error) -> RouterError {
        RouterError(.storage, "Trigger events cannot be stored or read: \(error)", cause: error)
    }
}
