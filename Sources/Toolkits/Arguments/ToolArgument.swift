import JSON

/// One argument of a tool: its name for callers, and the place in the request that its value goes to.
struct ToolArgument: Sendable {
    /// What the pipeline does with it.
    enum Role: Sendable, Hashable {
        case plain
        /// The size of a page.
        case limit
        /// The cursor of the next page.
        case cursor
        /// The text of a search that is done here.
        case search
    }

    /// A place in a request.
    enum Target: Sendable, Hashable {
        case path(String)
        case query(String, explodes: Bool)
        case header(String)
        /// A member of the body; for JSON:API its flat name.
        case body(String)
        case none
    }

    var name: String
    var aliases: [String] = []
    /// The schema of the value, with its description.
    var schema: JSONValue
    var isRequired: Bool
    var role = Role.plain
    var target: Target
    /// What true stands for, where the argument is a flag for people.
    var flag: JSONValue?
    /// What false stands for; left out of the request when nil.
    var flagOff: JSONValue?
    /// What the argument stands for, where it is a shorthand for others.
    var sets: JSONObject?
    /// The place in the OpenAPI document.
    var pointer: JSONPointer

    var description: String { schema["description"]?.string ?? "" }

    /// Whether text can be the name of a tool or an argument.
    static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x5F || byte == 0x2D
            }
    }
}
