import JSON

/// One record: a value for each column of its table.
struct Row: Sendable {
    let id: String
    private let columns: Columns
    private var values: [JSONValue]
    /// The store's write count when the row was last written; sync tokens compare it.
    var revision = 0

    init(id: String, columns: Columns, _ given: JSONObject = [:]) {
        self.id = id
        self.columns = columns
        values = Array(repeating: .null, count: columns.names.count)
        for member in given { self[member.name] = member.value }
    }

    /// The value of a column; null where the table has no such column.
    subscript(name: String) -> JSONValue {
        get { columns.position(of: name).map { values[$0] } ?? .null }
        set {
            guard let position = columns.position(of: name) else { return }
            values[position] = newValue
        }
    }

    /// The value of the column at a position.
    func value(at position: Int) -> JSONValue { values[position] }

    /// Sets columns from a literal; much cheaper than by way of an object, whose names have to be unique.
    mutating func fill(_ given: KeyValuePairs<String, JSONValue>) {
        var last = -1
        for (name, value) in given {
            guard let position = columns.position(of: name, after: last) else { continue }
            values[position] = value
            last = position
        }
    }

    func has(_ name: String) -> Bool { columns.position(of: name) != nil }

    func text(_ name: String) -> String? { self[name].string }

    /// The strings of a column that holds a list.
    func list(_ name: String) -> [String] { (self[name].array ?? []).compactMap(\.string) }
}
