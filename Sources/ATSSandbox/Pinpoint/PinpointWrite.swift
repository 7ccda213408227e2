import Basics
import JSON

/// A create, update or delete on its way into the store.
struct PinpointWrite: Sendable {
    var store: Store
    let seed: UInt64
    let now: Timestamp
    /// The record as it will be; hooks change it.
    var row: Row
    /// The record before an update.
    var before: Row?
    /// The attributes that the caller sent, write-only ones too.
    var attributes: JSONObject
    /// The ids that the caller linked, by relationship.
    var links: [String: [String]] = [:]

    var time: JSONValue { .string(PinpointTime.text(now)) }

    /// The id of the next record of a type: one more than the largest.
    static func nextID(_ type: String, in store: Store) -> String {
        String(900_000 + store.nextNumber(type))
    }

    /// Adds a record of another type.
    mutating func add(_ type: String, _ values: JSONObject) -> String {
        let id = PinpointWrite.nextID(type, in: store)
        var values = values
        values["created_at"] = values["created_at"] ?? time
        values["updated_at"] = time
        store.put(id, values, in: type)
        return id
    }
}
