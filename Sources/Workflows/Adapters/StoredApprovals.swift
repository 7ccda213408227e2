import Basics
import JSON
package import ToolRouter

/// Questions of runs in the store of approvals, where pages, commands and clients find them.
package struct StoredApprovals: RunApprovals {
    private let store: ApprovalStore

    package init(store: ApprovalStore) {
        self.store = store
    }

    package func ask(_ question: RunQuestion) async throws(WorkflowError) -> String {
        let request = request(question)
        do {
            // A run that was killed between asking and writing that down must not ask twice.
            let known = try await store.list(run: question.run)
            if let same = known.first(where: { $0.request.title == request.title && $0.planHash == request.plan.hash })
            {
                return same.id
            }
            return try await store.request(request).id
        } catch {
            throw WorkflowError("storage", "the approval could not be asked for: \(error.message)", cause: error)
        }
    }

    package func decision(_ id: String) async throws(WorkflowError) -> RunDecision {
        let approval: Approval
        do {
            approval = try await store.approval(id)
        } catch {
            throw WorkflowError("storage", "the approval \(id) could not be read: \(error.message)", cause: error)
        }
        // What was decided in time counts, however long the run took to come back for it.
        if let decision = approval.decision {
            return decision.isApproved
                ? .approved(by: decision.by, at: decision.at, comment: decision.comment)
                : .rejected(by: decision.by, at: decision.at, comment: decision.comment)
        }
        return approval.state(at: store.now) == .pending ? .pending : .expired
    }

    private func request(_ question: RunQuestion) -> ApprovalRequest {
        var rows = question.plan.map(StoredApprovals.row)
        // A decision without a list is still a decision about something that can be read.
        if rows.isEmpty { rows = [ApprovalPlan.Row(tool: "(the run goes on)", arguments: [:], text: question.title)] }
        if let body = question.body, !body.isEmpty {
            rows.insert(ApprovalPlan.Row(tool: "(note)", arguments: [:], text: body), at: 0)
        }
        return ApprovalRequest(
            kind: .run,
            title: question.title,
            plan: ApprovalPlan(rows),
            requester: question.requester,
            endpoint: question.endpoint,
            run: question.run,
            roles: question.from.map { name in
                let role = name.hasPrefix("role:") ? String(name.dropFirst(5)) : name
                return role.replacing("-", with: "_")
            },
            separateFromRequester: question.separateFromRequester,
            lifetime: Double(question.expires.milliseconds - store.now.milliseconds) / 1000
        )
    }

    /// A row of a file's plan: `tool` and `text` are what they say, everything else is what the call is about.
    private static func row(_ value: JSONValue) -> ApprovalPlan.Row {
        guard let object = value.object else {
            return ApprovalPlan.Row(tool: "(row)", arguments: [:], text: Template.text(of: value))
        }
        var arguments = JSONObject()
        var records: [String] = []
        for member in object where member.name != "tool" && member.name != "text" {
            arguments.append(name: member.name, value: member.value)
            if let id = member.value.string ?? member.value.number?.text { records.append(id) }
        }
        return ApprovalPlan.Row(
            tool: object["tool"]?.string ?? "(row)",
            arguments: arguments,
            records: records,
            text: object["text"]?.string
        )
    }
}
