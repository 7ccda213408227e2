import Connections
import MCP
import Tools

/// Asks the person at an MCP client to connect accounts that a call needs, where the client can open a page.
struct ConnectionQuestions: Sendable {
    let router: Router
    let policy: ToolPolicy
    /// Seconds that a call waits for somebody who has opened the page.
    let patience: Double

    /// Seconds between two looks; the person types a key meanwhile.
    private static let interval = 1.0

    /// The questions that are still open; empty when the call can go on, to its result or to the news of what is missing.
    func open(_ toolkits: [String], _ call: ToolCall, context: MCPCallContext) async -> [MCPElicitation] {
        guard context.elicits.contains(.url), let invitations = router.invitations else { return [] }
        var questions: [MCPElicitation] = []
        var seen: Set<String> = []
        for toolkit in router.withAccounts(toolkits)
        where seen.insert(toolkit).inserted && !isConnected(toolkit, call) {
            let key = "connect:" + toolkit
            if let answer = context.answers[key] {
                if answer.action == .accept { await wait(toolkit, call) }
                continue
            }
            // Without a page the result says which command connects the account.
            guard case .page(let invitation) = await router.invitation(toolkit, for: call, policy, by: invitations)
            else { continue }
            questions.append(
                MCPElicitation(
                    key: key,
                    message: "No account of \(toolkit) is connected for \(call.user). The page asks you to sign in and "
                        + "to connect one; the link works once, for ten minutes.",
                    content: .url(invitation.url)
                )
            )
        }
        return questions
    }

    private func isConnected(_ toolkit: String, _ call: ToolCall) -> Bool {
        router.connections.status(user: call.user, toolkit: toolkit, among: policy.connections[toolkit]) == .active
    }

    /// What happens on the page is known here and not to the client, which only says that it was opened.
    private func wait(_ toolkit: String, _ call: ToolCall) async {
        var left = patience
        while left > 0, !isConnected(toolkit, call), !Task.isCancelled {
            try? await Task.sleep(for: .milliseconds(Int64(ConnectionQuestions.interval * 1000)))
            left -= ConnectionQuestions.interval
        }
    }
}
