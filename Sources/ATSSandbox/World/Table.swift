import JSON

/// Rows in the order they were made, found by id and by the columns that are indexed.
struct Table: Sendable {
    /// A row as lists showed it before a write that they do not show yet.
    private struct Stale: Sendable {
        let until: Int64
        let row: Row?
    }

    let columns: Columns
    private var slots: [Row?] = []
    private var positions: [String: Int] = [:]
    private let indexed: [(name: String, position: Int)]
    /// Of each indexed column, the positions of the rows by value.
    private var indexes: [[String: [Int]]]
    private var stale: [Int: Stale] = [:]
    private(set) var count = 0
    /// How many rows there ever were; the number of the last one made.
    var made: Int { slots.count }

    init(columns: [String], indexed: [String] = []) {
        self.columns = Columns(columns)
        self.indexed = indexed.compactMap { [columns = self.columns] name in
            columns.position(of: name).map { (name, $0) }
        }
        indexes = Array(repeating: [:], count: indexed.count)
    }

    /// The row of an id, as reads by id see it: at once.
    subscript(id: String) -> Row? { positions[id].flatMap { slots[$0] } }

    func row(id: String, _ values: JSONObject) -> Row { Row(id: id, columns: columns, values) }

    /// Adds a row, or replaces the one that has its id.
    ///
    /// `hiddenUntil` is the instant, in epoch milliseconds, from which lists show the write; nil shows it at once.
    mutating func put(_ row: Row, hiddenUntil: Int64? = nil) {
        let position: Int
        if let known = positions[row.id] {
            position = known
            if let hiddenUntil { stale[known] = Stale(until: hiddenUntil, row: slots[known]) }
            unindex(known)
            if slots[known] == nil { count += 1 }
            slots[known] = row
        } else {
            position = slots.count
            if let hiddenUntil { stale[position] = Stale(until: hiddenUntil, row: nil) }
            positions[row.id] = position
            slots.append(row)
            count += 1
        }
        index(row, at: position)
    }

    /// Adds a row whose id is known to be new.
    mutating func seed(_ id: String, revision: Int, _ fill: (inout Row) -> Void) {
        let position = slots.count
        var row = Row(id: id, columns: columns)
        row.revision = revision
        fill(&row)
        index(row, at: position)
        positions[id] = position
        slots.append(row)
        count += 1
    }

    mutating func reserve(_ count: Int) {
        slots.reserveCapacity(count)
        positions.reserveCapacity(count)
    }

    mutating func remove(_ id: String, hiddenUntil: Int64? = nil) {
        guard let position = positions[id], let row = slots[position] else { return }
        if let hiddenUntil { stale[position] = Stale(until: hiddenUntil, row: row) }
        unindex(position)
        slots[position] = nil
        count -= 1
    }

    /// The rows whose indexed column has, or whose list contains, a value; in the order they were made.
    func rows(where column: String, is value: String) -> [Row] {
        guard let number = indexed.firstIndex(where: { $0.name == column }) else {
            return slots.compactMap { $0 }.filter { Table.keys(of: $0[column]).contains(value) }
        }
        return (indexes[number][value] ?? []).sorted().compactMap { slots[$0] }
    }

    /// The row at a position as lists show it at an instant; nil for one that is gone, or not shown yet.
    func listed(at position: Int, now: Int64) -> Row? {
        if let stale = stale[position], stale.until > now { return stale.row }
        return slots[position]
    }

    /// The row of an id as lists show it at an instant.
    func listed(id: String, now: Int64) -> Row? { positions[id].flatMap { listed(at: $0, now: now) } }

    /// Every row as lists show them at an instant.
    func listed(now: Int64) -> [Row] {
        stale.isEmpty ? slots.compactMap { $0 } : slots.indices.compactMap { listed(at: $0, now: now) }
    }

    private mutating func index(_ row: Row, at position: Int) {
        for (number, column) in indexed.enumerated() {
            let value = row.value(at: column.position)
            if case .string(let key) = value {
                indexes[number][key, default: []].append(position)
            } else {
                for key in Table.keys(of: value) { indexes[number][key, default: []].append(position) }
            }
        }
    }

    private mutating func unindex(_ position: Int) {
        guard let row = slots[position] else { return }
        for (number, column) in indexed.enumerated() {
            for key in Table.keys(of: row.value(at: column.position)) {
                indexes[number][key]?.removeAll { $0 == position }
            }
        }
    }

    private static func keys(of value: JSONValue) -> [String] {
        switch value {
        case .string(let text): [text]
        case .number(let number): [number.text]
        case .bool(let flag): [flag ? "true" : "false"]
        case .array(let values): values.compactMap(\.string)
        default: []
        }
    }
}
