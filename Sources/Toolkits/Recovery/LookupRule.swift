import JSON
import JSONata

/// How what a write did is found again.
struct LookupRule: Sendable {
    /// The tool of the same toolkit that reads where it would be.
    var tool: String
    /// What that tool is called with; a text that starts with `=` is JSONata over the write's own arguments.
    var arguments: [(name: String, value: LookupValue)]
    /// JSONata over the write's own arguments: whether it can be looked up at all.
    var when: Expression?
    /// Arguments of the write that a record must have too, under the same name.
    var same: [String]
    /// Where a record says when it was made; what is older than the write is not its.
    var created: JSONPointer?
    /// JSONata over a record, with `$arguments`, `$mark` and `$since`: whether it is the one.
    var match: Expression?
    /// Where a record has its id.
    var id: JSONPointer
    /// The place in `toolkit.json`.
    var pointer: JSONPointer

    /// Whether a record may be what the write did.
    ///
    /// - Parameters:
    ///   - record: A record that the lookup's tool returned.
    ///   - scope: What the write was.
    func matches(_ record: JSONValue, _ scope: LookupScope) -> Bool {
        if let created, let since = scope.since {
            guard let text = record.value(at: created)?.string, let made = scope.instant(text), made >= since else {
                return false
            }
        }
        for name in same {
            // What the write left open may be anything.
            guard let asked = scope.arguments[name] else { continue }
            guard LookupRule.isSame(asked, record[name]) else { return false }
        }
        if let mark = scope.mark, match == nil { return LookupRule.holds(record, mark) }
        guard let match else { return true }
        return ((try? match.evaluate(record, bindings: scope.bindings, options: scope.options)) ?? nil) == true
    }

    /// Whether a write with these arguments can be looked up.
    func applies(to scope: LookupScope) -> Bool {
        guard let when else { return true }
        let value = try? when.evaluate(.object(scope.arguments), bindings: scope.bindings, options: scope.options)
        return value == true
    }

    /// Texts are the same whatever space is around them, and e-mail addresses whatever their case is.
    private static func isSame(_ asked: JSONValue, _ found: JSONValue?) -> Bool {
        guard let found else { return asked.isNull }
        if asked == found { return true }
        return plain(asked) == plain(found)
    }

    private static func plain(_ value: JSONValue) -> String? {
        switch value {
        case .string(let text):
            let trimmed = text.drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed()
            let plain = String(trimmed)
            return plain.contains("@") ? plain.lowercased() : plain
        case .number(let number): return number.text
        default: return nil
        }
    }

    private static func holds(_ value: JSONValue, _ mark: String) -> Bool {
        switch value {
        case .string(let text): text.contains(mark)
        case .array(let elements): elements.contains { holds($0, mark) }
        case .object(let object): object.contains { holds($0.value, mark) }
        default: false
        }
    }
}

/// A value in a lookup's arguments.
enum LookupValue: Sendable {
    case fixed(JSONValue)
    case computed(Expression)
}
