import Basics
import Connections
import Storage
import Tools

/// Approvals of single calls, which each let one call through once.
extension ApprovalStore {
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
}
