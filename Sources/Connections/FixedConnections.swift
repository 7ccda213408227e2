package import Basics

/// Connections that everybody may use and that live in memory only: those of the environment, and the sandbox's.
package final class FixedConnections: ConnectionDirectory {
    private struct State {
        var records: [ConnectionRecord]
    }

    private let connections: [String: AuthorizedConnection]
    private let state: Locked<State>
    private let howToRenew: String

    /// Connections with their credentials.
    ///
    /// - Parameters:
    ///   - connections: At most one a toolkit.
    ///   - label: Where they come from, for people, such as `environment`.
    ///   - howToRenew: What to do when the other side refuses one, as a sentence.
    ///   - clock: Says when they were made: now.
    package init(
        _ connections: [AuthorizedConnection],
        label: String,
        howToRenew: String,
        clock: any WallClock = SystemClock()
    ) {
        let now = clock.now()
        self.connections = Dictionary(connections.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
        self.howToRenew = howToRenew
        state = Locked(
            State(
                records: connections.map { connection in
                    ConnectionRecord(
                        id: connection.id,
                        user: nil,
                        toolkit: connection.toolkit,
                        label: label,
                        fields: connection.fields,
                        secretNames: connection.secrets.keys.sorted(),
                        baseURL: connection.baseURL,
                        state: .active,
                        createdAt: now,
                        updatedAt: now
                    )
                }
            )
        )
    }

    /// Every connection with its credentials.
    package var all: [AuthorizedConnection] { connections.values.sorted { $0.id < $1.id } }

    package func connections(of user: String) -> [ConnectionRecord] { state.withLock { $0.records } }

    package func connection(
        user: String,
        toolkit: String,
        id: String?
    ) async throws(ConnectionError) -> AuthorizedConnection {
        let record: ConnectionRecord
        do {
            record = try ConnectionChoice.choose(connections(of: user), user: user, toolkit: toolkit, id: id)
        } catch {
            guard error.code == .needsReauthorization else { throw error }
            throw ConnectionError(
                .needsReauthorization,
                "\(toolkit) refused the credentials it was given. \(howToRenew)"
            )
        }
        guard let connection = connections[record.id] else {
            throw ConnectionError(.missing, "The connection \(record.id) to \(toolkit) is gone.")
        }
        return connection
    }

    package func refused(connection id: String, status: Int) async {
        guard status == 401 else { return }
        state.withLock { state in
            for position in state.records.indices where state.records[position].id == id {
                state.records[position].state = .needsReauthorization
            }
        }
    }
}
