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
    private let vault: Vault
    private let clock: any WallClock
    private let log: Log
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

    // MARK: Calls

    /// What an approval says about one call.
    enum CallState: Sendable {
        /// There is none that counts.
        case none
        case pending(Approval), rejected(Approval)
        /// It was approved, and this was the one time that it is made.
        case taken(Approval, position: Int)
    }

    /// Looks for an approval of exactly this call, and takes it where it was given.
    ///
    /// - Parameter isForClient: Whether the rules of now let a client decide; where they do not, what a client decided or
    ///   could decide does not count.
    func take(_ key: CallKey, isForClient: Bool) async throws(RouterError) -> CallState {
        let now = clock.now()
        let found = try await write { [vault] transaction in
            let found = try ApprovalStore.lookUp(key, vault, now, isForClient: isForClient, transaction)
            guard case .taken(var approval, let position) = found.state else { return found }
            try transaction.execute(
                "UPDATE approval_call SET taken_at = ? WHERE approval = ? AND position = ? AND taken_at IS NULL",
                .integer(now.milliseconds),
                .text(approval.id),
                .integer(Int64(position))
            )
            let left = try transaction.first(
                "SELECT 1 FROM approval_call WHERE approval = ? AND taken_at IS NULL LIMIT 1",
                .text(approval.id)
            )
            if left == nil {
                approval.usedAt = now
                _ = try ApprovalRow.update(approval, vault: vault, in: transaction)
            }
            return found
        }
        return report(found)
    }

    /// Gives a call back that was taken and of which nothing was executed.
    func giveBack(_ approval: Approval, position: Int) async throws(RouterError) {
        try await write { [vault] transaction in
            var current = try ApprovalStore.find(approval.id, vault, transaction)
            try transaction.execute(
                "UPDATE approval_call SET taken_at = NULL WHERE approval = ? AND position = ?",
                .text(approval.id),
                .integer(Int64(position))
            )
            guard current.usedAt != nil else { return }
            current.usedAt = nil
            try ApprovalRow.reopen(current, vault: vault, in: transaction)
        }
    }

    /// As ``take(_:)``, but takes nothing.
    func look(_ key: CallKey, isForClient: Bool) async throws(RouterError) -> CallState {
        let now = clock.now()
        return report(
            try await read { [vault] in try ApprovalStore.lookUp(key, vault, now, isForClient: isForClient, $0) }
        )
    }

    /// Whether a call is a row of a plan that was approved for its run; who carries that plan out keeps count of its rows.
    func isApproved(_ call: ToolCall, run: String) async throws(RouterError) -> Bool {
        let key = CallKey(call, run: run)
        let now = clock.now()
        return try await read { [vault] transaction in
            let rows = try transaction.query(
                """
                SELECT approval.*, approval_call.position AS call_position FROM approval_call
                JOIN approval ON approval.id = approval_call.approval
                WHERE approval_call.key = ? AND approval.run = ? AND approval.kind = 'run' AND approval.decision = 1
                """,
                .blob(key.bytes),
                .text(run)
            )
            return try rows.contains { row in
                let position = Int(try row.integer("call_position"))
                guard let approval = try? ApprovalRow.decode(row, vault: vault),
                    approval.request.plan.rows.indices.contains(position),
                    CallKey(approval.request.plan.rows[position], of: approval.request) == key
                else { return false }
                // A plan that was begun in time is carried through.
                return approval.usedAt != nil || approval.state(at: now) == .approved
            }
        }
    }

    /// Asks for an approval of calls, unless one of them waits for one already.
    func request(_ request: ApprovalRequest, unlessOpen keys: [CallKey]) async throws(RouterError) -> Approval {
        let approval = try make(request)
        let now = approval.createdAt
        return try await write { [vault] transaction in
            for key in keys {
                let found = try ApprovalStore.lookUp(
                    key,
                    vault,
                    now,
                    isForClient: request.allowsClient,
                    transaction
                )
                if case .pending(let open) = found.state {
                    return open
                }
            }
            if let endpoint = request.endpoint {
                let open = try transaction.query(
                    "SELECT 1 FROM approval WHERE endpoint = ? AND decision IS NULL AND expires_at > ? LIMIT ?",
                    .text(endpoint),
                    .integer(now.milliseconds),
                    .integer(Int64(ApprovalStore.mostOpen))
                )
                guard open.count < ApprovalStore.mostOpen else {
                    throw RouterError(
                        .conflict,
                        "\(ApprovalStore.mostOpen) approvals of this endpoint wait for a decision already; no more are "
                            + "asked for until some are decided."
                    )
                }
            }
            try ApprovalRow.insert(approval, vault: vault, into: transaction)
            return approval
        }
    }

    private struct Found: Sendable {
        var state = CallState.none
        var damaged: [String] = []
    }

    private func report(_ found: Found) -> CallState {
        for id in found.damaged {
            log.error("approval was changed outside the program and is void", ["approval": id])
        }
        return found.state
    }

    private static func lookUp(
        _ key: CallKey,
        _ vault: Vault,
        _ now: Timestamp,
        isForClient: Bool,
        _ transaction: any SQLTransaction
    ) throws -> Found {
        let rows = try transaction.query(
            """
            SELECT approval.*, approval_call.position AS call_position FROM approval_call
            JOIN approval ON approval.id = approval_call.approval
            WHERE approval_call.key = ? AND approval_call.taken_at IS NULL AND approval.used_at IS NULL
                AND approval.expires_at > ? AND approval.kind != 'run'
            ORDER BY approval.id DESC, approval_call.position LIMIT 100
            """,
            .blob(key.bytes),
            .integer(now.milliseconds)
        )
        var found = Found()
        for row in rows {
            let position = Int(try row.integer("call_position"))
            // The index of keys is not sealed: what counts is the plan.
            guard let approval = try? ApprovalRow.decode(row, vault: vault),
                approval.request.plan.rows.indices.contains(position),
                CallKey(approval.request.plan.rows[position], of: approval.request) == key
            else {
                found.damaged.append(try row.text("id"))
                continue
            }
            let isDecidedElsewhere = approval.decision.map { $0.means != .client } ?? false
            guard isForClient || !approval.request.allowsClient || isDecidedElsewhere else { continue }
            switch approval.state(at: now) {
            case .approved:
                found.state = .taken(approval, position: position)
                return found
            case .pending: if case .pending = found.state {} else { found.state = .pending(approval) }
            case .rejected: if case .none = found.state { found.state = .rejected(approval) }
            case .expired, .used: break
            }
        }
        return found
    }

    // MARK: Helpers

    private func make(_ request: ApprovalRequest) throws(RouterError) -> Approval {
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

    private static func find(_ id: String, _ vault: Vault, _ transaction: any SQLTransaction) throws -> Approval {
        guard let row = try transaction.first("SELECT * FROM approval WHERE id = ?", .text(id)) else {
            throw RouterError(
                .notFound,
                "There is no approval \(id.prefix(64)). See: switchboard approvals list"
            )
        }
        return try ApprovalRow.decode(row, vault: vault)
    }

    private func announce(_ approval: Approval) {
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

    private func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Result
    ) async throws(RouterError) -> Result {
        do {
            return try await database.write(body)
        } catch { throw ApprovalStore.error(error) }
    }

    private func read<Result: Sendable>(
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

extension Approval {
    /// Whether somebody may decide it now.
    ///
    /// - Throws: ``RouterError`` with code `forbidden` or `conflict`.
    package func check(_ approver: Approver, planHash: String?, now: Timestamp) throws(RouterError) {
        if let planHash, planHash != self.planHash { throw otherPlan }
        guard state(at: now) == .pending else { throw closed(at: now) }
        if approver.means == .client {
            guard request.allowsClient else {
                throw RouterError(.forbidden, "The rules of this endpoint do not let a client decide \(id).")
            }
            return
        }
        guard request.roles.contains(where: approver.roles.contains) else {
            throw RouterError(
                .forbidden,
                "\(approver.name) may not decide \(id): it takes the role \(request.roles.joined(separator: " or "))."
            )
        }
        // An agent may hold an API token, as the second factor of its endpoint: of the person it acts for, or of another.
        guard approver.means != .api || !wasAskedFor(by: approver.name) else {
            throw RouterError(
                .forbidden,
                "A token of \(approver.name), who asked for \(id), decides nothing about it; sign in to the page."
            )
        }
        guard !request.separateFromRequester || !wasAskedFor(by: approver.name) else {
            throw RouterError(
                .forbidden,
                "\(approver.name) asked for \(id); somebody else must decide it."
            )
        }
    }

    var otherPlan: RouterError {
        RouterError(.conflict, "The plan of \(id) is not the one that was looked at. Read it again, then decide.")
    }

    func closed(at now: Timestamp) -> RouterError {
        let by = decision.map { " by \($0.by) at \($0.at.iso8601)" } ?? ""
        return switch state(at: now) {
        case .pending: RouterError(.conflict, "The approval \(id) has not been decided.")
        case .approved: RouterError(.conflict, "The approval \(id) was given\(by).")
        case .rejected: RouterError(.conflict, "The approval \(id) was refused\(by).")
        case .expired: RouterError(.conflict, "The approval \(id) expired at \(expiresAt.iso8601). Ask for a new one.")
        case .used: RouterError(.conflict, "The approval \(id) was given\(by) and has been used. Ask for a new one.")
        }
    }
}
