/// The column names of a table, shared by its rows.
final class Columns: Sendable {
    let names: [String]
    private let positions: [String: Int]

    init(_ names: [String]) {
        self.names = names
        positions = Dictionary(names.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// Where a column is; nil when the table has no such column.
    func position(of name: String) -> Int? { positions[name] }

    /// Where a column is, looking first behind the one that was named last: rows are mostly written in order.
    func position(of name: String, after last: Int) -> Int? {
        let next = last + 1
        return next < names.count && names[next] == name ? next : positions[name]
    }
}
