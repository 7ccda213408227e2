package import Basics
package import JSON
import Storage

/// What a step has used up of its run's limits; committed with the step.
package struct StepCharge: Sendable, Hashable {
    package var writes = 0
    package var toolCalls = 0
    package var tokens = 0

    package init(writes: Int = 0, toolCalls: Int = 0, tokens: Int = 0) {
        self.writes = writes
        self.toolCalls = toolCalls
        self.tokens = tokens
    }
}

extension RunJournal {
    /// Writes down that a step was executed, in one commit.
    ///
    /// A step that was written down before stays as it is, unless it was waiting.
    package func record(
        _ step: StepRecord,
        of run: String,
        charge: StepCharge = StepCharge()
    ) async throws(WorkflowError) {
        // Encoded here and not in the transaction: all runs share the thread that writes.
        let values: [SQLValue] = [
            .text(run), .text(step.address.item), .text(step.address.path), .text(step.kind), .optional(step.subject),
            .text(step.state.rawValue), .integer(step.startedAt.milliseconds), .integer(step.endedAt.milliseconds),
            .optional(step.output), .optional(step.failure.map { JSONWriter.text(of: $0.json) }),
        ]
        try await write(step.state == .waiting ? .stepWait : .step) { transaction in
            try transaction.execute(
                """
                INSERT INTO step(run, item, path, kind, subject, state, started_at, ended_at, output, failure)
                VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT(run, item, path) DO UPDATE SET state=excluded.state, subject=excluded.subject,
                    ended_at=excluded.ended_at, output=excluded.output, failure=excluded.failure
                WHERE step.state='waiting'
                """,
                values: values
            )
            if charge != StepCharge() {
                try transaction.execute(
                    "UPDATE run SET writes=writes+?, tool_calls=tool_calls+?, tokens=tokens+? WHERE id=?",
                    .integer(Int64(charge.writes)),
                    .integer(Int64(charge.toolCalls)),
                    .integer(Int64(charge.tokens)),
                    .text(run)
                )
            }
        }
    }

    /// The steps that were executed for one item, or outside loops; by path.
    package func steps(of run: String, item: String) async throws(WorkflowError) -> [String: StepRecord] {
        let rows = try await read { transaction in
            try transaction.query("SELECT * FROM step WHERE run=? AND item=?", .text(run), .text(item))
                .map(RunJournal.decodeStep)
        }
        return Dictionary(rows.map { ($0.address.path, $0) }, uniquingKeysWith: { a, _ in a })
    }

    /// What a run did, in the order in which it ended; one page of it.
    package func timeline(of run: String, limit: Int, offset: Int = 0) async throws(WorkflowError) -> [StepRecord] {
        try await read { transaction in
            try transaction.query(
                "SELECT * FROM step WHERE run=? ORDER BY ended_at, item, path LIMIT ? OFFSET ?",
                .text(run),
                .integer(Int64(limit)),
                .integer(Int64(offset))
            ).map(RunJournal.decodeStep)
        }
    }

    /// The steps of a run that are in one of some states, in the order of the file.
    package func steps(
        of run: String,
        in states: [StepRecord.State]
    ) async throws(WorkflowError) -> [StepRecord] {
        try await read { transaction in
            let wanted = states.map { "'\($0.rawValue)'" }.joined(separator: ",")
            return try transaction.query(
                "SELECT * FROM step WHERE run=? AND state IN(\(wanted)) ORDER BY path, item",
                .text(run)
            ).map(RunJournal.decodeStep)
        }
    }

    /// The paths of questions to a model that were answered by the file's template.
    package func templated(of run: String) async throws(WorkflowError) -> [String] {
        try await read { transaction in
            try transaction.query(
                "SELECT DISTINCT path FROM step WHERE run=? AND kind='ask' AND subject='template' ORDER BY path",
                .text(run)
            ).map { try $0.text("path") }
        }
    }

    private static func decodeStep(_ row: SQLRow) throws -> StepRecord {
        StepRecord(
            address: StepAddress(path: try row.text("path"), item: try row.text("item")),
            kind: try row.text("kind"),
            subject: try row.optionalText("subject"),
            state: StepRecord.State(rawValue: try row.text("state")) ?? .failed,
            startedAt: Timestamp(milliseconds: try row.integer("started_at")),
            endedAt: Timestamp(milliseconds: try row.integer("ended_at")),
            output: try row.optionalJSON("output"),
            failure: try row.optionalFailure("failure")
        )
    }

    // MARK: - Pages

    /// Keeps one page of a list, and where the walk over its pages stands.
    package func keepPage(
        _ records: [JSONValue],
        walk: JSONValue,
        number: Int,
        at address: StepAddress,
        of run: String
    ) async throws(WorkflowError) {
        try await write(.page) { transaction in
            try transaction.execute(
                "INSERT INTO page(run, item, path, number, walk, records) VALUES(?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                .text(run),
                .text(address.item),
                .text(address.path),
                .integer(Int64(number)),
                .optional(walk),
                .optional(.array(records))
            )
        }
    }

    /// The pages that were kept, in order, and where the walk stands after the last of them.
    package func pages(
        at address: StepAddress,
        of run: String
    ) async throws(WorkflowError) -> (records: [JSONValue], walk: JSONValue?, count: Int) {
        try await read { transaction in
            let rows = try transaction.query(
                "SELECT walk, records FROM page WHERE run=? AND item=? AND path=? ORDER BY number",
                .text(run),
                .text(address.item),
                .text(address.path)
            )
            var records: [JSONValue] = []
            for row in rows { records += try row.optionalJSON("records")?.array ?? [] }
            return (records, try rows.last?.optionalJSON("walk"), rows.count)
        }
    }

    // MARK: - Reports

    /// Keeps a page for people, in the commit that ends its step.
    package func keep(
        _ report: ReportRecord,
        step: StepRecord,
        of run: String
    ) async throws(WorkflowError) {
        try await write(.report) { transaction in
            try transaction.execute(
                """
                INSERT INTO report(run, item, path, title, body, sources, rows, created_at)
                VALUES(?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO UPDATE SET title=excluded.title, body=excluded.body, sources=excluded.sources,
                    rows=excluded.rows
                """,
                .text(run),
                .text(step.address.item),
                .text(step.address.path),
                .text(report.title),
                .text(report.body),
                .optional(report.sources),
                .optional(report.rows),
                .integer(step.endedAt.milliseconds)
            )
            try transaction.execute(
                """
                INSERT INTO step(run, item, path, kind, state, started_at, ended_at) VALUES(?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT DO NOTHING
                """,
                .text(run),
                .text(step.address.item),
                .text(step.address.path),
                .text(step.kind),
                .text(step.state.rawValue),
                .integer(step.startedAt.milliseconds),
                .integer(step.endedAt.milliseconds)
            )
        }
    }

    /// The pages that a run has written, in order.
    package func reports(of run: String) async throws(WorkflowError) -> [ReportRecord] {
        try await read { transaction in
            try transaction.query("SELECT * FROM report WHERE run=? ORDER BY created_at, path, item", .text(run)).map {
                ReportRecord(
                    title: try $0.text("title"),
                    body: try $0.text("body"),
                    sources: try $0.optionalJSON("sources"),
                    rows: try $0.optionalJSON("rows")
                )
            }
        }
    }

    // MARK: - Signals

    /// Keeps a signal for a run; the first of a name counts.
    package func keepSignal(
        _ name: String,
        payload: JSONValue,
        for run: String,
        at instant: Timestamp
    ) async throws(WorkflowError) {
        try await write { transaction in
            try transaction.execute(
                "INSERT INTO signal(run, name, payload, at) VALUES(?, ?, ?, ?) ON CONFLICT DO NOTHING",
                .text(run),
                .text(name),
                .optional(payload),
                .integer(instant.milliseconds)
            )
        }
    }

    /// The payload of a signal that has come.
    package func signal(_ name: String, for run: String) async throws(WorkflowError) -> JSONValue? {
        try await read {
            try $0.first("SELECT payload FROM signal WHERE run=? AND name=?", .text(run), .text(name))?
                .optionalJSON("payload")
        }
    }
}
