import Basics
import JSON

/// A request that is being answered: its arguments, its key's rights, and the records.
struct AshbyCall: Sendable {
    var store: Store
    let arguments: AshbyArguments
    let key: AshbyKey
    let seed: UInt64
    let now: Timestamp
    /// The address at which the caller reached the simulator, for links to itself.
    var origin = ""
    /// The user in whose name the key writes.
    var actor: String { StableID.uuid("user", 1, seed: seed) }
    var time: JSONValue { .string(now.iso8601) }

    /// The row that an argument names, or the vendor's answer that there is none.
    func row(_ table: String, _ argument: String, _ kind: String) throws(AshbyFailure) -> Row {
        guard let id = arguments.text(argument) else { throw .invalid(argument, "required") }
        guard let row = store[table][id], isVisible(row, table) else { throw .notFound(kind) }
        return row
    }

    /// The row that an optional argument names.
    func optional(_ table: String, _ argument: String, _ kind: String) throws(AshbyFailure) -> Row? {
        arguments[argument] == nil ? nil : try row(table, argument, kind)
    }

    /// Whether the key may see a record: what belongs to a confidential job needs the toggle.
    func isVisible(_ row: Row, _ table: String) -> Bool {
        guard !key.seesConfidential else { return true }
        switch table {
        case "jobs", "projects": return row["confidential"] != true
        case "applications", "postings": return isVisible(job: row.text("jobId"))
        case "feedback", "schedules", "offers", "history":
            let application = row.text("applicationId").flatMap { store["applications"][$0] }
            return isVisible(job: application?.text("jobId"))
        default: return true
        }
    }

    private func isVisible(job id: String?) -> Bool { id.flatMap { store["jobs"][$0] }?["confidential"] != true }

    /// A new identifier of a table.
    func newID(_ table: String) -> String {
        StableID.uuid("new " + table, store[table].made, seed: seed)
    }

    mutating func save(_ row: Row, in table: String) {
        var row = row
        row["updatedAt"] = time
        store.put(row, in: table)
    }

    mutating func add(_ values: JSONObject, to table: String) -> Row {
        let id = newID(table)
        var values = values
        values["createdAt"] = values["createdAt"] ?? time
        values["updatedAt"] = time
        store.put(id, values, in: table)
        return store[table][id] ?? store[table].row(id: id, values)
    }
}
