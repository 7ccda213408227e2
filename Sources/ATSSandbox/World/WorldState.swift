import Basics
import JSON

/// What changes in the simulated world.
struct WorldState: Sendable {
    var ashby: Store
    var pinpoint: Store
    /// Requests as they were answered, oldest first.
    var requests: [JSONValue] = []
    /// Accepted writes, oldest first.
    var writes: [JSONValue] = []
    /// The instants of recent requests of a client, for rate limits.
    var recent: [String: [Int64]] = [:]

    init(ashby: Store, pinpoint: Store) {
        self.ashby = ashby
        self.pinpoint = pinpoint
    }

    mutating func record(write operation: String, system: String, id: JSONValue, at now: Timestamp) {
        writes.append([
            "system": .string(system), "operation": .string(operation), "id": id, "at": .string(now.iso8601),
        ])
    }
}
