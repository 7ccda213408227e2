import Basics
import Synchronization

/// Counts connections and requests, and says when there are too many.
final class Admission: Sendable {
    private struct Connections {
        var total = 0
        var byPeer: [String: Int] = [:]
    }

    private let connections = Locked(Connections())
    private let requests = Atomic<Int>(0)
    private let maximumConnections: Int
    private let maximumConnectionsPerPeer: Int
    private let maximumRequests: Int

    init(_ configuration: HTTPServerConfiguration) {
        maximumConnections = configuration.maximumConnections
        maximumConnectionsPerPeer = configuration.maximumConnectionsPerPeer
        maximumRequests = configuration.maximumRequestsInFlight
    }

    /// Counts a connection, unless that is one too many.
    func connect(_ peer: String) -> Bool {
        connections.withLock { connections in
            let ofPeer = connections.byPeer[peer, default: 0]
            guard connections.total < maximumConnections, ofPeer < maximumConnectionsPerPeer else { return false }
            connections.total += 1
            connections.byPeer[peer] = ofPeer + 1
            return true
        }
    }

    func disconnect(_ peer: String) {
        connections.withLock { connections in
            connections.total -= 1
            let left = connections.byPeer[peer, default: 1] - 1
            connections.byPeer[peer] = left == 0 ? nil : left
        }
    }

    /// Counts a request, unless that is one too many.
    func begin() -> Bool {
        guard requests.wrappingAdd(1, ordering: .relaxed).newValue > maximumRequests else { return true }
        end()
        return false
    }

    func end() {
        requests.wrappingSubtract(1, ordering: .relaxed)
    }
}
