import Basics
import JSON

extension Builtins {
    /// Functions that JSONata does not have.
    static let additions: [BuiltinFunction] = [
        BuiltinFunction("daysSince", "<s-:n>", arity: 1) { evaluator, arguments in
            try evaluator.allowAddition("daysSince")
            guard let text = try arguments.string(0) else { return .undefined }
            let moment = try evaluator.moment(text)
            return NumberFunctions.whole((Double(evaluator.now.milliseconds) - Double(moment)) / 86_400_000)
        },
        BuiltinFunction("isoWeek", "<s-:s>", arity: 1) { evaluator, arguments in
            try evaluator.allowAddition("isoWeek")
            guard let text = try arguments.string(0) else { return .undefined }
            let date = CalendarDate(milliseconds: try evaluator.moment(text))
            return .string("\(date.weekYear)-W\(date.week < 10 ? "0" : "")\(date.week)")
        },
        BuiltinFunction("parse", "<s-:x>", arity: 1) { evaluator, arguments in
            try evaluator.allowAddition("parse")
            guard let text = try arguments.string(0) else { return .undefined }
            do {
                return Value(try JSONParser.parse(text))
            } catch let error as JSONError {
                throw JSONataError("D3201", value: .string(error.description))
            }
        },
        BuiltinFunction("table", "<a<o>a<s>?:s>", arity: 2) { evaluator, arguments in
            try evaluator.allowAddition("table")
            guard let rows = try arguments.elements(0) else { return .undefined }
            return .string(try evaluator.table(rows, columns: try arguments.elements(1)))
        },
    ]
}

extension Evaluator {
    fileprivate func allowAddition(_ name: String) throws {
        guard options.allowsAdditions else { throw JSONataError("U1005", value: .string("$" + name)) }
    }

    fileprivate func moment(_ text: String) throws -> Int {
        guard let moment = ISODate.milliseconds(text) else { throw JSONataError("D3110", value: .string(text)) }
        return moment
    }

    /// Objects as the rows of a Markdown table; the columns are the names of the first rows unless given.
    fileprivate func table(_ rows: [Value], columns: [Value]?) throws -> String {
        var names = columns?.compactMap(\.string) ?? []
        if columns == nil {
            var seen: Set<String> = []
            for case .object(let row) in rows {
                for position in 0..<row.count where seen.insert(row.name(at: position)).inserted {
                    names.append(row.name(at: position))
                }
            }
        }
        guard !names.isEmpty else { return "" }
        var text = "| " + names.map { Evaluator.cell($0) }.joined(separator: " | ") + " |\n|"
        text += String(repeating: " --- |", count: names.count) + "\n"
        for case .object(let row) in rows {
            let cells = try names.map { name in
                Evaluator.cell(try string(row.value(of: name) ?? .undefined) ?? "")
            }
            text += "| " + cells.joined(separator: " | ") + " |\n"
            if text.utf8.count > options.limits.resultBytes { throw tooLarge() }
            try charge(names.count)
        }
        try chargeText(text.utf8.count)
        return text
    }

    /// Text that stays within one cell and is read as text, whoever wrote it.
    private static func cell(_ text: String) -> String {
        var cell = ""
        for character in text {
            switch character {
            case "|": cell += "\\|"
            case "\\": cell += "\\\\"
            case "<": cell += "&lt;"
            case ">": cell += "&gt;"
            case "&": cell += "&amp;"
            case "\n", "\r", "\r\n", "\t": cell += " "
            default: cell.append(character)
            }
        }
        return cell
    }
}
