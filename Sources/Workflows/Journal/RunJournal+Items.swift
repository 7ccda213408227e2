package import JSON
import Storage

/// How many items of a loop are in which state.
package struct ItemCounts: Sendable, Hashable {
    package var pending = 0
    package var done = 0
    package var failed = 0
    package var unknown = 0

    package init(pending: Int = 0, done: Int = 0, failed: Int = 0, unknown: Int = 0) {
        self.pending = pending
        self.done = done
        self.failed = failed
        self.unknown = unknown
    }

    package var total: Int { pending + done + failed + unknown }
}

extension RunJournal {
    /// Rows that one commit takes; large enough that 20,000 items are 40 commits, small enough that others get a turn.
    private static let itemBatch = 500

    /// Keeps the list that a loop goes over; what was kept before stays as it is.
    package func addItems(
        _ items: [(key: String, value: JSONValue)],
        at address: StepAddress,
        of run: String
    ) async throws(WorkflowError) {
        var start = 0
        while start < items.count {
            let end = min(start + RunJournal.itemBatch, items.count)
            let batch = Array(items[start..<end])
            let first = start
            try await write(.items) { transaction in
                for (offset, item) in batch.enumerated() {
                    try transaction.execute(
                        """
                        INSERT INTO item(run, item, path, key, position, value, state)
                        VALUES(?, ?, ?, ?, ?, ?, 'pending') ON CONFLICT DO NOTHING
                        """,
                        .text(run),
                        .text(address.item),
                        .text(address.path),
                        .text(item.key),
                        .integer(Int64(first + offset)),
                        .optional(item.value)
                    )
                }
            }
            start = end
        }
    }

    /// The items of a loop, in order, without their values.
    package func items(at address: StepAddress, of run: String) async throws(WorkflowError) -> [ItemRecord] {
        try await read { transaction in
            try transaction.query(
                """
                SELECT key, state, output, failure FROM item WHERE run=? AND item=? AND path=? ORDER BY position
                """,
                .text(run),
                .text(address.item),
                .text(address.path)
            ).map {
                ItemRecord(
                    key: try $0.text("key"),
                    state: ItemRecord.State(rawValue: try $0.text("state")) ?? .failed,
                    output: try $0.optionalJSON("output"),
                    failure: try $0.optionalFailure("failure")
                )
            }
        }
    }

    /// The value of an item.
    package func value(
        ofItem key: String,
        at address: StepAddress,
        of run: String
    ) async throws(WorkflowError) -> JSONValue {
        try await read { transaction in
            try transaction.first(
                "SELECT value FROM item WHERE run=? AND item=? AND path=? AND key=?",
                .text(run),
                .text(address.item),
                .text(address.path),
                .text(key)
            )?.optionalJSON("value") ?? .null
        }
    }

    /// Writes down what came of an item.
    package func finish(_ item: ItemRecord, at address: StepAddress, of run: String) async throws(WorkflowError) {
        let values: [SQLValue] = [
            .text(item.state.rawValue), .optional(item.output),
            .optional(item.failure.map { JSONWriter.text(of: $0.json) }),
            .text(run), .text(address.item), .text(address.path), .text(item.key),
        ]
        try await write(.itemEnd) { transaction in
            try transaction.execute(
                "UPDATE item SET state=?, output=?, failure=? WHERE run=? AND item=? AND path=? AND key=?",
                values: values
            )
        }
    }

    /// The counts of each loop of a run, outermost loops only, by the loop's path.
    package func counts(of run: String) async throws(WorkflowError) -> [(path: String, counts: ItemCounts)] {
        try await read { transaction in
            var found: [(path: String, counts: ItemCounts)] = []
            let rows = try transaction.query(
                """
                SELECT path, state, count(*) AS number FROM item WHERE run=? AND item='' GROUP BY path, state
                ORDER BY path
                """,
                .text(run)
            )
            for row in rows {
                let path = try row.text("path")
                if found.last?.path != path { found.append((path, ItemCounts())) }
                let number = Int(try row.integer("number"))
                switch ItemRecord.State(rawValue: try row.text("state")) {
                case .pending?: found[found.count - 1].counts.pending = number
                case .done?: found[found.count - 1].counts.done = number
                case .failed?: found[found.count - 1].counts.failed = number
                case .unknown?: found[found.count - 1].counts.unknown = number
                case nil: break
                }
            }
            return found
        }
    }
}
