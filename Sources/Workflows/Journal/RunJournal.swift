package import Basics
package import JSON
package import Storage

/// What runs have done, durable before anybody is told; runs go on from it.
package struct RunJournal: Sendable {
    let database: any Database

    package init(database: any Database) {
        self.database = database
    }

    /// Commits; the places before and after it are where tests kill the program.
    @discardableResult
    func write<Result: Sendable>(
        _ point: JournalPoint = .other,
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Result
    ) async throws(WorkflowError) -> Result {
        do {
            FaultPoint.reach(point.before)
            let result = try await database.write(body)
            FaultPoint.reach(point.after)
            return result
        } catch let error as WorkflowError {
            throw error
        } catch {
            throw WorkflowError("storage", "the journal could not be written: \(error)", cause: error)
        }
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Result
    ) async throws(WorkflowError) -> Result {
        do {
            return try await database.read(body)
        } catch {
            throw WorkflowError("storage", "the journal could not be read: \(error)", cause: error)
        }
    }

    // MARK: - Runs

    /// Adds a run, with the text that it will go on with.
    ///
    /// - Returns: False when the schedule has started a run for that instant before; nothing is added then.
    /// - Throws: ``WorkflowError`` with code `already_running` when another open run holds the same key, or `storage`.
    package func add(_ run: RunRecord, source: String, version: Int) async throws(WorkflowError) -> Bool {
        try await write(.start) { transaction in
            try RunJournal.checkAlone(run.oneKey, transaction)
            if let schedule = run.schedule, let instant = run.scheduledFor {
                let values: [SQLValue] = [.text(schedule), .integer(instant.milliseconds)]
                let same = "SELECT id FROM run WHERE schedule=? AND scheduled_for=?"
                if try !transaction.query(same, values: values).isEmpty { return false }
            }
            try transaction.execute(
                """
                INSERT INTO workflow_definition(sha256, name, version, body, created_at) VALUES(?, ?, ?, ?, ?)
                ON CONFLICT DO NOTHING
                """,
                .text(run.definition),
                .text(run.workflow),
                .integer(Int64(version)),
                .text(source),
                .integer(run.createdAt.milliseconds)
            )
            try transaction.execute(RunRow.insert, values: RunRow.values(run))
            return true
        }
    }

    /// A run.
    package func run(_ id: String) async throws(WorkflowError) -> RunRecord? {
        try await read { try $0.first("SELECT * FROM run WHERE id=?", .text(id)).map(RunRow.decode) }
    }

    /// The text that a run goes on with.
    package func source(of definition: String) async throws(WorkflowError) -> String? {
        try await read { transaction in
            try transaction.first("SELECT body FROM workflow_definition WHERE sha256=?", .text(definition))?.text(
                "body"
            )
        }
    }

    /// Runs, newest first.
    ///
    /// - Parameters:
    ///   - before: The id of the last run of the page before.
    ///   - parent: Only runs that this run has started.
    package func runs(
        workflow: String? = nil,
        states: [RunState] = [],
        parent: String? = nil,
        before: String? = nil,
        limit: Int
    ) async throws(WorkflowError) -> [RunRecord] {
        try await read { transaction in
            var conditions: [String] = []
            var values: [SQLValue] = []
            func require(_ condition: String, _ value: String?) {
                guard let value else { return }
                conditions.append(condition)
                values.append(.text(value))
            }
            require("workflow=?", workflow)
            require("parent=?", parent)
            require("id<?", before)
            if !states.isEmpty {
                conditions.append("state IN(\(states.map { _ in "?" }.joined(separator: ",")))")
                values += states.map { .text($0.rawValue) }
            }
            let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
            values.append(.integer(Int64(limit)))
            return try transaction.query("SELECT * FROM run\(filter) ORDER BY id DESC LIMIT ?", values: values)
                .map(RunRow.decode)
        }
    }

    /// Runs that have not ended, oldest first.
    package func openRuns() async throws(WorkflowError) -> [RunRecord] {
        try await read {
            try $0.query("SELECT * FROM run WHERE ended_at IS NULL ORDER BY created_at, id").map(RunRow.decode)
        }
    }

    /// Throws when an open run holds a key.
    static func checkAlone(_ key: String?, _ transaction: any SQLTransaction) throws {
        guard let key,
            let other = try transaction.first("SELECT id FROM run WHERE one_key=? AND ended_at IS NULL", .text(key))
        else { return }
        throw WorkflowError(
            "already_running",
            "the run \(try other.text("id")) does the same ('\(key)') and has not ended; wait for it, or cancel it first"
        )
    }

    /// Brings a run from one of some states into another.
    ///
    /// - Returns: Whether it was in one of them.
    package func move(
        _ id: String,
        from: [RunState],
        to state: RunState,
        waiting: RunWait? = nil,
        elapsed: Int64 = 0,
        startedAt: Timestamp? = nil
    ) async throws(WorkflowError) -> Bool {
        try await write(state == .waiting ? .wait : .move) { transaction in
            try transaction.execute(
                """
                UPDATE run SET state=?, waiting=?, elapsed=elapsed+?, started_at=COALESCE(started_at, ?),
                    attempt=attempt+?, ended_at=NULL
                WHERE id=? AND state IN(\(from.map { "'\($0.rawValue)'" }.joined(separator: ",")))
                """,
                .text(state.rawValue),
                .optional(waiting.map { JSONWriter.text(of: $0.json) }),
                .integer(elapsed),
                .optional(startedAt?.milliseconds),
                .integer(state == .running ? 1 : 0),
                .text(id)
            ) == 1
        }
    }

    /// Ends a run.
    package func end(
        _ id: String,
        as state: RunState,
        result: JSONValue? = nil,
        failure: StepFailure? = nil,
        elapsed: Int64,
        at instant: Timestamp
    ) async throws(WorkflowError) {
        try await write(.end) { transaction in
            try transaction.execute(
                """
                UPDATE run SET state=?, waiting=NULL, result=?, failure=?, elapsed=elapsed+?, ended_at=?
                WHERE id=? AND ended_at IS NULL
                """,
                .text(state.rawValue),
                .optional(result),
                .optional(failure.map { JSONWriter.text(of: $0.json) }),
                .integer(elapsed),
                .integer(instant.milliseconds),
                .text(id)
            )
            try transaction.execute("DELETE FROM page WHERE run=?", .text(id))
        }
    }

    /// Removes what ended runs have read, keeping the runs themselves, their reports and their failures.
    ///
    /// - Returns: The number of runs that lost something.
    package func forgetValues(endedBefore instant: Timestamp) async throws(WorkflowError) -> Int {
        try await write { transaction in
            let rows = try transaction.query(
                "SELECT id FROM run WHERE ended_at<? AND id IN(SELECT run FROM step)",
                .integer(instant.milliseconds)
            )
            for row in rows {
                let id = SQLValue.text(try row.text("id"))
                try transaction.execute("DELETE FROM step WHERE run=?", id)
                try transaction.execute("UPDATE item SET value=x'6E756C6C', output=NULL WHERE run=?", id)
                try transaction.execute("DELETE FROM signal WHERE run=?", id)
            }
            return rows.count
        }
    }
}

extension SQLValue {
    /// A value as JSON text, or NULL for nil.
    static func optional(_ value: JSONValue?) -> SQLValue {
        value.map { .blob(JSONWriter.bytes(of: $0)) } ?? .null
    }
}

extension SQLRow {
    /// A value that was kept as JSON text, nil for NULL.
    func optionalJSON(_ column: String) throws -> JSONValue? {
        try optionalBlob(column).map { try JSONParser.parse($0) }
    }

    /// A failure, nil for NULL.
    func optionalFailure(_ column: String) throws -> StepFailure? {
        try optionalText(column).flatMap { StepFailure(try JSONParser.parse($0)) }
    }

    /// An instant, nil for NULL.
    func optionalInstant(_ column: String) throws -> Timestamp? {
        try optionalInteger(column).map { Timestamp(milliseconds: $0) }
    }
}
