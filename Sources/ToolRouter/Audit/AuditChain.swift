import Basics
import Cryptography
import Storage

/// The audit as rows of a table to which rows can only be added, each bound to the one before by its hash.
enum AuditChain {
    static let migration = Migration(
        domain: "audit",
        version: 1,
        sql: """
            CREATE TABLE audit(
                number INTEGER PRIMARY KEY, at INTEGER NOT NULL, action TEXT NOT NULL, actor TEXT NOT NULL,
                via TEXT NOT NULL, user TEXT, tool TEXT, effect TEXT, object TEXT, records TEXT NOT NULL,
                arguments_hash TEXT, outcome TEXT NOT NULL, request TEXT, milliseconds INTEGER NOT NULL,
                previous BLOB NOT NULL, hash BLOB NOT NULL) STRICT;
            CREATE TABLE audit_record(
                record TEXT NOT NULL, number INTEGER NOT NULL, PRIMARY KEY(record, number)) STRICT, WITHOUT ROWID;
            CREATE INDEX audit_record_number ON audit_record(number);
            CREATE TRIGGER audit_order BEFORE INSERT ON audit
                WHEN NEW.number IS NOT (SELECT coalesce(max(number), 0) + 1 FROM audit)
                BEGIN SELECT raise(ABORT, 'rows of the audit are added at its end'); END;
            CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit
                BEGIN SELECT raise(ABORT, 'rows of the audit are not changed'); END;
            CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit
                BEGIN SELECT raise(ABORT, 'rows of the audit are not deleted'); END;
            CREATE TRIGGER audit_record_no_update BEFORE UPDATE ON audit_record
                BEGIN SELECT raise(ABORT, 'rows of the audit are not changed'); END;
            CREATE TRIGGER audit_record_no_delete BEFORE DELETE ON audit_record
                BEGIN SELECT raise(ABORT, 'rows of the audit are not deleted'); END
            """
    )

    /// SHA-256 over the hash of the row before and the row itself.
    ///
    /// Every column is written with its length, and NULL differs from empty, so no two rows have the same bytes.
    static func hash(_ entry: AuditEntry, number: Int64, previous: [UInt8]) -> [UInt8] {
        var bytes = previous
        bytes.reserveCapacity(512)
        for column in [String(number)] + entry.columns {
            guard let column else {
                bytes.append(0x2D)
                continue
            }
            bytes += Array(String(column.utf8.count).utf8)
            bytes.append(0x3A)
            bytes += Array(column.utf8)
        }
        return SHA256.hash(bytes)
    }

    /// The end of the chain.
    static func head(_ transaction: any SQLTransaction) throws -> AuditHead {
        guard let row = try transaction.first("SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1") else {
            return .empty
        }
        return AuditHead(number: try row.integer("number"), hash: try row.blob("hash"))
    }

    /// Adds rows at the end, and returns the new end.
    static func append(_ entries: [AuditEntry], to transaction: any SQLTransaction) throws -> AuditHead {
        var head = try head(transaction)
        for entry in entries {
            let number = head.number + 1
            let hash = hash(entry, number: number, previous: head.hash)
            try transaction.execute(
                """
                INSERT INTO audit(number, at, action, actor, via, user, tool, effect, object, records, arguments_hash,
                    outcome, request, milliseconds, previous, hash) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
                .integer(number),
                .integer(entry.at.milliseconds),
                .text(entry.action.rawValue),
                .text(entry.actor),
                .text(entry.via),
                .optional(entry.user),
                .optional(entry.tool),
                .optional(entry.effect),
                .optional(entry.object),
                .text(entry.records.joined(separator: " ")),
                .optional(entry.argumentsHash),
                .text(entry.outcome),
                .optional(entry.request),
                .integer(Int64(entry.milliseconds)),
                .blob(head.hash),
                .blob(hash)
            )
            for record in entry.records {
                try transaction.execute(
                    "INSERT INTO audit_record(record, number) VALUES(?, ?) ON CONFLICT DO NOTHING",
                    .text(record),
                    .integer(number)
                )
            }
            head = AuditHead(number: number, hash: hash)
        }
        return head
    }

    /// Reads a row.
    ///
    /// - Throws: `StorageError` when a column holds what no row of ours does.
    static func read(_ row: SQLRow) throws -> AuditRow {
        guard let action = AuditEntry.Action(rawValue: try row.text("action")) else {
            throw StorageError(.mismatch, "the action is unknown")
        }
        let entry = AuditEntry(
            at: Timestamp(milliseconds: try row.integer("at")),
            action: action,
            actor: try row.text("actor"),
            via: try row.text("via"),
            user: try row.optionalText("user"),
            tool: try row.optionalText("tool"),
            effect: try row.optionalText("effect"),
            object: try row.optionalText("object"),
            records: try row.text("records").split(separator: " ").map(String.init),
            argumentsHash: try row.optionalText("arguments_hash"),
            outcome: try row.text("outcome"),
            request: try row.optionalText("request"),
            milliseconds: Int(try row.integer("milliseconds"))
        )
        return AuditRow(
            number: try row.integer("number"),
            entry: entry,
            previous: try row.blob("previous"),
            hash: try row.blob("hash")
        )
    }
}
