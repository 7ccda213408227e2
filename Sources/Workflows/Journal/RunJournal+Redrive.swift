import JSON
import Storage

extension RunJournal {
    /// Opens an ended run again for the items and steps that have failed or are not known.
    ///
    /// What was computed from their old outcomes is forgotten and will be computed again; what was done, decided or
    /// waited for stays.
    /// What a person decides to run again has all its minutes, calls and tokens again; writes that were made, and only
    /// those, still count.
    /// - Throws: ``WorkflowError`` with code `already_running` where a run that must be alone has begun since, or `storage`.
    /// - Returns: Whether there was anything to do again.
    package func reopen(_ id: String) async throws(WorkflowError) -> Bool {
        try await write(.reopen) { transaction in
            let run = try transaction.first("SELECT one_key FROM run WHERE id=? AND ended_at IS NOT NULL", .text(id))
            guard let run else { return false }
            try RunJournal.checkAlone(try run.optionalText("one_key"), transaction)
            var reopened = try RunJournal.unsettled(transaction, id)
            let state = try transaction.first("SELECT state FROM run WHERE id=?", .text(id))?.text("state")
            guard !reopened.isEmpty || state != RunState.done.rawValue else { return false }
            try transaction.execute(
                "UPDATE item SET state='pending', output=NULL, failure=NULL WHERE run=? AND state IN('failed','unknown')",
                .text(id)
            )
            // The write that each of them was is the same one again, and takes its place in the limit again.
            let unknown = try transaction.first(
                "SELECT count(*) AS n FROM step WHERE run=? AND state='unknown' AND kind='call'",
                .text(id)
            )
            try transaction.execute(
                "DELETE FROM step WHERE run=? AND state IN('failed','unknown')",
                .text(id)
            )
            // An item around a reopened one has to be entered again, so it is opened too.
            var contexts = Set(reopened.map(\.item))
            for place in reopened where !place.item.isEmpty {
                for ancestor in RunJournal.ancestors(of: place.item) {
                    contexts.insert(ancestor.around)
                    let loops = try transaction.query(
                        "SELECT path FROM item WHERE run=? AND item=? AND key=?",
                        .text(id),
                        .text(ancestor.around),
                        .text(ancestor.key)
                    )
                    for loop in loops {
                        let path = try loop.text("path")
                        guard place.path.hasPrefix(path + "/") else { continue }
                        reopened.append(StepAddress(path: path, item: ancestor.around))
                        try transaction.execute(
                            """
                            UPDATE item SET state='pending', output=NULL, failure=NULL
                            WHERE run=? AND item=? AND path=? AND key=?
                            """,
                            .text(id),
                            .text(ancestor.around),
                            .text(path),
                            .text(ancestor.key)
                        )
                    }
                }
            }
            for context in contexts.union([""]) {
                try RunJournal.forget(transaction, id, context, reopened.filter { $0.item == context }.map(\.path))
            }
            try transaction.execute("DELETE FROM report WHERE run=? AND item=''", .text(id))
            return try transaction.execute(
                """
                UPDATE run SET state='ready', failure=NULL, result=NULL, waiting=NULL, ended_at=NULL, elapsed=0,
                    tool_calls=0, tokens=0, writes=max(0, writes-?) WHERE id=?
                """,
                .integer(try unknown?.integer("n") ?? 0),
                .text(id)
            ) == 1
        }
    }

    /// Loops with items, and steps, that have failed or are not known.
    private static func unsettled(_ transaction: any SQLTransaction, _ id: String) throws -> [StepAddress] {
        let rows = try transaction.query(
            """
            SELECT DISTINCT item, path FROM item WHERE run=? AND state IN('failed','unknown')
            UNION SELECT item, path FROM step WHERE run=? AND state IN('failed','unknown')
            """,
            .text(id),
            .text(id)
        )
        return try rows.map { StepAddress(path: try $0.text("path"), item: try $0.text("item")) }
    }

    /// Forgets what one item's steps, or the run's outside loops, computed from what is done again.
    private static func forget(
        _ transaction: any SQLTransaction,
        _ id: String,
        _ item: String,
        _ reopened: [String]
    ) throws {
        let first = reopened.map(order).min { $0.lexicographicallyPrecedes($1) }
        let rows = try transaction.query("SELECT path, kind FROM step WHERE run=? AND item=?", .text(id), .text(item))
        let lasting: Set<String> = ["call", "approve", "wait", "run", "reply"]
        for row in rows {
            let path = try row.text("path")
            let kind = try row.text("kind")
            guard !lasting.contains(kind) else { continue }
            let isAround = reopened.contains { $0 == path || $0.hasPrefix(path + "/") }
            // Without a failed place, as after a run that was cancelled, only the end is forgotten.
            let isAfter =
                first.map { $0.lexicographicallyPrecedes(order(path)) } ?? (kind == "return" || kind == "fail")
            guard isAfter || isAround && kind != "switch" && kind != "if" else { continue }
            try transaction.execute(
                "DELETE FROM step WHERE run=? AND item=? AND path=?",
                .text(id),
                .text(item),
                .text(path)
            )
        }
    }

    /// The items around an item, innermost first: what is around each, and its own key.
    static func ancestors(of item: String) -> [(around: String, key: String)] {
        let parts = item.split(separator: "/", omittingEmptySubsequences: false)
        return parts.indices.reversed().map { position in
            let key = String(parts[position]).replacing("~1", with: "/").replacing("~0", with: "~")
            return (parts[..<position].joined(separator: "/"), key)
        }
    }

    /// A path in a form that sorts as in the file.
    private static func order(_ path: String) -> [String] {
        path.split(separator: "/").map { part in
            guard part.allSatisfy(\.isNumber) else { return String(part) }
            return String(repeating: "0", count: max(0, 8 - part.count)) + part
        }
    }
}
