/// One compiled schema; others are meant by their position in ``JSONSchema``.
struct SchemaNode: Sendable {
    enum Format: String, Sendable, CaseIterable {
        case date, time, email, uri, uuid
        case dateTime = "date-time"

        /// The format as a sentence names it.
        var phrase: String {
            switch self {
            case .date: "a date (YYYY-MM-DD)"
            case .time: "a time of day (hh:mm:ss with zone)"
            case .email: "an e-mail address"
            case .uri: "an absolute URL"
            case .uuid: "a UUID"
            case .dateTime: "an ISO 8601 date and time such as 2026-11-20T09:30:00Z"
            }
        }
    }

    /// False for the schema `false`, that nothing satisfies.
    var acceptsAnything = true
    var types: [String] = []
    var enumeration: [JSONValue]?
    var constant: JSONValue?
    var format: Format?
    var minimumLength: Int?
    var maximumLength: Int?
    var minimum: Double?
    var maximum: Double?
    var exclusiveMinimum: Double?
    var exclusiveMaximum: Double?
    var multipleOf: Double?
    var prefixItems: [Int] = []
    var items: Int?
    var minimumItems: Int?
    var maximumItems: Int?
    var uniqueItems = false
    var properties: [(name: String, node: Int)] = []
    var propertyIndex: [String: Int] = [:]
    var required: [String] = []
    var additionalProperties: Int?
    var minimumProperties: Int?
    var maximumProperties: Int?
    var allOf: [Int] = []
    var anyOf: [Int] = []
    var oneOf: [Int] = []
    var not: Int?
    var reference: Int?

    /// Whether a value of that type (as ``JSONValue/typeName`` says it) may pass.
    func accepts(type: String) -> Bool {
        types.isEmpty || types.contains(type) || (type == "integer" && types.contains("number"))
    }
}
