package import Basics
import JSON

/// Writes a row for every look at a write whose outcome was unknown.
package struct LookAudit: Sendable {
    private let audit: AuditLog
    private let clock: any WallClock
    private let log: Log

    package init(audit: AuditLog, clock: any WallClock = SystemClock(), log: Log = .none) {
        self.audit = audit
        self.clock = clock
        self.log = log
    }

    /// Writes down that a write was looked for, and what came of it.
    package func record(_ look: WriteLook) async {
        var ids = RecordIDs()
        if let arguments = look.write.arguments { ids.add(arguments) }
        if let id = look.outcome.remoteID { ids.add(["id": .string(id)]) }
        let entry = AuditEntry(
            at: clock.now(),
            action: .change,
            actor: "switchboard",
            via: "ledger",
            user: look.write.user,
            tool: "look writes",
            object: look.write.id,
            records: ids.all,
            outcome: look.outcome.state == .unknown ? "write_unknown" : "ok"
        )
        await audit.record(entry, log)
    }
}
