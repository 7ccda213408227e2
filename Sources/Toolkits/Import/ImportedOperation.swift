import JSON

/// One operation of someone else's document, brought into the form that toolkits are written in.
struct ImportedOperation {
    /// Why an operation cannot be a tool.
    struct Unusable: Error {
        var reason: String
    }

    let id: String
    let method: String
    let path: String
    let effect: String
    var toolName = ""
    /// As it stands in the toolkit's OpenAPI document.
    private(set) var document: JSONValue = [:]
    private(set) var hasBody = false
    private(set) var isJSONAPI = false
    private(set) var needsArguments = false
    /// What is not as the document has it.
    private(set) var changes: [String] = []
    private let title: String
    private let tags: [String]

    private static let ignoredHeaders: Set<String> = ["authorization", "accept", "content-type"]

    init(
        _ operation: JSONElement,
        id: String,
        _ method: String,
        _ path: String,
        _ shared: JSONElement?,
        _ resolver: ReferenceResolver
    ) throws(Unusable) {
        self.id = id
        self.method = method
        self.path = path
        effect = ImportedOperation.effect(method, id: id, path: path)
        let summary = ImportedText.line(operation["summary"]?.string ?? "")
        let description = ImportedText.line(operation["description"]?.string ?? "")
        title = summary.isEmpty || summary.count > 60 ? ImportedName.title(id) : summary
        let place = path.split(separator: "/").first { !$0.hasPrefix("{") && $0 != "api" && !$0.hasPrefix("v") }
        let words = operation["tags"].map { $0.elements.compactMap(\.string) } ?? []
        let named = words.isEmpty ? [place.map(String.init) ?? "other"] : words
        tags = named.map { ImportedName.words(of: $0).joined(separator: "_").lowercased() }.filter { !$0.isEmpty }
        var result: JSONObject = ["operationId": .string(id)]
        let first = summary.isEmpty ? ImportedText.sentence(description) : summary
        result["summary"] = .string(first.isEmpty ? "Calls \(method.uppercased()) \(path) of the API." : first)
        if description != first, !description.isEmpty { result["description"] = .string(description) }
        if (first + description).count < 20 {
            result["description"] = .string("Calls \(method.uppercased()) \(path) of the API.")
        }
        let parameters = try parameters(operation, shared, resolver)
        if !parameters.isEmpty { result["parameters"] = .array(parameters) }
        if let body = operation["requestBody"] { result["requestBody"] = try self.body(body, resolver) }
        result["responses"] = ["default": ["description": "The answer."]]
        document = .object(result)
    }

    /// As it stands in `toolkit.json`.
    var tool: JSONValue {
        [
            "name": .string(toolName), "title": .string(title), "operation": .string(id),
            "tags": .array((tags.isEmpty ? ["other"] : tags).map { .string($0) }), "effect": .string(effect),
            "notes": ["The effect is guessed from the HTTP method and the name; check it before you rely on it."],
        ]
    }

    private static let readingWords: Set<String> = [
        "search", "list", "query", "find", "get", "info", "lookup", "count",
    ]
    private static let changingWords: Set<String> = [
        "create", "update", "add", "set", "upload", "import", "save", "replace", "modify", "start", "run", "submit",
        "register", "enable", "disable", "archive", "restore", "move", "merge", "reset", "index", "sync",
    ]
    private static let sendingWords: Set<String> = ["send", "invite", "notify", "email", "publish"]
    private static let destroyingWords: Set<String> = [
        "delete", "remove", "cancel", "revoke", "purge", "destroy", "clear", "terminate",
    ]

    /// What an operation does, by its method and, as nearly everything may be a POST, by the words of its name.
    ///
    /// In doubt it changes something: what only reads is repeated and needs nobody's approval.
    private static func effect(_ method: String, id: String, path: String) -> String {
        switch method {
        case "get": return "read"
        case "put", "patch": return "set"
        case "delete": return "destroy"
        default:
            let last = String(path.split(separator: "/").last ?? "")
            let words = Set((ImportedName.words(of: id) + ImportedName.words(of: last)).map { $0.lowercased() })
            if !words.isDisjoint(with: destroyingWords) { return "destroy" }
            if !words.isDisjoint(with: sendingWords) { return "send" }
            return words.isDisjoint(with: readingWords) || !words.isDisjoint(with: changingWords) ? "create" : "read"
        }
    }

    private mutating func parameters(
        _ operation: JSONElement,
        _ shared: JSONElement?,
        _ resolver: ReferenceResolver
    ) throws(Unusable) -> [JSONValue] {
        var result: [JSONValue] = []
        var seen: Set<[String]> = []
        let raw = (operation["parameters"].map { Array($0.elements) } ?? []) + (shared.map { Array($0.elements) } ?? [])
        for element in raw {
            let parameter = try ImportedOperation.resolved(element.value, resolver)
            guard let name = parameter["name"]?.string, let place = parameter["in"]?.string else {
                throw Unusable(reason: "one of its parameters has no name or place")
            }
            guard seen.insert([place, name]).inserted else { continue }
            let isRequired = place == "path" || parameter["required"]?.bool == true
            if place == "header", ImportedOperation.ignoredHeaders.contains(name.lowercased()) { continue }
            if place == "cookie" {
                guard !isRequired else { throw Unusable(reason: "it needs the cookie \(name)") }
                changes.append("the cookie \(name) is left out")
                continue
            }
            var schema =
                parameter["schema"] ?? parameter["content"]?.object?.first?.value["schema"] ?? ["type": "string"]
            schema = ImportedSchema.clean(schema)
            let text = parameter["description"]?.string ?? schema["description"]?.string ?? ""
            if place == "query", parameter["style"] == "deepObject" {
                guard let members = members(of: schema) else {
                    guard !isRequired else { throw Unusable(reason: "\(name) is an object without known members") }
                    changes.append("\(name) is left out: an object without known members cannot stand in an address")
                    continue
                }
                // An object in the address is one parameter for each of its members.
                for member in members {
                    let about = member.value["description"]?.string ?? text
                    result.append([
                        "name": .string("\(name)[\(member.name)]"), "in": "query", "schema": member.value,
                        "description": .string(ImportedSchema.description(about, name: "\(name) \(member.name)")),
                    ])
                }
                continue
            }
            var entry: JSONObject = ["name": .string(name), "in": .string(place)]
            if isRequired { entry["required"] = true }
            entry["description"] = .string(ImportedSchema.description(text, name: name))
            entry["schema"] = schema
            let style = parameter["style"]?.string ?? "form"
            if parameter["explode"]?.bool ?? (style == "form") == false { entry["explode"] = false }
            needsArguments = needsArguments || isRequired
            result.append(.object(entry))
        }
        return result
    }

    /// The members of an object, or of the alternatives that are objects.
    private func members(of schema: JSONValue) -> JSONObject? {
        if let properties = schema["properties"]?.object { return properties }
        let alternatives = (schema["anyOf"] ?? schema["oneOf"])?.array ?? []
        return alternatives.compactMap { $0["properties"]?.object }.first
    }

    private mutating func body(_ raw: JSONElement, _ resolver: ReferenceResolver) throws(Unusable) -> JSONValue {
        let body = try ImportedOperation.resolved(raw.value, resolver)
        let content = body["content"]?.object ?? [:]
        let json = content.first { $0.name.hasPrefix("application/json") || $0.name.contains("+json") }
        let form = content.first { $0.name == "multipart/form-data" }
        guard let chosen = json ?? form else {
            let types = content.names.joined(separator: ", ")
            throw Unusable(reason: "its body is \(types.isEmpty ? "of no known type" : types)")
        }
        isJSONAPI = chosen.name.contains("vnd.api+json")
        var schema = ImportedSchema.merged(ImportedSchema.clean(chosen.value["schema"] ?? [:]))
        // Most documents leave the word out where they mean that the body is needed.
        let isRequired = body["required"]?.bool ?? (schema["required"]?.array?.isEmpty == false)
        guard schema["properties"] != nil || schema["type"] == nil || schema["type"] == "object" else {
            throw Unusable(reason: "its body is not an object")
        }
        hasBody = true
        if isJSONAPI {
            guard ResourceShape(document: schema) != nil else {
                throw Unusable(reason: "its body does not say which type of resource it is")
            }
            let place = ["properties", "data", "properties", "attributes"]
            schema = ImportedSchema.changing(schema, at: place[...], ImportedSchema.described)
        } else {
            schema = ImportedSchema.described(schema)
        }
        if !isRequired { schema["required"] = nil }
        needsArguments = needsArguments || schema["required"]?.array?.isEmpty == false
        let name = chosen.name.hasPrefix("application/json") ? "application/json" : chosen.name
        return ["required": .bool(isRequired), "content": .object([name: ["schema": schema]])]
    }

    private static func resolved(_ value: JSONValue, _ resolver: ReferenceResolver) throws(Unusable) -> JSONValue {
        switch resolver.resolve(value) {
        case .success(let resolved): return resolved
        case .failure(let problem): throw Unusable(reason: problem.message)
        }
    }
}
