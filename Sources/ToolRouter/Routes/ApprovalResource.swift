package import HTTP
import JSON

/// `/v1/approvals`: for persons, never for the token of an endpoint.
package struct ApprovalResource: ControlResource {
    package let name = "approvals"
    package let isOpenToMembers = true
    private let store: ApprovalStore
    private let owner: String

    /// Makes the resource.
    ///
    /// - Parameters:
    ///   - store: The approvals.
    ///   - owner: The name of whoever reaches the control socket, who owns the data.
    package init(store: ApprovalStore, owner: String) {
        self.store = store
        self.owner = owner
    }

    package func respond(to call: ControlCall) async throws -> HTTPResponse {
        let approver = try approver(call.principal)
        switch (call.method, call.path.count, call.path.last) {
        case ("GET", 1, _): return try await ApprovalResource.list(call, store, approver)
        case ("GET", 2, let id?):
            let approval = try await ApprovalResource.find(id, store, approver)
            return ControlCall.json(.object(approval.json(at: store.now)))
        case ("POST", 3, "decision"):
            let arguments = try call.arguments(["decision", "plan_hash", "comment"])
            let word = try arguments.string("decision", limit: 16)
            guard word == "approve" || word == "reject" else {
                throw arguments.wrong("decision", "must be approve or reject")
            }
            let hash = try arguments.string("plan_hash", limit: 64)
            let comment = try arguments.optionalString("comment", limit: 2000)
            let id = try await ApprovalResource.find(call.path[1], store, approver).id
            let decided = try await store.decide(
                id,
                planHash: hash,
                isApproved: word == "approve",
                by: approver,
                comment: comment
            )
            return ControlCall.json(.object(decided.json(at: store.now)))
        case (_, 1...2, _): throw Problem.method("GET")
        case (_, 3, "decision"): throw Problem.method("POST")
        default: throw Problem(404, "not_found", "There is nothing at this path of an approval.")
        }
    }

    private func approver(_ principal: ControlPrincipal) throws -> Approver {
        if principal == .local { return Approver(name: owner, role: .administrator, means: .command) }
        guard let person = principal.person else {
            throw Problem(403, "forbidden", "Approvals are for persons, and nobody stands behind this token.")
        }
        return Approver(name: person, role: principal.role, means: .api)
    }

    private static func find(_ id: String, _ store: ApprovalStore, _ approver: Approver) async throws -> Approval {
        let approval = try await store.approval(id)
        // What one may not see is not there.
        guard approver.maySee(approval) else {
            throw RouterError(.notFound, "There is no approval \(id.prefix(64)). See: switchboard approvals list")
        }
        return approval
    }

    private static func list(
        _ call: ControlCall,
        _ store: ApprovalStore,
        _ approver: Approver
    ) async throws -> HTTPResponse {
        let parameters = try call.parameters(["state", "run", "limit", "cursor"])
        var state: Approval.State?
        if let word = parameters["state"] {
            guard let known = Approval.State(rawValue: word) else {
                let words = Approval.State.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem(400, "invalid", "state must be one of \(words).")
            }
            state = known
        }
        let limit = parameters["limit"].map { Int($0) ?? 0 } ?? 100
        guard (1...1000).contains(limit) else {
            throw Problem(400, "invalid", "limit must be an integer from 1 to 1000.")
        }
        let found = try await store.list(
            state: state,
            run: parameters["run"],
            limit: limit,
            after: parameters["cursor"]
        )
        let isLast = found.count < limit
        let now = store.now
        let unreadable = state == nil || state == .pending ? try await store.unreadable() : 0
        return ControlCall.json([
            "unreadable": .integer(unreadable),
            "approvals": .array(found.filter(approver.maySee).map { .object($0.json(at: now)) }),
            "next_cursor": isLast ? .null : found.last.map { .string($0.id) } ?? .null,
        ])
    }
}
