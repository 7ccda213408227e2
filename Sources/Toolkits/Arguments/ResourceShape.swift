import JSON

/// How a flat object and a JSON:API resource (jsonapi.org, version 1.1) become each other when writing.
///
/// Attributes keep their names. A to-one relationship `x` is `x_id`, with `x_type` beside it where several types are
/// possible; a to-many relationship is `x_ids`, or, where the document may carry new records along, a list `x` of flat
/// objects.
struct ResourceShape: Sendable {
    struct Relationship: Sendable {
        var name: String
        /// The resource types that it may lead to.
        var types: [String]
        var isMany: Bool
        var isRequired: Bool
        var description: String
        /// The records that may come along, where the document's `included` knows the type.
        var carried: [ResourceShape]
    }

    var type: String
    private var attributes: [(name: String, schema: JSONValue)] = []
    private(set) var relationships: [Relationship] = []
    /// The flat names that must be given.
    private(set) var required: Set<String> = []

    /// Reads the schema of a document with `data` and perhaps `included`.
    init?(document: JSONValue) {
        guard let data = document["properties"]?["data"] else { return nil }
        let included = document["properties"]?["included"]?["items"]
        let alternatives = included?["anyOf"]?.array ?? included?["oneOf"]?.array ?? included.map { [$0] } ?? []
        self.init(resource: data, carried: alternatives)
    }

    private init?(resource: JSONValue, carried: [JSONValue]) {
        guard let type = ResourceShape.types(resource["properties"]?["type"]).first else { return nil }
        self.type = type
        let schema = resource["properties"]?["attributes"]
        for member in schema?["properties"]?.object ?? [:] { attributes.append((member.name, member.value)) }
        required = Set(schema?["required"]?.array?.compactMap(\.string) ?? [])
        let relationshipSchema = resource["properties"]?["relationships"]
        let requiredRelationships = relationshipSchema?["required"]?.array?.compactMap(\.string) ?? []
        for member in relationshipSchema?["properties"]?.object ?? [:] {
            guard let data = member.value["properties"]?["data"] else { continue }
            let isMany = data["type"]?.string == "array"
            let types = ResourceShape.types((isMany ? data["items"] : data)?["properties"]?["type"])
            let isRequired = requiredRelationships.contains(member.name)
            let carriedShapes = carried.filter { candidate in
                types.contains { ResourceShape.types(candidate["properties"]?["type"]).contains($0) }
            }
            relationships.append(
                Relationship(
                    name: member.name,
                    types: types,
                    isMany: isMany,
                    isRequired: isRequired,
                    description: member.value["description"]?.string ?? "",
                    carried: isMany ? carriedShapes.compactMap { ResourceShape(resource: $0, carried: []) } : []
                )
            )
            if isRequired {
                required.insert(isMany ? member.name : member.name + "_id")
                if !isMany, types.count > 1 { required.insert(member.name + "_type") }
            }
        }
    }

    private static func types(_ schema: JSONValue?) -> [String] {
        if let constant = schema?["const"]?.string { return [constant] }
        return schema?["enum"]?.array?.compactMap(\.string) ?? []
    }

    /// The flat members with their schemas, in the order of the document.
    var flatProperties: [(name: String, schema: JSONValue)] {
        var flat = attributes
        for relationship in relationships {
            let words = relationship.name.split(separator: "_").joined(separator: " ")
            let text = relationship.description
            if let carried = relationship.carried.first {
                flat.append((relationship.name, carried.listSchema(description: text)))
            } else if relationship.isMany {
                let description = text.isEmpty ? "Ids of the \(words); the list replaces the one before." : text
                let items: JSONValue = ["type": "string"]
                flat.append(
                    (
                        relationship.name + "_ids",
                        ["type": "array", "items": items, "description": .string(description)]
                    )
                )
            } else {
                let description = text.isEmpty ? "Id of the \(words)." : text
                flat.append((relationship.name + "_id", ["type": "string", "description": .string(description)]))
                guard relationship.types.count > 1 else { continue }
                let types = relationship.types.map { JSONValue.string($0) }
                flat.append(
                    (
                        relationship.name + "_type",
                        [
                            "type": "string", "enum": .array(types),
                            "description": .string("What \(relationship.name)_id is the id of."),
                        ]
                    )
                )
            }
        }
        return flat
    }

    private func listSchema(description: String) -> JSONValue {
        var properties: JSONObject = [
            "id": ["type": "string", "description": "Id of an existing record, to change or remove it."],
            "remove": ["type": "boolean", "description": "True removes the record with that id."],
        ]
        for (name, schema) in flatProperties { properties[name] = schema }
        return [
            "type": "array",
            "description": .string(description),
            "items": ["type": "object", "properties": .object(properties), "additionalProperties": false],
        ]
    }

    /// The document for flat values.
    ///
    /// - Parameter id: The id of the record that is changed; nil for a new one.
    func document(_ flat: JSONObject, id: String?) -> JSONValue {
        var included: [JSONValue] = []
        var data = resource(flat, included: &included)
        if let id { data["id"] = .string(id) }
        var document: JSONObject = ["data": .object(data)]
        if !included.isEmpty { document["included"] = .array(included) }
        return .object(document)
    }

    private func resource(_ flat: JSONObject, included: inout [JSONValue]) -> JSONObject {
        var resource: JSONObject = ["type": .string(type)]
        var values = JSONObject()
        for (name, _) in attributes { if let value = flat[name] { values.append(name: name, value: value) } }
        if !values.isEmpty { resource["attributes"] = .object(values) }
        var links = JSONObject()
        for relationship in relationships {
            if let carried = relationship.carried.first {
                guard let records = flat[relationship.name]?.array else { continue }
                var data: [JSONValue] = []
                for record in records { data.append(carried.carry(record.object ?? [:], included: &included)) }
                links[relationship.name] = ["data": .array(data)]
            } else if relationship.isMany {
                guard let ids = flat[relationship.name + "_ids"]?.array else { continue }
                let type = relationship.types.first ?? relationship.name
                links[relationship.name] = ["data": .array(ids.map { ["type": .string(type), "id": $0] })]
            } else if let id = flat[relationship.name + "_id"] {
                let type = flat[relationship.name + "_type"] ?? .string(relationship.types.first ?? relationship.name)
                links[relationship.name] = ["data": id.isNull ? .null : ["type": type, "id": id]]
            }
        }
        if !links.isEmpty { resource["relationships"] = .object(links) }
        return resource
    }

    /// The linkage to a record that comes along; the record itself goes to `included`.
    private func carry(_ flat: JSONObject, included: inout [JSONValue]) -> JSONValue {
        let id = flat["id"]
        var linkage: JSONObject = ["type": .string(type)]
        if let id {
            linkage["id"] = id
            linkage["method"] = flat["remove"]?.bool == true ? "destroy" : "update"
            if flat["remove"]?.bool == true { return .object(linkage) }
        } else {
            linkage["temp-id"] = .string("new-\(included.count + 1)")
            linkage["method"] = "create"
        }
        let position = included.count
        included.append(.null)
        var record = resource(flat, included: &included)
        record[id == nil ? "temp-id" : "id"] = linkage[id == nil ? "temp-id" : "id"]
        included[position] = .object(record)
        return .object(linkage)
    }
}
