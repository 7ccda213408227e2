import JSON

/// Makes flat records of the resources in a JSON:API document (jsonapi.org, version 1.1).
///
/// Attributes stand beside `id`. A to-one relationship `x` becomes `x_id`, a to-many one `x_ids`; where the document
/// includes the related record, it stands under `x`, flat as well. What was not asked for leaves nothing behind.
struct ResourceFlattener {
    private struct Key: Hashable {
        var type: String
        var id: String
    }

    private let included: [Key: JSONObject]

    /// Deeper inclusions are left as ids.
    private static let maximumDepth = 4

    init(document: JSONValue) {
        var included: [Key: JSONObject] = [:]
        for resource in document["included"]?.array ?? [] {
            guard let key = ResourceFlattener.key(resource), let object = resource.object else { continue }
            included[key] = object
        }
        self.included = included
    }

    func flatten(_ resource: JSONValue) -> JSONValue {
        guard let object = resource.object else { return resource }
        return .object(flatten(object, path: ResourceFlattener.key(resource).map { [$0] } ?? []))
    }

    private static func key(_ value: JSONValue) -> Key? {
        guard let type = value["type"]?.string, let id = value["id"] else { return nil }
        return Key(type: type, id: RequestBuilder.text(of: id))
    }

    private func flatten(_ resource: JSONObject, path: [Key]) -> JSONObject {
        var flat = JSONObject()
        if let id = resource["id"] { flat["id"] = .string(RequestBuilder.text(of: id)) }
        for attribute in resource["attributes"]?.object ?? [:] where attribute.name != "id" {
            flat.append(name: attribute.name, value: attribute.value)
        }
        for relationship in resource["relationships"]?.object ?? [:] {
            guard let data = relationship.value["data"] else { continue }
            add(data, as: relationship.name, to: &flat, path: path)
        }
        return flat
    }

    private func add(_ data: JSONValue, as name: String, to flat: inout JSONObject, path: [Key]) {
        if let links = data.array {
            let keys = links.compactMap { ResourceFlattener.key($0) }
            flat[name + "_ids"] = flat[name + "_ids"] ?? .array(keys.map { .string($0.id) })
            let records = keys.compactMap { record($0, path) }
            if !records.isEmpty { flat[name] = flat[name] ?? .array(records) }
        } else if let key = ResourceFlattener.key(data) {
            if flat[name + "_id"] == nil { flat[name + "_id"] = .string(key.id) }
            if let record = record(key, path) {
                flat[name] = flat[name] ?? record
            } else if flat[name + "_type"] == nil, key.type != name + "s" {
                flat[name + "_type"] = .string(key.type)
            }
        } else if data.isNull, flat[name + "_id"] == nil {
            flat[name + "_id"] = .null
        }
    }

    private func record(_ key: Key, _ path: [Key]) -> JSONValue? {
        guard path.count < ResourceFlattener.maximumDepth, !path.contains(key), let object = included[key]
        else { return nil }
        return .object(flatten(object, path: path + [key]))
    }
}
