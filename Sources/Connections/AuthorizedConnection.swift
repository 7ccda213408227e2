package import Basics

/// A connection that is ready to be used: whose it is, where it leads, and the credentials in the clear.
///
/// It lives in memory only, and is never stored or logged.
package struct AuthorizedConnection: Sendable {
    /// The connection's identifier.
    package var id: String
    /// The toolkit it belongs to.
    package var toolkit: String
    /// What the toolkit asks for besides secrets, such as a subdomain.
    package var fields: [String: String]
    /// The secrets by the name that the toolkit's scheme gives them, such as `api_key`.
    package var secrets: [String: Secret]
    /// Where to send requests instead of the toolkit's own address; for simulators and proxies.
    package var baseURL: String?
    /// Counts the renewals of its credentials, so that a refusal of old ones is not taken for one of the new.
    package var generation: Int

    package init(
        id: String,
        toolkit: String,
        fields: [String: String] = [:],
        secrets: [String: Secret] = [:],
        baseURL: String? = nil,
        generation: Int = 0
    ) {
        self.id = id
        self.toolkit = toolkit
        self.fields = fields
        self.secrets = secrets
        self.baseURL = baseURL
        self.generation = generation
    }
}

/// Finds the connection for a call.
package protocol ConnectionSource: Sendable {
    /// The user's connection at a toolkit; `id` picks one where there are several.
    ///
    /// - Throws: ``ConnectionError`` that says which connection is missing and how to add it.
    func connection(user: String, toolkit: String, id: String?) async throws(ConnectionError) -> AuthorizedConnection

    /// Newer credentials for a connection whose own were refused with 401; nil when there are none to be had.
    ///
    /// Whoever gets some tries once more; after a second refusal ``refused(connection:status:)`` is the answer.
    ///
    /// - Throws: ``ConnectionError`` with code `unavailable` when they cannot be had now, `needsReauthorization` when never.
    func renewed(_ connection: AuthorizedConnection) async throws(ConnectionError) -> AuthorizedConnection?

    /// Tells the source that the other side refused the credentials of a connection.
    func refused(connection id: String, status: Int) async
}

extension ConnectionSource {
    package func renewed(_ connection: AuthorizedConnection) async throws(ConnectionError) -> AuthorizedConnection? {
        nil
    }
}
