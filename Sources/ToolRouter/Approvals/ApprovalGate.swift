package import Basics
import JSON
package import Tools

/// Holds calls back until a person has approved them, where the rules of their endpoint say so.
///
/// Without an endpoint everything that destroys or leaves the house is held back, except what a workflow that no model
/// started sends. Stands between policy and write ledger. A call that waits is answered with `approval_required`; the identical call,
/// made again after the decision, is carried out once.
package final class ApprovalGate: Sendable {
    /// The approvals.
    package let store: ApprovalStore

    private let rules: @Sendable (_ endpoint: String) -> ApprovalRules?
    private let address: @Sendable () -> String?
    private let log: Log
    private let recent = Locked<[String: [Timestamp]]>([:])

    /// A gate.
    ///
    /// - Parameters:
    ///   - store: The approvals.
    ///   - rules: The rules of an endpoint at this moment, nil for one that is gone.
    ///   - address: What links to pages start with, nil where no pages are served.
    ///   - log: Is told when approvals cannot be read or written.
    package init(
        store: ApprovalStore,
        rules: @escaping @Sendable (_ endpoint: String) -> ApprovalRules?,
        address: @escaping @Sendable () -> String? = { nil },
        log: Log = .none
    ) {
        self.store = store
        self.rules = rules
        self.address = address
        self.log = log
    }

    /// Takes up the count of each endpoint's writes where an earlier start left it.
    ///
    /// - Parameter sent: When each endpoint sent its writes of the last hour.
    package func restore(_ sent: [String: [Timestamp]]) {
        recent.withLock { $0.merge(sent) { own, earlier in earlier + own } }
    }

    /// The page where an approval is decided; nil where no pages are served.
    package func page(of id: String) -> String? { address().map { $0 + "/approvals/" + id } }

    /// Asks for one approval of all calls that need one and have none, and returns those that are undecided.
    ///
    /// Nothing is held back here: each call is looked at again when it is made.
    ///
    /// - Parameter calls: Calls that are wanted together, whose tools exist for whoever wants them.
    package func prepare(_ calls: [(call: ToolCall, tool: ToolSpecification)]) async -> [Approval] {
        var pending: [Approval] = []
        var missing: [(call: ToolCall, how: ApprovalRules.How)] = []
        do throws(RouterError) {
            for (call, tool) in calls {
                let how = how(call, tool)
                guard how == .page || how == .client else { continue }
                switch try await store.look(CallKey(call), isForClient: how == .client) {
                case .none: missing.append((call, how))
                case .pending(let approval) where !pending.contains(where: { $0.id == approval.id }):
                    pending.append(approval)
                default: break
                }
            }
            if let first = missing.first {
                let isForClient = missing.allSatisfy { $0.how == .client }
                let request = request(missing.map(\.call), first.call, isForClient: isForClient)
                pending.append(try await store.request(request, unlessOpen: missing.map { CallKey($0.call) }))
            }
        } catch {
            log.error("approvals cannot be asked for", ["error": error.message])
        }
        return pending
    }

    private func how(_ call: ToolCall, _ tool: ToolSpecification, counts: Bool = false) -> ApprovalRules.How {
        guard tool.effect.isWrite else { return .allow }
        guard let rules = rules(of: call) else { return .refuse }
        let batch = max(1, call.context.batch ?? 1)
        guard rules.hourlyLimit != nil, let endpoint = call.context.endpoint else {
            return rules.how(tool, batch: batch)
        }
        let now = store.now
        return recent.withLock { recent in
            recent[endpoint, default: []].removeAll { $0 <= now.adding(seconds: -3600) }
            let how = rules.how(tool, batch: batch, hour: 1 + (recent[endpoint]?.count ?? 0))
            // Under one lock, because calls side by side must see each other.
            if counts, how == .allow { recent[endpoint]?.append(now) }
            return how
        }
    }

    private func rules(of call: ToolCall) -> ApprovalRules? {
        guard let endpoint = call.context.endpoint else {
            // A person, a schedule or a signed report started the run, and its file has approvals of its own.
            return call.origin == .workflow ? ApprovalRules([.init(.send, .allow)]) : ApprovalRules()
        }
        return rules(endpoint)
    }

    private func request(_ calls: [ToolCall], _ first: ToolCall, isForClient: Bool) -> ApprovalRequest {
        let rules = rules(of: first) ?? ApprovalRules()
        let rows = calls.map {
            ApprovalPlan.Row(tool: $0.tool, connection: $0.connection, arguments: $0.arguments)
        }
        let names = Array(Set(calls.map(\.tool))).sorted()
        let shown = names.prefix(3).joined(separator: ", ") + (names.count > 3 ? " and others" : "")
        var request = ApprovalRequest(
            kind: calls.count == 1 ? .call : .batch,
            title: calls.count == 1 ? "Call \(shown)" : "Make \(calls.count) calls: \(shown)",
            plan: ApprovalPlan(rows),
            requester: first.user,
            endpoint: first.context.endpoint,
            run: first.context.run,
            roles: rules.roles,
            separateFromRequester: rules.separate,
            lifetime: rules.lifetime
        )
        request.asker = first.context.actor
        request.allowsClient = isForClient
        return request
    }

    // MARK: Answers

    private func waits(_ approval: Approval) -> ToolResult {
        let link = page(of: approval.id)
        let way =
            link.map { "Give the user this link, where a person with the right role decides: \($0)" }
            ?? "A person decides with: switchboard approvals show \(approval.id)"
        var details: JSONObject = [
            "outcome": "not_executed", "approval_id": .string(approval.id), "state": "pending",
            "expires_at": .string(approval.expiresAt.iso8601),
        ]
        details["approval_url"] = link.map { .string($0) }
        return .failure(
            "approval_required",
            "Nothing was changed: a person must approve this call first (approval \(approval.id)). \(way). Then make the "
                + "identical call again; it is made once, and with other arguments it needs an approval of its own.",
            details: details
        )
    }

    private static func rejected(_ approval: Approval) -> ToolResult {
        let decision = approval.decision
        let words = decision?.comment.map { ": \($0)" } ?? ""
        return .failure(
            "approval_rejected",
            "Nothing was changed: \(decision?.by ?? "a person") refused this call (approval \(approval.id))\(words). Do "
                + "not make it again; tell the user.",
            details: [
                "outcome": "not_executed", "approval_id": .string(approval.id), "state": "rejected",
                "comment": decision?.comment.map { .string($0) } ?? .null,
            ]
        )
    }

    private static func refused(_ tool: String) -> ToolResult {
        .failure(
            "refused_by_rules",
            "Nothing was changed: the approval rules of this endpoint refuse \(tool) altogether. Its administrator can "
                + "change them.",
            details: ["outcome": "not_executed"]
        )
    }
}

extension ApprovalGate: CallInterceptor {
    package func intercept(
        _ call: ToolCall,
        tool: ToolSpecification,
        next: @escaping @Sendable (ToolCall) async -> ToolResult
    ) async -> ToolResult {
        guard tool.effect.isWrite else { return await next(call) }
        let how = how(call, tool, counts: true)
        if how == .refuse { return ApprovalGate.refused(call.tool) }
        var taken: (approval: Approval, position: Int)?
        if how != .allow {
            do throws(RouterError) {
                let key = CallKey(call)
                if let run = call.context.run, try await store.isApproved(call, run: run) { return await next(call) }
                switch try await store.take(key, isForClient: how == .client) {
                case .taken(let approval, let position):
                    taken = (approval, position)
                    count(call)
                case .rejected(let approval): return ApprovalGate.rejected(approval)
                case .pending(let approval): return waits(approval)
                case .none:
                    let request = request([call], call, isForClient: how == .client)
                    return waits(try await store.request(request, unlessOpen: [key]))
                }
            } catch {
                return .failure(
                    "approval_unavailable",
                    "Nothing was changed: whether this call is approved cannot be found out. \(error.message)",
                    details: ["outcome": "not_executed"]
                )
            }
        }
        let result = await next(call)
        if let taken, result.isError, result.problem?.outcome == .notExecuted {
            do {
                try await store.giveBack(taken.approval, position: taken.position)
            } catch { log.warning("an approval stays used although nothing was done", ["error": error.message]) }
        }
        return result
    }

    private func count(_ call: ToolCall) {
        guard let endpoint = call.context.endpoint, rules(endpoint)?.hourlyLimit != nil else { return }
        let now = store.now
        recent.withLock { $0[endpoint, default: []].append(now) }
    }
}
