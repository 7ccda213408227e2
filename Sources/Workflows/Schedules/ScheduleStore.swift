package import Basics
import JSON
package import Storage

/// Schedules and their slots, each slot one row for good.
///
/// A slot is kept as due in the transaction that moves the cursor past it, and marked as started after its run is in the
/// journal, where (schedule, slot) is unique too. So a crash between any two of these loses no slot and starts none twice.
package struct ScheduleStore: Sendable {
    package static let migrations = [
        Migration(
            domain: "schedules",
            version: 1,
            sql: """
                CREATE TABLE schedule(
                    id TEXT PRIMARY KEY, workflow TEXT NOT NULL, cron TEXT NOT NULL, timezone TEXT NOT NULL,
                    jitter INTEGER NOT NULL, catch_up TEXT NOT NULL CHECK(catch_up IN('none','latest','all')),
                    overlap TEXT NOT NULL CHECK(overlap IN('skip','queue','cancel-old')), input TEXT NOT NULL,
                    user TEXT NOT NULL, connections TEXT NOT NULL, pause_after INTEGER NOT NULL,
                    paused INTEGER NOT NULL, reason TEXT, cursor INTEGER NOT NULL, missed INTEGER NOT NULL,
                    created_at INTEGER NOT NULL, created_by TEXT NOT NULL, resumed_at INTEGER NOT NULL)
                    STRICT, WITHOUT ROWID;
                CREATE TABLE schedule_slot(
                    schedule TEXT NOT NULL, slot INTEGER NOT NULL,
                    state TEXT NOT NULL CHECK(state IN('due','started','skipped','failed')), run TEXT, note TEXT,
                    settled_at INTEGER, PRIMARY KEY(schedule, slot)) STRICT, WITHOUT ROWID;
                CREATE INDEX schedule_due ON schedule_slot(schedule, slot) WHERE state='due';
                """
        ),
        Migration(
            domain: "schedules",
            version: 2,
            sql: """
                ALTER TABLE schedule ADD COLUMN starts_at INTEGER;
                ALTER TABLE schedule ADD COLUMN ends_at INTEGER;
                """
        ),
    ]

    /// How many slots of a schedule are kept.
    private static let keptSlots: Int64 = 500

    private let database: any Database

    package init(database: any Database) {
        self.database = database
    }

    private func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Result
    ) async throws(WorkflowError) -> Result {
        do {
            return try await database.write(body)
        } catch {
            throw WorkflowError("storage", "the schedules could not be written: \(error)", cause: error)
        }
    }

    private func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Result
    ) async throws(WorkflowError) -> Result {
        do {
            return try await database.read(body)
        } catch {
            throw WorkflowError("storage", "the schedules could not be read: \(error)", cause: error)
        }
    }

    // MARK: - Schedules

    /// Keeps new schedules, all or none.
    package func add(_ records: [ScheduleRecord]) async throws(WorkflowError) {
        try await write { transaction in
            for record in records {
                try transaction.execute(
                    "INSERT INTO schedule VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                    values: [
                        .text(record.id), .text(record.workflow), .text(record.cron), .text(record.timezone),
                        .integer(Int64(record.jitter)), .text(record.catchUp.rawValue), .text(record.overlap.rawValue),
                        .text(JSONWriter.text(of: .object(record.input))), .text(record.user),
                        .text(JSONWriter.text(of: .object(ScheduleJSON.connections(record.connections)))),
                        .integer(Int64(record.pauseAfterFailures)), .integer(record.isPaused ? 1 : 0),
                        record.reason.map { .text($0) } ?? .null, .integer(record.cursor.milliseconds),
                        .integer(Int64(record.missed)), .integer(record.createdAt.milliseconds),
                        .text(record.createdBy), .integer(record.resumedAt.milliseconds),
                        record.start.map { .integer($0.milliseconds) } ?? .null,
                        record.end.map { .integer($0.milliseconds) } ?? .null,
                    ]
                )
            }
        }
    }

    /// Every schedule, the oldest first.
    package func all() async throws(WorkflowError) -> [ScheduleRecord] {
        try await read { try $0.query("SELECT * FROM schedule ORDER BY id").map(ScheduleStore.decode) }
    }

    /// A schedule.
    ///
    /// - Throws: ``WorkflowError`` with code `not_found` or `storage`.
    package func schedule(_ id: String) async throws(WorkflowError) -> ScheduleRecord {
        let found = try await read {
            try $0.first("SELECT * FROM schedule WHERE id=?", .text(id)).map(ScheduleStore.decode)
        }
        guard let found else {
            throw WorkflowError(
                "not_found",
                "there is no schedule \(id.prefix(64)); `switchboard schedules list` shows them"
            )
        }
        return found
    }

    /// Removes a schedule with its slots; runs that it has started stay.
    package func remove(_ id: String) async throws(WorkflowError) {
        try await write { transaction in
            try transaction.execute("DELETE FROM schedule_slot WHERE schedule=?", .text(id))
            try transaction.execute("DELETE FROM schedule WHERE id=?", .text(id))
        }
    }

    /// Pauses a schedule; what was due and not started is passed over.
    package func pause(_ id: String, because reason: String, at now: Timestamp) async throws(WorkflowError) {
        try await write { transaction in
            try transaction.execute("UPDATE schedule SET paused=1, reason=? WHERE id=?", .text(reason), .text(id))
            try transaction.execute(
                "UPDATE schedule_slot SET state='skipped', note='paused', settled_at=? WHERE schedule=? AND state='due'",
                .integer(now.milliseconds),
                .text(id)
            )
        }
    }

    /// Goes on with a schedule: slots that passed while it was paused are not started, and failures count anew.
    package func resume(_ id: String, at now: Timestamp) async throws(WorkflowError) {
        try await write { transaction in
            _ = try transaction.execute(
                "UPDATE schedule SET paused=0, reason=NULL, cursor=?, resumed_at=? WHERE id=? AND paused=1",
                .integer(now.milliseconds),
                .integer(now.milliseconds),
                .text(id)
            )
        }
    }

    // MARK: - Slots

    /// Keeps what is due and moves the cursor, both or neither.
    package func keep(_ plan: ScheduleClock.Plan, for id: String) async throws(WorkflowError) {
        try await write { transaction in
            let count = try transaction.execute(
                "UPDATE schedule SET cursor=?, missed=missed+? WHERE id=? AND paused=0",
                .integer(plan.cursor.milliseconds),
                .integer(Int64(plan.missed)),
                .text(id)
            )
            guard count == 1 else { return }
            for slot in plan.due {
                try transaction.execute(
                    "INSERT INTO schedule_slot(schedule, slot, state) VALUES(?, ?, 'due') ON CONFLICT DO NOTHING",
                    .text(id),
                    .integer(slot.milliseconds)
                )
            }
            // Older ones are needed no more: the journal of runs knows for good what was started.
            try transaction.execute(
                """
                DELETE FROM schedule_slot WHERE schedule=?1 AND state<>'due' AND slot<
                    (SELECT slot FROM schedule_slot WHERE schedule=?1 ORDER BY slot DESC LIMIT 1 OFFSET ?2)
                """,
                .text(id),
                .integer(ScheduleStore.keptSlots)
            )
        }
    }

    /// The slots of a schedule that are to be started, oldest first.
    package func due(_ id: String) async throws(WorkflowError) -> [Timestamp] {
        try await read { transaction in
            try transaction.query(
                "SELECT slot FROM schedule_slot WHERE schedule=? AND state='due' ORDER BY slot",
                .text(id)
            ).map { Timestamp(milliseconds: try $0.integer("slot")) }
        }
    }

    /// The schedules that have slots to be started.
    func waiting() async throws(WorkflowError) -> Set<String> {
        try await read { transaction in
            let rows = try transaction.query("SELECT DISTINCT schedule FROM schedule_slot WHERE state='due'")
            return Set(try rows.map { try $0.text("schedule") })
        }
    }

    /// Says what became of a slot that was due.
    package func settle(_ slot: ScheduleSlot, at now: Timestamp) async throws(WorkflowError) {
        try await write { transaction in
            _ = try transaction.execute(
                "UPDATE schedule_slot SET state=?, run=?, note=?, settled_at=? WHERE schedule=? AND slot=? AND state='due'",
                .text(slot.state.rawValue),
                slot.run.map { .text($0) } ?? .null,
                slot.note.map { .text($0) } ?? .null,
                .integer(now.milliseconds),
                .text(slot.schedule),
                .integer(slot.slot.milliseconds)
            )
        }
    }

    /// The latest slots of a schedule, newest first.
    package func history(_ id: String, limit: Int) async throws(WorkflowError) -> [ScheduleSlot] {
        try await read { transaction in
            try transaction.query(
                "SELECT * FROM schedule_slot WHERE schedule=? ORDER BY slot DESC LIMIT ?",
                .text(id),
                .integer(Int64(limit))
            ).map { row in
                ScheduleSlot(
                    schedule: try row.text("schedule"),
                    slot: Timestamp(milliseconds: try row.integer("slot")),
                    state: ScheduleSlot.State(rawValue: try row.text("state")) ?? .failed,
                    run: try row.optionalText("run"),
                    note: try row.optionalText("note")
                )
            }
        }
    }

    // MARK: - Runs

    /// The runs of a schedule for other slots that have not ended, oldest first.
    func openRuns(_ id: String, besides slot: Timestamp) async throws(WorkflowError) -> [String] {
        try await read { transaction in
            try transaction.query(
                "SELECT id FROM run WHERE schedule=? AND scheduled_for<>? AND ended_at IS NULL ORDER BY scheduled_for",
                .text(id),
                .integer(slot.milliseconds)
            ).map { try $0.text("id") }
        }
    }

    /// The run that was started for a slot.
    func run(_ id: String, for slot: Timestamp) async throws(WorkflowError) -> String? {
        try await read { transaction in
            try transaction.first(
                "SELECT id FROM run WHERE schedule=? AND scheduled_for=?",
                .text(id),
                .integer(slot.milliseconds)
            )?.text("id")
        }
    }

    /// How many of the latest slots failed one after the other, since the schedule was last resumed.
    func failuresInARow(_ record: ScheduleRecord) async throws(WorkflowError) -> Int {
        guard record.pauseAfterFailures > 0 else { return 0 }
        let rows = try await read { transaction in
            try transaction.query(
                """
                SELECT CASE s.state WHEN 'failed' THEN 'failed' ELSE r.state END AS result
                FROM schedule_slot s LEFT JOIN run r ON r.id=s.run
                WHERE s.schedule=? AND s.settled_at>=? AND (s.state='failed' OR s.state='started' AND r.ended_at IS NOT NULL)
                ORDER BY s.slot DESC LIMIT ?
                """,
                .text(record.id),
                .integer(record.resumedAt.milliseconds),
                .integer(Int64(record.pauseAfterFailures))
            ).map { try $0.optionalText("result") }
        }
        return rows.prefix { $0 == "failed" }.count
    }

    private static func decode(_ row: SQLRow) throws -> ScheduleRecord {
        let connections = try JSONParser.parse(try row.text("connections")).object ?? [:]
        var record = ScheduleRecord(
            id: try row.text("id"),
            workflow: try row.text("workflow"),
            cron: try row.text("cron"),
            timezone: try row.text("timezone"),
            jitter: Int(try row.integer("jitter")),
            catchUp: WorkflowSchedule.CatchUp(rawValue: try row.text("catch_up")) ?? .none,
            overlap: WorkflowSchedule.Overlap(rawValue: try row.text("overlap")) ?? .skip,
            input: try JSONParser.parse(try row.text("input")).object ?? [:],
            user: try row.text("user"),
            connections: Dictionary(connections.map { ($0.name, $0.value.string ?? "") }, uniquingKeysWith: { $1 }),
            pauseAfterFailures: Int(try row.integer("pause_after")),
            createdBy: try row.text("created_by"),
            at: Timestamp(milliseconds: try row.integer("created_at"))
        )
        record.start = try row.optionalInteger("starts_at").map { Timestamp(milliseconds: $0) }
        record.end = try row.optionalInteger("ends_at").map { Timestamp(milliseconds: $0) }
        record.isPaused = try row.integer("paused") != 0
        record.reason = try row.optionalText("reason")
        record.cursor = Timestamp(milliseconds: try row.integer("cursor"))
        record.missed = Int(try row.integer("missed"))
        record.resumedAt = Timestamp(milliseconds: try row.integer("resumed_at"))
        return record
    }
}
