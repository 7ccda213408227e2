/// A JSON Schema (2020-12), compiled once and used for many values.
///
/// Understood: `type`, `enum`, `const`, `properties`, `required`, `additionalProperties`, `items`, `prefixItems`, lengths and
/// ranges, `uniqueItems`, `format` (date, time, date-time, email, uri, uuid), `allOf`, `anyOf`, `oneOf`, `not`, and `$ref` to
/// places in the same document. A `null` in `type` and the old `nullable: true` of OpenAPI 3.0 both allow null. Other
/// keywords that would restrict a value, such as `pattern`, are not checked and are listed in ``defects``.
package struct JSONSchema: Sendable {
    /// Something in a schema that is wrong or cannot be checked.
    package struct Defect: Sendable, Hashable {
        /// The place in the schema.
        package var pointer: JSONPointer
        package var message: String
        /// Whether the schema can be used all the same.
        package var isHarmless: Bool
    }

    /// What is wrong with the schema, in the order of the document.
    package private(set) var defects: [Defect] = []
    private(set) var nodes: [SchemaNode] = []
    private var known: [String: Int] = [:]
    private let document: JSONValue

    /// Compiles a schema; what is wrong with it is in ``defects``.
    package init(_ document: JSONValue) {
        self.document = document
        _ = compile(document, at: JSONPointer(), depth: 0)
    }

    /// What is wrong with a value, at most `limit` issues; empty when nothing is.
    package func issues(in value: JSONValue, limit: Int = 16) -> [SchemaIssue] {
        var validator = SchemaValidator(schema: self, limit: limit)
        validator.validate(value, node: 0, at: JSONPointer(), depth: 0)
        return validator.issues
    }

    private static let maximumDepth = 64
    private static let unchecked: Set<String> = [
        "pattern", "patternProperties", "propertyNames", "if", "then", "else", "dependentRequired", "dependentSchemas",
        "contains", "unevaluatedProperties", "unevaluatedItems", "$dynamicRef",
    ]

    private mutating func defect(_ pointer: JSONPointer, _ message: String, harmless: Bool = false) {
        defects.append(Defect(pointer: pointer, message: message, isHarmless: harmless))
    }

    private mutating func compile(_ schema: JSONValue, at pointer: JSONPointer, depth: Int) -> Int {
        let position = nodes.count
        nodes.append(SchemaNode())
        known[pointer.description] = position
        guard depth < JSONSchema.maximumDepth else {
            defect(pointer, "schemas are nested deeper than \(JSONSchema.maximumDepth)")
            return position
        }
        switch schema {
        case .bool(let accepts): nodes[position].acceptsAnything = accepts
        case .object(let object):
            for member in object {
                compile(member, of: object, into: position, at: pointer.appending(member.name), depth: depth)
            }
            if object["nullable"]?.bool == true, !nodes[position].types.isEmpty { nodes[position].types.append("null") }
        default: defect(pointer, "a schema must be an object or a boolean, not \(schema.typeName)")
        }
        return position
    }

    private mutating func compile(
        _ member: JSONObject.Member,
        of object: JSONObject,
        into position: Int,
        at pointer: JSONPointer,
        depth: Int
    ) {
        let value = member.value
        switch member.name {
        case "type":
            let names = value.array?.compactMap(\.string) ?? value.string.map { [$0] } ?? []
            let allowed: Set<String> = ["null", "boolean", "integer", "number", "string", "array", "object"]
            for name in names where !allowed.contains(name) {
                defect(pointer, "\"\(name)\" is not a type of JSON Schema")
            }
            if names.isEmpty { defect(pointer, "type must be a name or a list of names") }
            nodes[position].types = names.filter(allowed.contains)
        case "enum":
            guard let values = value.array else { return defect(pointer, "enum must be an array") }
            nodes[position].enumeration = values
        case "const": nodes[position].constant = value
        case "format": nodes[position].format = value.string.flatMap(SchemaNode.Format.init(rawValue:))
        case "minLength": nodes[position].minimumLength = count(value, pointer)
        case "maxLength": nodes[position].maximumLength = count(value, pointer)
        case "minItems": nodes[position].minimumItems = count(value, pointer)
        case "maxItems": nodes[position].maximumItems = count(value, pointer)
        case "minProperties": nodes[position].minimumProperties = count(value, pointer)
        case "maxProperties": nodes[position].maximumProperties = count(value, pointer)
        case "minimum": nodes[position].minimum = number(value, pointer)
        case "maximum": nodes[position].maximum = number(value, pointer)
        case "exclusiveMinimum": nodes[position].exclusiveMinimum = number(value, pointer)
        case "exclusiveMaximum": nodes[position].exclusiveMaximum = number(value, pointer)
        case "multipleOf": nodes[position].multipleOf = number(value, pointer)
        case "uniqueItems": nodes[position].uniqueItems = value.bool ?? false
        case "required": nodes[position].required = value.array?.compactMap(\.string) ?? []
        case "properties":
            guard let properties = value.object else { return defect(pointer, "properties must be an object") }
            for property in properties {
                let node = compile(property.value, at: pointer.appending(property.name), depth: depth + 1)
                nodes[position].properties.append((property.name, node))
                nodes[position].propertyIndex[property.name] = node
            }
        case "additionalProperties":
            nodes[position].additionalProperties = compile(value, at: pointer, depth: depth + 1)
        case "items": nodes[position].items = compile(value, at: pointer, depth: depth + 1)
        case "not": nodes[position].not = compile(value, at: pointer, depth: depth + 1)
        case "prefixItems": nodes[position].prefixItems = list(value, pointer, depth)
        case "allOf": nodes[position].allOf = list(value, pointer, depth)
        case "anyOf": nodes[position].anyOf = list(value, pointer, depth)
        case "oneOf": nodes[position].oneOf = list(value, pointer, depth)
        case "$ref": resolve(value, into: position, at: pointer, depth: depth)
        case let name where JSONSchema.unchecked.contains(name):
            defect(pointer, "\(name) is not checked by this validator", harmless: true)
        default: break
        }
    }

    private mutating func resolve(_ value: JSONValue, into position: Int, at pointer: JSONPointer, depth: Int) {
        guard let text = value.string, text.hasPrefix("#"), let target = JSONPointer(String(text.dropFirst())) else {
            return defect(pointer, "only references into the same document (#/…) can be followed")
        }
        if let node = known[target.description] {
            nodes[position].reference = node
        } else if let schema = document.value(at: target) {
            nodes[position].reference = compile(schema, at: target, depth: depth + 1)
        } else {
            defect(pointer, "\(text) leads nowhere")
        }
    }

    private mutating func list(_ value: JSONValue, _ pointer: JSONPointer, _ depth: Int) -> [Int] {
        guard let schemas = value.array else {
            defect(pointer, "must be an array of schemas")
            return []
        }
        return schemas.enumerated().map { compile($1, at: pointer.appending(String($0)), depth: depth + 1) }
    }

    private mutating func count(_ value: JSONValue, _ pointer: JSONPointer) -> Int? {
        if let count = value.integer, count >= 0 { return count }
        defect(pointer, "must be an integer of at least 0")
        return nil
    }

    private mutating func number(_ value: JSONValue, _ pointer: JSONPointer) -> Double? {
        if let number = value.number { return number.double }
        defect(pointer, "must be a number")
        return nil
    }
}
