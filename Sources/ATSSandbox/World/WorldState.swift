import Basics
import JSON

/// What changes in the simulated world.
struct WorldState: Sendable {
    private let origin: SeedOrigin
    private var ownAshby: Store?
    private var ownPinpoint: Store?
    /// Who wants to know what happens in Pinpoint.
    var webhooks: [PinpointWebhook] = []
    /// Requests as they were answered, oldest first.
    var requests: [JSONValue] = []
    /// Accepted writes, oldest first.
    var writes: [JSONValue] = []
    /// The instants of recent requests of a client, for rate limits.
    var recent: [String: [Int64]] = [:]

    init(_ origin: SeedOrigin) {
        self.origin = origin
    }

    /// Ashby's records; the first look generates them.
    var ashby: Store {
        mutating get {
            let store = ownAshby ?? origin.ashby()
            ownAshby = store
            return store
        }
        set { ownAshby = newValue }
    }

    /// Pinpoint's records; the first look generates them.
    var pinpoint: Store {
        mutating get {
            let store = ownPinpoint ?? origin.pinpoint()
            ownPinpoint = store
            return store
        }
        set { ownPinpoint = newValue }
    }

    mutating func record(write operation: String, system: String, id: JSONValue, at now: Timestamp) {
        writes.append([
            "system": .string(system), "operation": .string(operation), "id": id, "at": .string(now.iso8601),
        ])
    }
}
