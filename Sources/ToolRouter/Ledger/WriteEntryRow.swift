import Basics
import Connections
import JSON
import Storage
import Tools

/// Turns rows of the ledger into values; what is personal in them is sealed.
struct WriteEntryRow: Sendable {
    /// Nil leaves arguments and results as they are, in tests.
    let vault: Vault?

    /// - Throws: ``LedgerError`` with code `damaged`.
    func decode(_ row: SQLRow) throws(LedgerError) -> WriteEntry {
        let id = (try? row.text("id")) ?? "?"
        do {
            guard let state = WriteState(rawValue: try row.text("state")),
                let effect = Effect(rawValue: try row.text("effect"))
            else { throw StorageError(.mismatch, "its state or effect is none that there is") }
            let key = try row.blob("key")
            let hash = try row.blob("args_hash")
            guard key.count == 32, hash.count == 32 else { throw StorageError(.mismatch, "its hashes are cut short") }
            return WriteEntry(
                id: id,
                key: key,
                connection: try row.text("connection"),
                tool: try row.text("tool"),
                effect: effect,
                user: try row.text("user_name"),
                once: try row.optionalText("once"),
                state: state,
                argumentsHash: hash,
                arguments: try row.optionalBlob("args").flatMap { try JSONParser.parse(open($0, id, "args")).object },
                mark: try row.optionalText("mark"),
                attempts: Int(try row.integer("attempts")),
                sentAt: try time(row, "sent_at"),
                lookAfter: try time(row, "look_after"),
                lookUptime: try row.optionalText("look_boot").flatMap { boot in
                    try row.optionalInteger("look_uptime").map { Uptime(boot: boot, milliseconds: $0) }
                },
                looks: Int(try row.integer("looks")),
                nextLook: try time(row, "next_look"),
                settle: Double(try row.integer("settle_ms")) / 1000,
                since: Timestamp(milliseconds: try row.integer("since")),
                settledAt: try time(row, "settled_at"),
                remoteID: try row.optionalText("remote_id"),
                status: try row.optionalInteger("status").map { Int($0) },
                evidence: try row.optionalText("evidence"),
                reason: try row.optionalText("reason"),
                result: try row.optionalBlob("result").map { try open($0, id, "result") },
                context: CallContext(
                    actor: try row.optionalText("actor"),
                    endpoint: try row.optionalText("endpoint"),
                    run: try row.optionalText("run"),
                    path: try row.optionalText("path"),
                    item: try row.optionalText("item")
                ),
                createdAt: Timestamp(milliseconds: try row.integer("created_at")),
                updatedAt: Timestamp(milliseconds: try row.integer("updated_at"))
            )
        } catch {
            throw LedgerError(.damaged, "The row \(id) of the write ledger is damaged: \(error)", cause: error)
        }
    }

    func seal(_ bytes: [UInt8], _ id: String, _ column: String) throws -> [UInt8] {
        try vault?.seal(bytes, for: place(id, column)) ?? bytes
    }

    private func open(_ bytes: [UInt8], _ id: String, _ column: String) throws -> [UInt8] {
        try vault?.open(bytes, from: place(id, column)) ?? bytes
    }

    private func place(_ id: String, _ column: String) -> Vault.Place {
        Vault.Place(table: "ledger", row: id, column: column)
    }

    private func time(_ row: SQLRow, _ column: String) throws -> Timestamp? {
        try row.optionalInteger(column).map { Timestamp(milliseconds: $0) }
    }
}
