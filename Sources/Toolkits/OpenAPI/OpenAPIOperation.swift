import JSON

/// One operation of an OpenAPI document, with every reference replaced by what it leads to.
struct OpenAPIOperation: Sendable, Hashable {
    var id: String
    /// In capitals.
    var method: String
    /// With `{name}` for each path parameter.
    var path: String
    var summary: String
    var description: String
    var parameters: [OpenAPIParameter]
    var body: OpenAPIBody?
    /// The place in the document.
    var pointer: JSONPointer
}

/// A parameter outside the body.
struct OpenAPIParameter: Sendable, Hashable {
    enum Place: String, Sendable { case path, query, header }

    var name: String
    var place: Place
    var isRequired: Bool
    var description: String
    var schema: JSONValue
    /// Whether an array is sent as one field a value instead of values with commas between them.
    var explodes: Bool
    var pointer: JSONPointer
}

/// The body that an operation takes.
struct OpenAPIBody: Sendable, Hashable {
    var contentType: String
    var isRequired: Bool
    var schema: JSONValue
    /// The members that are files; a body with one of them is sent as `multipart/form-data`.
    var files: Set<String> = []
    /// The place of the schema.
    var pointer: JSONPointer

    /// Whether these values are sent as `multipart/form-data`.
    func isForm(with values: JSONObject) -> Bool {
        contentType == "multipart/form-data" || files.contains { values[$0] != nil }
    }
}
