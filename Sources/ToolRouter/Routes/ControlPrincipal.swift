/// Who asks the control API.
package struct ControlPrincipal: Sendable, Hashable {
    /// Who it is, in the words of the audit: `local`, or `token:tok_…`.
    package var actor: String
    /// The person behind it; nil for whoever reaches the control socket.
    package var person: String?
    package var role: PersonRole

    package init(actor: String, person: String? = nil, role: PersonRole) {
        self.actor = actor
        self.person = person
        self.role = role
    }

    /// Whoever reaches the control socket: the user of the machine who owns the data.
    package static let local = ControlPrincipal(actor: "local", role: .administrator)

    /// The holder of an API token.
    package init(_ token: APIToken) {
        self.init(actor: "token:" + token.id, person: token.person, role: token.role)
    }
}
