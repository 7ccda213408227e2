extension ConnectLinks: ConnectionInviting {
    package func invite(user: String, toolkit: String, endpoint: String?) async throws -> ConnectionInvitation {
        try await invite(user: user, toolkit: toolkit, label: nil, endpoint: endpoint)
    }

    package func invite(
        user: String,
        toolkit: String,
        label: String?,
        endpoint: String?
    ) async throws -> ConnectionInvitation {
        let new = try await make(user: user, toolkit: toolkit, label: label ?? "")
        return ConnectionInvitation(url: new.url, expiresAt: new.link.expiresAt)
    }
}
