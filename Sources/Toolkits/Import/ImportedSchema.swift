import JSON

/// Schemas of OpenAPI 3.0 and 3.1 documents, brought to what tool schemas are made of.
enum ImportedSchema {
    private static let kept: Set<String> = [
        "type", "enum", "const", "format", "description", "properties", "required", "additionalProperties", "items",
        "prefixItems", "minLength", "maxLength", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum",
        "multipleOf", "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "allOf", "anyOf",
        "oneOf",
        "not", "default", "contentMediaType",
    ]
    private static let deepest = 8

    /// The schema without what only documentation uses, and with the keywords of 3.0 as 3.1 writes them.
    ///
    /// What is nested too deep for a model to fill in may be anything.
    static func clean(_ schema: JSONValue, depth: Int = 0) -> JSONValue {
        guard let object = schema.object else { return schema.bool == nil ? [:] : schema }
        guard depth < deepest else { return [:] }
        var result = JSONObject()
        for member in object where kept.contains(member.name) {
            switch member.name {
            case "properties":
                var properties = JSONObject()
                for property in member.value.object ?? [:] where property.value["readOnly"]?.bool != true {
                    properties[property.name] = clean(property.value, depth: depth + 1)
                }
                result["properties"] = .object(properties)
            case "items", "additionalProperties", "not": result[member.name] = clean(member.value, depth: depth + 1)
            case "allOf", "anyOf", "oneOf", "prefixItems":
                let schemas = (member.value.array ?? []).map { clean($0, depth: depth + 1) }
                if !schemas.isEmpty { result[member.name] = .array(schemas) }
            case "description": result["description"] = member.value.string.map { .string(ImportedText.line($0)) }
            case "exclusiveMinimum", "exclusiveMaximum":
                let bound = member.name == "exclusiveMinimum" ? "minimum" : "maximum"
                if member.value.bool == true {
                    result[member.name] = object[bound]
                    result[bound] = nil
                } else if member.value.bool == nil {
                    result[member.name] = member.value
                }
            default: result[member.name] = member.value
            }
        }
        for (exclusive, bound) in [("exclusiveMinimum", "minimum"), ("exclusiveMaximum", "maximum")]
        where object[exclusive]?.bool == true { result[bound] = nil }
        if object["nullable"]?.bool == true { result = orNull(result) }
        if let properties = result["properties"]?.object, let required = result["required"]?.array {
            // What may only be read cannot be needed.
            result["required"] = .array(required.filter { $0.string.map { properties[$0] != nil } ?? false })
        }
        return .object(plain(single(result)))
    }

    /// The schema with null allowed beside what it allows; `nullable` of 3.0 says so in a word.
    private static func orNull(_ schema: JSONObject) -> JSONObject {
        var result = schema
        if let values = result["enum"]?.array, !values.contains(.null) { result["enum"] = .array(values + [.null]) }
        if let type = result["type"]?.string {
            result["type"] = [.string(type), "null"]
        } else if let parts = result["allOf"]?.array {
            result["allOf"] = nil
            result["anyOf"] = [parts.count == 1 ? parts[0] : ["allOf": .array(parts)], ["type": "null"]]
        } else {
            for keyword in ["anyOf", "oneOf"] {
                if let parts = result[keyword]?.array { result[keyword] = .array(parts + [["type": "null"]]) }
            }
        }
        return result
    }

    /// The schema with an alternative between something and null as a list of types, which is shorter to read.
    private static func plain(_ schema: JSONObject) -> JSONObject {
        for keyword in ["anyOf", "oneOf"] {
            guard let parts = schema[keyword]?.array, parts.count == 2, parts.contains(["type": "null"]),
                let part = parts.first(where: { $0 != ["type": "null"] })?.object, let type = part["type"]?.string,
                part["enum"] == nil, part["const"] == nil,
                part.allSatisfy({ schema[$0.name] == nil || $0.name == "description" })
            else { continue }
            var result = schema
            result[keyword] = nil
            result["type"] = [.string(type), "null"]
            for member in part where result[member.name] == nil { result[member.name] = member.value }
            return result
        }
        return schema
    }

    /// The schema with the one schema of its `allOf` inside it, which is how 3.0 describes a reference.
    private static func single(_ schema: JSONObject) -> JSONObject {
        guard let parts = schema["allOf"]?.array, parts.count == 1, let part = parts[0].object else { return schema }
        var result = schema
        result["allOf"] = nil
        guard part.allSatisfy({ result[$0.name] == nil || $0.name == "description" }) else { return schema }
        for member in part where result[member.name] == nil { result[member.name] = member.value }
        return result
    }

    /// One object with the properties of everything in `allOf`, and of the alternatives in `anyOf` and `oneOf`.
    ///
    /// Of alternatives only what all of them need is needed.
    static func merged(_ schema: JSONValue) -> JSONValue {
        guard var object = schema.object else { return schema }
        var properties = object["properties"]?.object ?? [:]
        var required = object["required"]?.array ?? []
        for part in (object["allOf"]?.array ?? []).map(merged) {
            for property in part["properties"]?.object ?? [:] { properties[property.name] = property.value }
            required += part["required"]?.array ?? []
            if object["type"] == nil { object["type"] = part["type"] }
        }
        for keyword in ["anyOf", "oneOf"] {
            let alternatives = (object[keyword]?.array ?? []).map(merged).filter { $0["type"] != "null" }
            guard !alternatives.isEmpty, alternatives.allSatisfy({ $0["properties"] != nil }) else { continue }
            for alternative in alternatives {
                for property in alternative["properties"]?.object ?? [:] where properties[property.name] == nil {
                    properties[property.name] = property.value
                }
            }
            let shared = alternatives.dropFirst().reduce(alternatives[0]["required"]?.array ?? []) { needed, other in
                needed.filter { (other["required"]?.array ?? []).contains($0) }
            }
            required += shared
            object[keyword] = nil
        }
        object["allOf"] = nil
        guard !properties.isEmpty else { return .object(object) }
        object["type"] = "object"
        object["properties"] = .object(properties)
        var unique: [JSONValue] = []
        for name in required where !unique.contains(name) { unique.append(name) }
        object["required"] = unique.isEmpty ? nil : .array(unique)
        return .object(object)
    }

    /// The schema of an object with a description for each of its properties.
    static func described(_ schema: JSONValue) -> JSONValue {
        guard let properties = schema["properties"]?.object else { return schema }
        var result = JSONObject()
        for property in properties {
            var value = property.value.object ?? [:]
            value["description"] = .string(description(value["description"]?.string ?? "", name: property.name))
            result[property.name] = .object(value)
        }
        var described = schema
        described["properties"] = .object(result)
        return described
    }

    /// The schema with what is at a place changed, where there is something.
    static func changing(_ schema: JSONValue, at place: ArraySlice<String>, _ change: (JSONValue) -> JSONValue)
        -> JSONValue
    {
        guard let name = place.first else { return change(schema) }
        guard let member = schema[name] else { return schema }
        var changed = schema
        changed[name] = changing(member, at: place.dropFirst(), change)
        return changed
    }

    /// A description of an argument; made of its name when the document has none.
    static func description(_ text: String, name: String) -> String {
        let line = ImportedText.line(text)
        if line.count >= 5 { return line }
        let words = ImportedName.words(of: name).joined(separator: " ").lowercased()
        return "The \(words.isEmpty ? name : words) of the request."
    }
}
