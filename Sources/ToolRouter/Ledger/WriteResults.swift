import JSON
import Storage
import Tools

/// What callers are told of writes.
enum WriteResults {
    /// A write that was done before; `already_done` says so.
    static func again(_ entry: WriteEntry) -> ToolResult {
        var object = entry.result.flatMap { (try? JSONParser.parse($0))?.object } ?? ["done": true]
        if object["id"] == nil, let id = entry.remoteID { object["id"] = .string(id) }
        object["already_done"] = true
        object["write_id"] = .string(entry.id)
        var result = ToolResult(.object(object), origin: .ats)
        result.write = entry.id
        return result
    }

    /// A write that was found by looking.
    static func found(_ entry: WriteEntry, record: JSONValue?) -> ToolResult {
        var object = record?.object ?? ["done": true]
        if object["id"] == nil, let id = entry.remoteID { object["id"] = .string(id) }
        object["write_id"] = .string(entry.id)
        object["confirmed_by"] = "lookup"
        var result = ToolResult(.object(object), origin: .ats)
        result.write = entry.id
        return result
    }

    /// A write that nobody knows the outcome of.
    static func unknown(_ entry: WriteEntry) -> ToolResult {
        let text: String
        if entry.state == .unknown {
            text =
                "Whether \(entry.tool) changed anything is not known: \(entry.reason ?? "its answer was lost"). Do not "
                + "try again. "
                + (entry.nextLook == nil ? "" : "While a server runs it looks again by itself, and may find out. ")
                + "Somebody has to look, and then say: switchboard writes settle \(entry.id) --done ID, or --not-done."
        } else {
            text =
                "Whether \(entry.tool) changed anything is not known yet: \(entry.reason ?? "its answer was lost"). Do "
                + "not try again; it is being looked up. See later: switchboard writes show \(entry.id)"
        }
        return failure("write_unknown", text, entry, .unknown)
    }

    /// A write that was certainly not done, as looking showed.
    static func absent(_ entry: WriteEntry) -> ToolResult {
        failure(
            "write_not_done",
            "\(entry.tool) was not done: \(entry.reason ?? "it is not there"). It is safe to try again.",
            entry,
            .notExecuted
        )
    }

    static func conflict(_ entry: WriteEntry) -> ToolResult {
        failure(
            "idempotency_conflict",
            "This idempotency key was used for \(entry.tool) with other arguments (\(entry.id)); nothing was sent. Use a "
                + "new key for a new write.",
            entry,
            .notExecuted
        )
    }

    static func fenced(_ entry: WriteEntry) -> ToolResult {
        failure(
            "lost_lease",
            "\(entry.tool) was not sent, because another process has taken this run over.",
            entry,
            .notExecuted
        )
    }

    static func storage(_ error: LedgerError, tool: String) -> ToolResult {
        // Room on a disk comes back by itself, and a database does not.
        let isDamaged = (error.cause as? StorageError).map { [.corrupt, .notADatabase].contains($0.code) } ?? false
        return ToolResult.failure(
            isDamaged ? "ledger_damaged" : "ledger_unavailable",
            "\(tool) was not sent, because it could not be written down first. \(error.message)"
        )
    }

    private static func failure(
        _ code: String,
        _ text: String,
        _ entry: WriteEntry,
        _ outcome: CallProblem.Outcome
    ) -> ToolResult {
        var details: JSONObject = ["outcome": .string(outcome.rawValue), "write_id": .string(entry.id)]
        if let status = entry.status { details["status"] = .integer(status) }
        var result = ToolResult.failure(code, text, details: details)
        result.write = entry.id
        return result
    }
}
