import JSON
import Tools

/// What `toolkit.json` says about one tool.
struct ToolDefinition {
    var name: String
    var title: String
    var operation: String
    var tags: [String]
    var effect: Effect
    var description: String?
    var notes: [String]
    var origin: Origin?
    var arguments: [String: ArgumentRule]
    /// Values that are always sent, by vendor parameter name.
    var constants: JSONObject
    /// At least one argument of each group must be given.
    var oneOf: [[String]]
    var shorthands: [Shorthand]
    var search: SearchRule?
    var mark: String?
    var lookup: LookupRule?
    var settle: SettleTimes?
    /// Reshapes each record of the answer.
    var response: ResponseMapping?
    /// The place in `toolkit.json`.
    var pointer: JSONPointer
}

/// An argument that stands for values of others.
struct Shorthand: Sendable, Hashable {
    var argument: String
    /// `string`, `integer` or `boolean`; a boolean counts only when it is true.
    var type: String
    var description: String
    /// Values by argument name; the text `{value}` stands for the shorthand's own value.
    var sets: JSONObject
}

/// A search that the API lacks, done here over a bounded number of pages.
struct SearchRule: Sendable, Hashable {
    var argument: String
    var description: String
    /// The members of a record that are searched.
    var fields: [String]
    var pageSize: Int
    var maximumPages: Int
    /// The matches in one result when the caller sets no limit.
    var defaultLimit: Int
    /// Arguments that every page is fetched with, such as an order that stays the same.
    var arguments: JSONObject
    var shortcuts: [SearchShortcut]
}

/// A cheaper way to find records for some search texts.
struct SearchShortcut: Sendable, Hashable {
    enum Condition: String, CaseIterable {
        /// The text is an e-mail address.
        case email
    }

    var condition: Condition
    /// A tool of the same toolkit.
    var tool: String
    /// Its argument that takes the text.
    var argument: String
    /// Its other arguments.
    var arguments: JSONObject
    /// The member of each record that holds the record looked for; nil for the record itself.
    var record: String?
}
