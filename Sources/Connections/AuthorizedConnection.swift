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

    package init(
        id: String,
        toolkit: String,
        fields: [String: String] = [:],
        secrets: [String: Secret] = [:],
        baseURL: String? = nil
    ) {
        self.id = id
        self.toolkit = toolkit
        self.fields = fields
        self.secrets = secrets
        self.baseURL = baseURL
    }
}

/// Finds the connection for a call.
package protocol ConnectionSource: Sendable {
    /// The user's connection at a toolkit; `id` picks one where there are several.
    ///
    /// - Throws: ``ConnectionError`` that says which connection is missing and how to add it.
    func connection(user: String, toolkit: String, id: String?) async throws(ConnectionError) -> AuthorizedConnection

    /// Tells the source that the other side refused the credentials of a connection.
    func refused(connection id: String, status: Int) async
}
