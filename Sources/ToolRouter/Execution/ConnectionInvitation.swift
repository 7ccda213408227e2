package import Basics

/// A page where one person connects an account of one toolkit.
package struct ConnectionInvitation: Sendable, Hashable {
    /// The page's address.
    package var url: String
    /// When the address stops to work.
    package var expiresAt: Timestamp

    package init(url: String, expiresAt: Timestamp) {
        self.url = url
        self.expiresAt = expiresAt
    }
}

/// Makes addresses of pages where people connect accounts, for whoever needs a connection that is missing.
package protocol ConnectionInviting: Sendable {
    /// A page for a user to connect a toolkit.
    ///
    /// - Parameter endpoint: The endpoint that the connection is needed for.
    /// - Throws: An error whose description says what to do instead.
    func invite(user: String, toolkit: String, endpoint: String?) async throws -> ConnectionInvitation

    /// As above, for a connection that takes the place of the user's connection of that label; nil for none certain.
    func invite(
        user: String,
        toolkit: String,
        label: String?,
        endpoint: String?
    ) async throws -> ConnectionInvitation
}

extension ConnectionInviting {
    package func invite(
        user: String,
        toolkit: String,
        label: String?,
        endpoint: String?
    ) async throws -> ConnectionInvitation {
        try await invite(user: user, toolkit: toolkit, endpoint: endpoint)
    }
}
