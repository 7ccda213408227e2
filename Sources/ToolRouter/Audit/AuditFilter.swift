package import Basics
package import JSON
import Storage

/// Which rows of the audit are wanted; conditions hold together.
package struct AuditFilter: Sendable, Hashable {
    /// What usage is counted by.
    package enum Group: String, Sendable, CaseIterable {
        case tool, actor, via, user, outcome
    }

    /// Rows that touched this record.
    package var record: String?
    package var actor: String?
    package var via: String?
    package var tool: String?
    package var action: AuditEntry.Action?
    package var since: Timestamp?
    package var until: Timestamp?
    /// Rows after the one of this number.
    package var after: Int64 = 0
    package var limit = 100

    package init() {}

    var query: (sql: String, values: [SQLValue]) {
        var sql = "SELECT audit.* FROM audit"
        var conditions = ["audit.number > ?"]
        var values: [SQLValue] = [.integer(after)]
        if let record {
            sql += " JOIN audit_record ON audit_record.number = audit.number"
            conditions.append("audit_record.record = ?")
            values.append(.text(record))
        }
        for (column, value) in [("actor", actor), ("via", via), ("tool", tool), ("action", action?.rawValue)] {
            guard let value else { continue }
            conditions.append("audit.\(column) = ?")
            values.append(.text(value))
        }
        if let since {
            conditions.append("audit.at >= ?")
            values.append(.integer(since.milliseconds))
        }
        if let until {
            conditions.append("audit.at < ?")
            values.append(.integer(until.milliseconds))
        }
        sql += " WHERE " + conditions.joined(separator: " AND ") + " ORDER BY audit.number LIMIT ?"
        values.append(.integer(Int64(limit)))
        return (sql, values)
    }
}

/// How much something was used.
package struct AuditUsage: Sendable, Hashable {
    /// The tool, actor, way, user or outcome; nil where a row has none.
    package var name: String?
    package var calls: Int
    package var failures: Int
    package var writes: Int
    /// All calls together.
    package var milliseconds: Int

    /// The usage as the control API shows it.
    package var json: JSONObject {
        [
            "name": name.map { .string($0) } ?? .null, "calls": .integer(calls), "failures": .integer(failures),
            "writes": .integer(writes), "milliseconds": .integer(milliseconds),
        ]
    }
}
