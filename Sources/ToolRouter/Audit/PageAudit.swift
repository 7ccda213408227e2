package import Basics

/// Writes a row for everything that a person does on a page: signing in and out, connecting, deciding.
package struct PageAudit: Sendable {
    private let audit: AuditLog
    private let clock: any WallClock
    private let log: Log

    package init(audit: AuditLog, clock: any WallClock = SystemClock(), log: Log = .none) {
        self.audit = audit
        self.clock = clock
        self.log = log
    }

    /// Writes down what was done, and returns when it is on disk.
    ///
    /// - Parameters:
    ///   - section: The first part of the page's path.
    ///   - verb: What was done there, such as `approve`; nil for what the section's name says.
    ///   - person: Who did it; nil for somebody who is not signed in.
    ///   - object: The id of what it was done to; never the secret part of a link.
    ///   - status: The HTTP status of the answer; one below 400 is called `ok`.
    ///   - nanoseconds: How long it took.
    package func record(
        section: String,
        verb: String?,
        person: String?,
        object: String?,
        status: Int,
        nanoseconds: UInt64
    ) async {
        let entry = AuditEntry(
            at: clock.now(),
            action: PageAudit.action(section),
            actor: person.map { "person:" + $0 } ?? "nobody",
            via: "pages",
            user: person,
            tool: verb.map { "\($0) \(section)" } ?? section,
            object: object.map { String($0.prefix(200)) },
            outcome: status < 400 ? "ok" : "status_\(status)",
            milliseconds: Int(nanoseconds / 1_000_000)
        )
        await audit.record(entry, log)
    }

    private static func action(_ section: String) -> AuditEntry.Action {
        switch section {
        case "sign-in", "sign-out": .access
        case "approvals": .approval
        case "connect", "oauth": .connection
        default: .change
        }
    }
}
