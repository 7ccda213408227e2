/// Rows under headings, for people; every list command prints one.
struct Table {
    private let headings: [String]
    private var rows: [[String]] = []

    init(_ headings: String...) {
        self.headings = headings
    }

    /// Adds a row; missing cells are empty.
    mutating func add(_ cells: String...) {
        rows.append(cells)
    }

    var isEmpty: Bool { rows.isEmpty }

    /// The table as text, its last column cut to the width of the terminal.
    func text(for terminal: Terminal) -> String {
        let safe = rows.map { row in
            headings.indices.map { column in
                column < row.count ? Terminal.harmless(row[column].split(separator: "\n").joined(separator: " ")) : ""
            }
        }
        let widths = headings.indices.map { column in
            max(headings[column].count, safe.map { $0[column].count }.max() ?? 0)
        }
        func line(_ cells: [String]) -> String {
            var text = ""
            for (column, cell) in cells.enumerated() {
                if column == cells.count - 1 {
                    let room = terminal.isInteractive ? max(12, terminal.width - text.count) : Int.max
                    text += cell.count > room ? cell.prefix(room - 1) + "…" : cell
                } else {
                    text += cell.padded(to: widths[column] + 2)
                }
            }
            while text.last == " " { text.removeLast() }
            return text
        }
        return ([terminal.bold(line(headings))] + safe.map(line)).joined(separator: "\n") + "\n"
    }
}
