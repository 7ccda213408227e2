extension ConnectLinks: ConnectionInviting {
    package func invite(user: String, toolkit: String, endpoint: String?) async throws -> ConnectionInvitation {
        let new = try await make(user: user, toolkit: toolkit)
        return ConnectionInvitation(url: new.url, expiresAt: new.link.expiresAt)
    }
}
