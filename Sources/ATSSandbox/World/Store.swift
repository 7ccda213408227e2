import Basics
import JSON

/// The records of one simulated system.
struct Store: Sendable {
    private var tables: [String: Table] = [:]
    /// How many writes there have been.
    private(set) var revision = 0
    /// The instant until which lists hide what is written now, in epoch milliseconds.
    var hiddenUntil: Int64?

    mutating func define(_ name: String, columns: [String], indexed: [String] = []) {
        tables[name] = Table(columns: columns, indexed: indexed)
    }

    /// A table; an empty one for a name that was never defined.
    subscript(name: String) -> Table { tables[name] ?? Table(columns: []) }

    /// The number of the next row of a table, from 1.
    func nextNumber(_ table: String) -> Int { self[table].made + 1 }

    mutating func put(_ row: Row, in table: String) {
        revision += 1
        var row = row
        row.revision = revision
        tables[table]?.put(row, hiddenUntil: hiddenUntil)
    }

    mutating func put(_ id: String, _ values: JSONObject, in table: String) {
        guard let columns = tables[table]?.columns else { return }
        put(Row(id: id, columns: columns, values), in: table)
    }

    /// Adds a record of the generated data set.
    mutating func seed(_ id: String, in table: String, _ fill: (inout Row) -> Void) {
        revision += 1
        tables[table]?.seed(id, revision: revision, fill)
    }

    /// Makes room for that many records.
    mutating func reserve(_ count: Int, in table: String) { tables[table]?.reserve(count) }

    mutating func remove(_ id: String, from table: String) {
        revision += 1
        tables[table]?.remove(id, hiddenUntil: hiddenUntil)
    }
}
