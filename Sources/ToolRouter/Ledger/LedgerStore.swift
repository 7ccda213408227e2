package import Basics
package import Connections
import JSON
package import Storage
import Tools

/// The ledger's table; each method is one committed transaction.
package struct LedgerStore: Sendable {
    /// What a write is to become; its identity and everything that is known before it is sent.
    struct Draft: Sendable {
        var key: [UInt8]
        var connection: String
        var tool: String
        var effect: Effect
        var user: String
        var once: String?
        var argumentsHash: [UInt8]
        var arguments: JSONObject
        var mark: String?
        var settle: Double
        var since: Timestamp
        var context: CallContext
    }

    /// What the ledger has under a key when a write begins.
    enum Beginning: Sendable {
        /// The row now says `intent`, on disk: send.
        case send(WriteEntry)
        /// There is one already, in state `intent`, `unknown` or `done`.
        case existing(WriteEntry)
    }

    /// What came of adopting a record that a look found.
    enum Adoption: Sendable, Equatable {
        case adopted(String, ofMany: Bool)
        /// Every record that was found belongs to another write of ours.
        case allTaken
        /// Other writes that are open may have made them.
        case contested
    }

    private let database: any Database
    private let rows: WriteEntryRow
    private let clock: any WallClock

    /// - Parameter vault: Seals what is personal; nil leaves it as it is.
    package init(database: any Database, vault: Vault?, clock: any WallClock) {
        self.database = database
        rows = WriteEntryRow(vault: vault)
        self.clock = clock
    }

    // MARK: - Writing

    /// Writes an intent down, unless there is something under its key that has to be looked at first.
    func begin(_ draft: Draft) async throws(LedgerError) -> Beginning {
        let now = clock.now()
        let id = Identifier.make("wr", at: now)
        return try await transaction { [rows] transaction in
            let found = try transaction.first("SELECT * FROM ledger WHERE key = ?", .blob(draft.key))
            if let found {
                let entry = try rows.decode(found)
                guard [.planned, .approved, .failed].contains(entry.state) else { return .existing(entry) }
                let sealed = try rows.seal(JSONWriter.bytes(of: .object(draft.arguments)), entry.id, "args")
                try transaction.execute(
                    """
                    UPDATE ledger SET state = 'intent', attempts = attempts + 1, args_hash = ?, args = ?, sent_at = ?,
                        look_after = NULL, settle_ms = ?, since = ?, settled_at = NULL, status = NULL, evidence = NULL,
                        reason = NULL, looks = 0, next_look = NULL, updated_at = ? WHERE id = ?
                    """,
                    .blob(draft.argumentsHash),
                    .blob(sealed),
                    .integer(now.milliseconds),
                    .integer(Int64(draft.settle * 1000)),
                    .integer(draft.since.milliseconds),
                    .integer(now.milliseconds),
                    .text(entry.id)
                )
                return .send(try LedgerStore.read(entry.id, transaction, rows))
            }
            try insert(draft, id, .intent, now, transaction)
            return .send(try LedgerStore.read(id, transaction, rows))
        }
    }

    /// Writes down that a write is meant to be made; nothing changes where there is a row under its key.
    func plan(_ draft: Draft) async throws(LedgerError) -> WriteEntry {
        let now = clock.now()
        let id = Identifier.make("wr", at: now)
        return try await transaction { [rows] transaction in
            if let row = try transaction.first("SELECT * FROM ledger WHERE key = ?", .blob(draft.key)) {
                return try rows.decode(row)
            }
            try insert(draft, id, .planned, now, transaction)
            return try LedgerStore.read(id, transaction, rows)
        }
    }

    /// Writes down that a write is sent again, with what is asked for now.
    func sendAgain(_ id: String, _ draft: Draft) async throws(LedgerError) -> WriteEntry {
        let sealed: [UInt8]
        do {
            sealed = try rows.seal(JSONWriter.bytes(of: .object(draft.arguments)), id, "args")
        } catch { throw LedgerStore.storage(error) }
        return try await change(
            id,
            .send,
            "attempts = attempts + 1, sent_at = ?, look_after = NULL, reason = NULL, args_hash = ?, args = ?, "
                + "looks = 0, next_look = NULL"
        ) { now in
            [.integer(now.milliseconds), .blob(draft.argumentsHash), .blob(sealed)]
        }
    }

    /// Writes down that a write's outcome is uncertain, and when looking will tell the truth.
    func doubt(_ id: String, seconds: Double, status: Int?, reason: String) async throws(LedgerError) -> WriteEntry {
        let uptime = clock.uptime()
        return try await change(
            id,
            .doubt,
            "look_after = ?, look_boot = ?, look_uptime = ?, status = ?, reason = ?"
        ) { now in
            [
                .integer(now.adding(seconds: seconds).milliseconds), .text(uptime.boot),
                .integer(uptime.milliseconds + Int64(seconds * 1000)), .optional(status.map { Int64($0) }),
                .text(reason),
            ]
        }
    }

    /// Writes down that a write was done; what was asked for is no longer needed then.
    func confirm(
        _ id: String,
        remoteID: String?,
        evidence: String,
        result: [UInt8]?
    ) async throws(LedgerError) -> WriteEntry {
        let sealed = try sealedResult(result, id)
        return try await change(
            id,
            .confirm,
            "remote_id = ?, evidence = ?, result = ?, args = NULL, reason = NULL, settled_at = ?"
        ) { now in
            [.optional(remoteID), .text(evidence), sealed, .integer(now.milliseconds)]
        }
    }

    /// Writes down that a write was certainly not done.
    func deny(_ id: String, status: Int?, evidence: String, reason: String) async throws(LedgerError) -> WriteEntry {
        try await change(id, .deny, "status = ?, evidence = ?, reason = ?, args = NULL, settled_at = ?") { now in
            [.optional(status.map { Int64($0) }), .text(evidence), .text(reason), .integer(now.milliseconds)]
        }
    }

    /// Writes down that nobody can tell what became of a write, and in how many seconds to look for it again.
    func giveUp(_ id: String, reason: String, lookIn seconds: Double?) async throws(LedgerError) -> WriteEntry {
        try await change(id, .giveUp, "reason = ?, next_look = ?") { now in
            [.text(reason), .optional(seconds.map { now.adding(seconds: $0).milliseconds })]
        }
    }

    /// Writes down when a write that is still unknown is to be looked for again; nil for never.
    func postpone(_ id: String, looks: Int, until time: Timestamp?) async throws(LedgerError) {
        try await transaction { transaction in
            try transaction.execute(
                "UPDATE ledger SET looks = ?, next_look = ? WHERE id = ? AND state = 'unknown'",
                .integer(Int64(looks)),
                .optional(time?.milliseconds),
                .text(id)
            )
        }
    }

    /// Writes down that a plan was agreed to.
    func approve(_ id: String) async throws(LedgerError) -> WriteEntry {
        try await change(id, .approve, "reason = NULL") { _ in [] }
    }

    /// Writes down that a plan was dropped before anything was sent.
    func withdraw(_ id: String, reason: String) async throws(LedgerError) -> WriteEntry {
        try await change(id, .withdraw, "reason = ?, args = NULL, settled_at = ?") { now in
            [.text(reason), .integer(now.milliseconds)]
        }
    }

    /// Takes records that a look found for what a write did.
    ///
    /// A record that another write of ours is known to have made is never taken. Where records carry no mark, all open
    /// writes with the same arguments must find one each.
    func adopt(
        _ entry: WriteEntry,
        _ found: [FoundRecord],
        isMarked: Bool,
        limit: Int
    ) async throws(LedgerError) -> Adoption {
        let now = clock.now()
        return try await transaction { [rows] transaction in
            var free: [FoundRecord] = []
            for record in found {
                let other = try transaction.first(
                    "SELECT 1 FROM ledger WHERE connection = ? AND tool = ? AND remote_id = ? AND id <> ? LIMIT 1",
                    .text(entry.connection),
                    .text(entry.tool),
                    .text(record.id),
                    .text(entry.id)
                )
                if other == nil || isMarked { free.append(record) }
            }
            guard let first = free.first else { return .allTaken }
            if !isMarked {
                let siblings = try transaction.query(
                    """
                    SELECT 1 FROM ledger WHERE connection = ? AND tool = ? AND args_hash = ? AND id <> ?
                        AND state IN('intent','unknown')
                    """,
                    .text(entry.connection),
                    .text(entry.tool),
                    .blob(entry.argumentsHash),
                    .text(entry.id)
                ).count
                // More records than writes: one was made by somebody else, or twice, and nothing says which.
                guard free.count == siblings + 1 else { return .contested }
            }
            let payload = JSONWriter.bytes(of: first.record)
            let sealed: SQLValue =
                payload.count <= limit && entry.once != nil ? .blob(try rows.seal(payload, entry.id, "result")) : .null
            let count = try transaction.execute(
                """
                UPDATE ledger SET state = 'done', remote_id = ?, evidence = 'lookup', result = ?, args = NULL,
                    reason = NULL, settled_at = ?, updated_at = ? WHERE id = ? AND state IN('intent','unknown')
                """,
                .text(first.id),
                sealed,
                .integer(now.milliseconds),
                .integer(now.milliseconds),
                .text(entry.id)
            )
            guard count == 1 else { throw LedgerStore.wrongState(entry.id, .confirm) }
            return .adopted(first.id, ofMany: free.count > 1 && isMarked)
        }
    }

    /// Gives writes that a process left open when it died the time that they need to settle, counted from now.
    ///
    /// Not from when they were sent: a process that was held up may have sent just before it died. A row that was given
    /// its time in an earlier life keeps it.
    package func reopen() async throws(LedgerError) {
        let now = clock.now()
        let uptime = clock.uptime()
        try await transaction { transaction in
            try transaction.execute(
                """
                UPDATE ledger SET look_after = ? + settle_ms, look_boot = ?, look_uptime = ? + settle_ms, updated_at = ?,
                    reason = 'the program ended before there was an answer' WHERE state = 'intent' AND look_after IS NULL
                """,
                .integer(now.milliseconds),
                .text(uptime.boot),
                .integer(uptime.milliseconds),
                .integer(now.milliseconds)
            )
        }
    }

    /// Forgets the writes of connections whose other side is gone, such as the simulators of an earlier start.
    package func forget(connections: [String]) async throws(LedgerError) {
        try await transaction { transaction in
            for connection in connections {
                try transaction.execute("DELETE FROM ledger WHERE connection = ?", .text(connection))
            }
        }
    }

    /// Deletes settled writes that are older than that, and returns how many there were.
    ///
    /// What nobody knows the outcome of stays.
    ///
    /// - Throws: ``LedgerError`` with code `storage`.
    @discardableResult
    package func purge(before time: Timestamp) async throws(LedgerError) -> Int {
        try await transaction { transaction in
            try transaction.execute(
                "DELETE FROM ledger WHERE state IN('done','failed') AND updated_at < ?",
                .integer(time.milliseconds)
            )
        }
    }

    // MARK: - Reading

    /// The row of that id, nil when there is none.
    package func entry(_ id: String) async throws(LedgerError) -> WriteEntry? {
        try await reading { [rows] in try $0.first("SELECT * FROM ledger WHERE id = ?", .text(id)).map(rows.decode) }
    }

    /// The row under that key, nil when there is none.
    func entry(key: [UInt8]) async throws(LedgerError) -> WriteEntry? {
        try await reading { [rows] in try $0.first("SELECT * FROM ledger WHERE key = ?", .blob(key)).map(rows.decode) }
    }

    /// Rows in the order in which they were made; ones that cannot be understood are named apart.
    package func entries(_ query: WriteQuery) async throws(LedgerError) -> (entries: [WriteEntry], damaged: [String]) {
        try await reading { [rows] transaction in
            var conditions: [String] = ["id > ?"]
            var values: [SQLValue] = [.text(query.after ?? "")]
            if !query.states.isEmpty {
                conditions.append("state IN(" + query.states.map { _ in "?" }.joined(separator: ", ") + ")")
                values += query.states.map { .text($0.rawValue) }
            }
            if let run = query.run {
                conditions.append("run = ?")
                values.append(.text(run))
            }
            if query.withoutRun { conditions.append("run IS NULL") }
            values.append(.integer(Int64(query.limit)))
            let sql = "SELECT * FROM ledger WHERE " + conditions.joined(separator: " AND ") + " ORDER BY id LIMIT ?"
            return LedgerStore.decode(try transaction.query(sql, values: values), rows)
        }
    }

    /// Unknown writes that are to be looked for again by then and have settled, the longest due first.
    func due(by time: Timestamp, limit: Int) async throws(LedgerError) -> (entries: [WriteEntry], damaged: [String]) {
        try await reading { [rows] transaction in
            let found = try transaction.query(
                """
                SELECT * FROM ledger WHERE state = 'unknown' AND next_look <= ? AND (look_after IS NULL OR look_after <= ?)
                    ORDER BY next_look, id LIMIT ?
                """,
                .integer(time.milliseconds),
                .integer(time.milliseconds),
                .integer(Int64(limit))
            )
            return LedgerStore.decode(found, rows)
        }
    }

    /// When each endpoint sent its writes since then.
    ///
    /// - Throws: ``LedgerError`` with code `storage`.
    package func sent(since time: Timestamp) async throws(LedgerError) -> [String: [Timestamp]] {
        try await reading { transaction in
            var times: [String: [Timestamp]] = [:]
            let sql = "SELECT endpoint, sent_at FROM ledger WHERE endpoint IS NOT NULL AND sent_at > ?"
            for row in try transaction.query(sql, .integer(time.milliseconds)) {
                times[try row.text("endpoint"), default: []].append(Timestamp(milliseconds: try row.integer("sent_at")))
            }
            return times
        }
    }

    /// How many writes of a run are in each state.
    package func counts(run: String) async throws(LedgerError) -> [WriteState: Int] {
        try await reading { transaction in
            var counts: [WriteState: Int] = [:]
            let sql = "SELECT state, count(*) AS number FROM ledger WHERE run = ? GROUP BY state"
            for row in try transaction.query(sql, .text(run)) {
                if let state = WriteState(rawValue: try row.text("state")) {
                    counts[state] = Int(try row.integer("number"))
                }
            }
            return counts
        }
    }

    // MARK: - Parts

    private static func decode(_ found: [SQLRow], _ rows: WriteEntryRow) -> (entries: [WriteEntry], damaged: [String]) {
        var entries: [WriteEntry] = []
        var damaged: [String] = []
        for row in found {
            do {
                entries.append(try rows.decode(row))
            } catch { damaged.append((try? row.text("id")) ?? "?") }
        }
        return (entries, damaged)
    }

    private func insert(
        _ draft: Draft,
        _ id: String,
        _ state: WriteState,
        _ now: Timestamp,
        _ transaction: any SQLTransaction
    ) throws {
        let isSent = state == .intent
        try transaction.execute(
            """
            INSERT INTO ledger(id, key, connection, tool, effect, user_name, once, state, args_hash, args, mark, attempts,
                sent_at, settle_ms, since, actor, endpoint, run, path, item, created_at, updated_at)
            VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
            """,
            .text(id),
            .blob(draft.key),
            .text(draft.connection),
            .text(draft.tool),
            .text(draft.effect.rawValue),
            .text(draft.user),
            .optional(draft.once),
            .text(state.rawValue),
            .blob(draft.argumentsHash),
            .blob(try rows.seal(JSONWriter.bytes(of: .object(draft.arguments)), id, "args")),
            .optional(draft.mark),
            .integer(isSent ? 1 : 0),
            .optional(isSent ? now.milliseconds : nil),
            .integer(Int64(draft.settle * 1000)),
            .integer(draft.since.milliseconds),
            .optional(draft.context.actor),
            .optional(draft.context.endpoint),
            .optional(draft.context.run),
            .optional(draft.context.path),
            .optional(draft.context.item),
            .integer(now.milliseconds),
            .integer(now.milliseconds)
        )
    }

    /// Changes a row if its state allows what happens to it.
    private func change(
        _ id: String,
        _ event: WriteState.Event,
        _ assignments: String,
        _ values: (Timestamp) -> [SQLValue]
    ) async throws(LedgerError) -> WriteEntry {
        let now = clock.now()
        let given = values(now)
        return try await transaction { [rows] transaction in
            guard let row = try transaction.first("SELECT * FROM ledger WHERE id = ?", .text(id)) else {
                throw LedgerStore.missing(id)
            }
            let entry = try rows.decode(row)
            guard let next = WriteState.after(event, from: entry.state) else {
                throw LedgerStore.wrongState(id, event, entry.state)
            }
            try transaction.execute(
                "UPDATE ledger SET \(assignments), state = ?, updated_at = ? WHERE id = ?",
                values: given + [.text(next.rawValue), .integer(now.milliseconds), .text(id)]
            )
            return try LedgerStore.read(id, transaction, rows)
        }
    }

    private func sealedResult(_ result: [UInt8]?, _ id: String) throws(LedgerError) -> SQLValue {
        guard let result else { return .null }
        do {
            return .blob(try rows.seal(result, id, "result"))
        } catch { throw LedgerStore.storage(error) }
    }

    private static func read(
        _ id: String,
        _ transaction: any SQLTransaction,
        _ rows: WriteEntryRow
    ) throws -> WriteEntry {
        guard let row = try transaction.first("SELECT * FROM ledger WHERE id = ?", .text(id)) else {
            throw missing(id)
        }
        return try rows.decode(row)
    }

    @discardableResult
    private func transaction<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Result
    ) async throws(LedgerError) -> Result {
        do {
            return try await database.write(body)
        } catch { throw LedgerStore.storage(error) }
    }

    private func reading<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Result
    ) async throws(LedgerError) -> Result {
        do {
            return try await database.read(body)
        } catch { throw LedgerStore.storage(error) }
    }

    private static func storage(_ error: any Error) -> LedgerError {
        error as? LedgerError
            ?? LedgerError(.storage, "The write ledger cannot be written or read: \(error)", cause: error)
    }

    static func missing(_ id: String) -> LedgerError {
        LedgerError(.notFound, "There is no write \(id.prefix(64)). See: switchboard writes list")
    }

    private static func wrongState(_ id: String, _ event: WriteState.Event, _ state: WriteState? = nil) -> LedgerError {
        let now = state.map { "is \($0.rawValue)" } ?? "was settled meanwhile"
        return LedgerError(.conflict, "The write \(id) \(now), so that it cannot be changed so (\(event.rawValue)).")
    }
}
