/// Several sources as one: the first that has a connection for the call gives it.
package struct CompositeConnectionSource: ConnectionDirectory {
    private let sources: [any ConnectionDirectory]

    /// Sources in the order in which they are asked.
    package init(_ sources: [any ConnectionDirectory]) {
        self.sources = sources
    }

    package func connections(of user: String) -> [ConnectionRecord] {
        sources.flatMap { $0.connections(of: user) }
    }

    package func connection(
        user: String,
        toolkit: String,
        id: String?
    ) async throws(ConnectionError) -> AuthorizedConnection {
        var first: ConnectionError?
        for source in sources {
            do {
                return try await source.connection(user: user, toolkit: toolkit, id: id)
            } catch {
                // Only "there is none" sends the question on: a refused connection must not be replaced unnoticed.
                guard error.code == .missing else { throw error }
                first = first ?? error
            }
        }
        throw first ?? ConnectionError(.missing, "There are no connections.")
    }

    package func renewed(_ connection: AuthorizedConnection) async throws(ConnectionError) -> AuthorizedConnection? {
        for source in sources {
            if let renewed = try await source.renewed(connection) { return renewed }
        }
        return nil
    }

    package func refused(connection id: String, status: Int) async {
        for source in sources { await source.refused(connection: id, status: status) }
    }
}
