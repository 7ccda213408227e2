import Basics
import JSON
import MCP
import Tools

/// Asks the person at an MCP client about approvals that a call waits for, in the way the client can.
struct ApprovalQuestions: Sendable {
    let gate: ApprovalGate
    /// Seconds that a call waits for the decision of somebody who has opened the page.
    let patience: Double

    /// The questions that are still open; empty when the call can go on, to its result or to its refusal.
    func open(_ pending: [Approval], context: MCPCallContext) async -> [MCPElicitation] {
        var questions: [MCPElicitation] = []
        for approval in pending {
            if let answer = context.answers[approval.id] {
                await take(answer, for: approval, context.elicits)
            } else if let question = question(approval, context.elicits) {
                questions.append(question)
            }
        }
        return questions
    }

    private func question(_ approval: Approval, _ kinds: Set<MCPElicitation.Kind>) -> MCPElicitation? {
        if approval.request.allowsClient, kinds.contains(.form) {
            return MCPElicitation(
                key: approval.id,
                message: ApprovalQuestions.text(of: approval),
                content: .form(schema: ApprovalQuestions.schema)
            )
        }
        guard kinds.contains(.url), let page = gate.page(of: approval.id) else { return nil }
        return MCPElicitation(
            key: approval.id,
            message: "\(approval.request.title). A person must approve this before it is done. The page shows exactly "
                + "what will be done, and asks you to sign in.",
            content: .url(page)
        )
    }

    private func take(
        _ answer: MCPElicitationAnswer,
        for approval: Approval,
        _ kinds: Set<MCPElicitation.Kind>
    ) async {
        guard answer.action == .accept else { return }
        guard approval.request.allowsClient else {
            // The page was opened; what happens there is known here and not to the client.
            if kinds.contains(.url) { _ = try? await gate.store.decision(on: approval.id, within: patience) }
            return
        }
        let isApproved: Bool
        switch answer.content["decision"]?.string {
        case "approve": isApproved = true
        case "reject": isApproved = false
        default: return
        }
        _ = try? await gate.store.decide(
            approval.id,
            planHash: approval.planHash,
            isApproved: isApproved,
            by: Approver(name: approval.request.requester, roles: [], means: .client)
        )
    }

    private static let schema: JSONValue = [
        "type": "object",
        "properties": [
            "decision": [
                "type": "string", "title": "Decision", "enum": ["approve", "reject"],
                "description": "Approve to make exactly these calls, once.",
            ]
        ],
        "required": ["decision"],
    ]

    /// Every call of the plan with its arguments, none shortened: whoever approves must see all of it.
    private static func text(of approval: Approval) -> String {
        let rows = approval.request.plan.rows.map { row in
            "\(row.tool) \(JSONWriter.text(of: .object(row.arguments)))"
        }
        return "Approve? \(approval.request.title)\n" + rows.joined(separator: "\n")
    }
}
