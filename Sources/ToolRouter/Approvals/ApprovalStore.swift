package import Basics
package import Connections
package import Storage
import Tools

/// The approvals: asked for once, decided once, used once.
///
/// What is read is checked against a seal, so that an approval that was edited in the database is void.
package final class ApprovalStore: Sendable {
    package static let migrations = ApprovalRow.migrations

    /// The most calls that one approval may cover.
    package static let largestPlan = 20_000
    /// The most undecided approvals of one endpoint: a person should never have to look through more.
    static let mostOpen = 200
    /// Seconds that an approval may wait, at most: 30 days.
    package static let longestLifetime = 2_592_000.0

    private struct Waiting {
        var next = 0
        var decided: [String: [Int: CheckedContinuation<Void, Never>]] = [:]
        /// Tickets that were woken before they slept.
        var woken: Set<Int> = []
        var observers: [@Sendable (Approval) -> Void] = []
    }

    private let database: any Database
    let vault: Vault
    let clock: any WallClock
    let log: Log
    private let holder: @Sendable (_ actor: String) -> String?
    private let waiting = Locked(Waiting())

    /// The approvals in a database; the migrations must have been applied.
    ///
    /// - Parameters:
    ///   - database: Where they are kept.
    ///   - vault: What seals them.
    ///   - clock: Decides about expiry.
    ///   - log: Is told of approvals that were tampered with.
    ///   - holder: The person whose API token an actor of the audit is; nil for any other actor.
    package init(
        database: any Database,
        vault: Vault,
        clock: any WallClock = SystemClock(),
        log: Log = .none,
        holder: @escaping @Sendable (_ actor: String) -> String? = { _ in nil }
    ) {
        self.database = database
        self.vault = vault
        self.clock = clock
        self.log = log
        self.holder = holder
    }

    /// The present instant, by which expiry is decided.
    package var now: Timestamp { clock.now() }

    /// Asks for an approval.
    ///
    /// - Throws: ``RouterError`` with code `invalid` for an empty or a too large plan, or `storage`.
    package func request(_ request: ApprovalRequest) async throws(RouterError) -> Approval {
        let approval = try make(request)
        try await write { [vault] in try ApprovalRow.insert(approval, vault: vault, into: $0) }
        return approval
    }

    /// The approval of that id.
    ///
    /// - Throws: ``RouterError`` with code `notFound`, `damaged` or `storage`.
    package func approval(_ id: String) async throws(RouterError) -> Approval {
        try await read { [vault] in try ApprovalStore.find(id, vault, $0) }
    }

    /// Approvals, newest first; those that cannot be read are left out, see ``unreadable()``.
    ///
    /// - Parameters:
    ///   - state: Only those that stand there; nil for all.
    ///   - run: Only those of that run.
    ///   - limit: How many at most.
    ///   - cursor: The id of the last one of the page before.
    /// - Throws: ``RouterError`` with code `storage`.
    package func list(
        state: Approval.State? = nil,
        run: String? = nil,
        limit: Int = 100,
        after cursor: String? = nil
    ) async throws(RouterError) -> [Approval] {
        let now = clock.now()
        return try await read { [vault] transaction in
            var found: [Approval] = []
            var last = cursor
            while found.count < limit {
                // Ids sort by time.
                let rows = try transaction.query(
                    """
                    SELECT * FROM approval WHERE (? IS NULL OR id < ?) AND (? IS NULL OR run = ?)
                    ORDER BY id DESC LIMIT 100
                    """,
                    .optional(last),
                    .optional(last),
                    .optional(run),
                    .optional(run)
                )
                guard let end = rows.last else { break }
                last = try end.text("id")
                for row in rows where found.count < limit {
                    guard let approval = try? ApprovalRow.decode(row, vault: vault) else { continue }
                    if state == nil || approval.state(at: now) == state { found.append(approval) }
                }
            }
            return found
        }
    }

    /// How many approvals wait for a decision that nobody can take, because they were changed or sealed under another key.
    ///
    /// - Throws: ``RouterError`` with code `storage`.
    package func unreadable() async throws(RouterError) -> Int {
        let now = clock.now()
        return try await read { [vault] transaction in
            try transaction.query(
                "SELECT * FROM approval WHERE decision IS NULL AND expires_at > ?",
                .integer(now.milliseconds)
            ).count { (try? ApprovalRow.decode($0, vault: vault)) == nil }
        }
    }

    /// Writes down what a person decided; the first decision stays.
    ///
    /// - Parameters:
    ///   - id: The approval.
    ///   - planHash: The hash of the plan that the person saw; nil only where the whole plan was shown by this process.
    ///   - isApproved: False for a rejection.
    ///   - approver: Who, and by what means.
    ///   - comment: What the person added; 2000 bytes at most.
    /// - Throws: ``RouterError`` with code `forbidden` for somebody who may not decide, `conflict` when it was decided,
    ///   used or expired before or the plan is another, `notFound`, `damaged`, `invalid` or `storage`.
    package func decide(
        _ id: String,
        planHash: String?,
        isApproved: Bool,
        by approver: Approver,
        comment: String? = nil
    ) async throws(RouterError) -> Approval {
        guard (comment?.utf8.count ?? 0) <= 2000 else {
            throw RouterError(.invalid, "The comment is longer than 2000 bytes.")
        }
        let now = clock.now()
        let approval = try await write { [vault] transaction in
            var approval = try ApprovalStore.find(id, vault, transaction)
            try approval.check(approver, planHash: planHash, now: now)
            approval.decision = Approval.Decision(
                isApproved: isApproved,
                by: approver.name,
                means: approver.means,
                at: now,
                comment: comment.flatMap { $0.isEmpty ? nil : $0 }
            )
            guard try ApprovalRow.update(approval, vault: vault, in: transaction) else {
                throw RouterError(.conflict, "The approval \(id) was decided by somebody else just now.")
            }
            return approval
        }
        announce(approval)
        return approval
    }

    /// Uses an approval as a whole, once; for plans that are carried out by somebody who keeps count of the calls.
    ///
    /// - Parameters:
    ///   - id: The approval.
    ///   - planHash: The hash of the plan that is about to be carried out.
    /// - Throws: ``RouterError`` with code `conflict` when it is not approved, was used, has expired or is for another
    ///   plan, `notFound`, `damaged` or `storage`.
    @discardableResult
    package func use(_ id: String, planHash: String) async throws(RouterError) -> Approval {
        let now = clock.now()
        return try await write { [vault] transaction in
            var approval = try ApprovalStore.find(id, vault, transaction)
            guard approval.planHash == planHash else { throw approval.otherPlan }
            guard approval.state(at: now) == .approved else { throw approval.closed(at: now) }
            approval.usedAt = now
            guard try ApprovalRow.update(approval, vault: vault, in: transaction) else {
                throw approval.closed(at: now)
            }
            return approval
        }
    }

    /// Waits for a decision, for `seconds` at most, and returns the approval as it is then.
    ///
    /// - Throws: ``RouterError`` with code `notFound`, `damaged` or `storage`.
    package func decision(on id: String, within seconds: Double) async throws(RouterError) -> Approval {
        let ticket = waiting.withLock { waiting in
            waiting.next += 1
            return waiting.next
        }
        let before = try await approval(id)
        guard before.state(at: clock.now()) == .pending, seconds > 0 else { return before }
        let timer = Task {
            try? await Task.sleep(for: .milliseconds(Int64(seconds * 1000)))
            self.wake(id, ticket)
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let isAwake = waiting.withLock { waiting in
                    if waiting.woken.contains(ticket) { return true }
                    waiting.decided[id, default: [:]][ticket] = continuation
                    return false
                }
                guard !isAwake else { return continuation.resume() }
                // A decision that came before the line above has woken nobody.
                Task {
                    if (try? await self.approval(id))?.decision != nil { self.wake(id, ticket) }
                }
            }
        } onCancel: {
            wake(id, ticket)
        }
        timer.cancel()
        waiting.withLock { _ = $0.woken.remove(ticket) }
        return try await approval(id)
    }

    /// Calls `body` after every decision, for as long as the store lives.
    package func observe(_ body: @escaping @Sendable (Approval) -> Void) {
        waiting.withLock { $0.observers.append(body) }
    }

    /// Seals the plans of approvals from before plans were sealed.
    ///
    /// - Throws: ``RouterError`` with code `storage`.
    package func sealPlans() async throws(RouterError) {
        // In parts, so that nobody waits long for the database.
        let part = 200
        while try await write({ [vault] in try ApprovalRow.sealPlans(limit: part, vault: vault, in: $0) }) == part {}
    }

    /// Deletes approvals whose time was over before an instant, and returns how many there were.
    ///
    /// - Throws: ``RouterError`` with code `storage`.
    @discardableResult
    package func purge(expiredBefore instant: Timestamp) async throws(RouterError) -> Int {
        try await write { transaction in
            try transaction.execute(
                "DELETE FROM approval_call WHERE approval IN(SELECT id FROM approval WHERE expires_at < ?)",
                .integer(instant.milliseconds)
            )
            return try transaction.execute(
                "DELETE FROM approval WHERE expires_at < ?",
                .integer(instant.milliseconds)
            )
        }
    }

    func make(_ request: ApprovalRequest) throws(RouterError) -> Approval {
        let rows = request.plan.rows.count
        guard (1...ApprovalStore.largestPlan).contains(rows) else {
            throw RouterError(.invalid, "A plan must have 1 to \(ApprovalStore.largestPlan) calls, not \(rows).")
        }
        let now = clock.now()
        var request = request
        // A run says who started it as its requester.
        request.asker = holder(request.asker ?? request.requester)
        return Approval(
            id: Identifier.make("ap", at: now),
            request: request,
            planHash: request.plan.hash,
            createdAt: now,
            expiresAt: now.adding(seconds: max(0, min(request.lifetime, ApprovalStore.longestLifetime)))
        )
    }

    static func find(_ id: String, _ vault: Vault, _ transaction: any SQLTransaction) throws -> Approval {
        guard let row = try transaction.first("SELECT * FROM approval WHERE id = ?", .text(id)) else {
            throw RouterError(
                .notFound,
                "There is no approval \(id.prefix(64)). See: switchboard approvals list"
            )
        }
        return try ApprovalRow.decode(row, vault: vault)
    }

    func announce(_ approval: Approval) {
        let (sleepers, observers) = waiting.withLock { waiting in
            (waiting.decided.removeValue(forKey: approval.id) ?? [:], waiting.observers)
        }
        for sleeper in sleepers.values { sleeper.resume() }
        for observer in observers { observer(approval) }
    }

    private func wake(_ id: String, _ ticket: Int) {
        let sleeper = waiting.withLock { waiting in
            let sleeper = waiting.decided[id]?.removeValue(forKey: ticket)
            if waiting.decided[id]?.isEmpty == true { waiting.decided[id] = nil }
            if sleeper == nil { waiting.woken.insert(ticket) }
            return sleeper
        }
        sleeper?.resume()
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Result
    ) async throws(RouterError) -> Result {
        do {
            return try await database.write(body)
        } catch { throw ApprovalStore.error(error) }
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Result
    ) async throws(RouterError) -> Result {
        do {
            return try await database.read(body)
        } catch { throw ApprovalStore.error(error) }
    }

    private static func error(_ error: any Error) -> RouterError {
        error as? RouterError ?? RouterError(.storage, "Approvals cannot be stored or read: \(error)", cause: error)
    }
}
