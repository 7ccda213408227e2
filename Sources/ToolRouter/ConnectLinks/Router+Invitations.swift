import Connections
import Tools

/// What can be done about an account that a call needs.
enum InvitationOutcome {
    /// A person connects it there.
    case page(ConnectionInvitation)
    /// Only these connections may be used, and none of them is there any more.
    case gone([String])
    /// No page could be made.
    case failed(any Error)
}

extension Router {
    /// A page where the user of a call connects a toolkit so that the call's policy may use the account.
    ///
    /// Where only certain accounts may be used, what is connected has to take the place of one of them.
    func invitation(
        _ toolkit: String,
        for call: ToolCall,
        _ policy: ToolPolicy,
        by invitations: any ConnectionInviting
    ) async -> InvitationOutcome {
        var label: String?
        if let allowed = policy.connections[toolkit] {
            let there = connections.connections(of: call.user).filter { allowed.contains($0.id) }
            guard let replaced = there.first(where: { $0.state != .active }) ?? there.first else {
                return .gone(allowed)
            }
            label = replaced.label
        }
        do {
            let endpoint = call.context.endpoint
            return .page(
                try await invitations.invite(user: call.user, toolkit: toolkit, label: label, endpoint: endpoint)
            )
        } catch { return .failed(error) }
    }
}
