import JSON

/// Writes flat records of the resources in a JSON:API document (jsonapi.org, version 1.1).
///
/// Attributes stand beside `id`. A to-one relationship `x` becomes `x_id`, a to-many one `x_ids`; where the document
/// includes the related record, it stands under `x`, flat as well. What was not asked for leaves nothing behind.
/// Attributes are copied as bytes, so nothing that is only passed on becomes a value.
struct ResourceFlattener {
    private struct Key: Hashable {
        var type: String
        var id: String
    }

    private let included: [Key: JSONElement]

    /// Deeper inclusions are left as ids.
    private static let maximumDepth = 4

    init(document: JSONElement) {
        var included: [Key: JSONElement] = [:]
        if let resources = document["included"] {
            for resource in resources.elements {
                guard let key = ResourceFlattener.key(resource) else { continue }
                included[key] = resource
            }
        }
        self.included = included
    }

    /// Appends the flat record of a resource.
    func write(_ resource: JSONElement, to writer: inout JSONWriter) {
        // A plain object in `data` is no resource and is passed on as it came.
        guard resource.isObject, resource["type"] != nil || resource["attributes"] != nil else {
            return writer.raw(resource.raw)
        }
        write(resource, to: &writer, path: ResourceFlattener.key(resource).map { [$0] } ?? [])
    }

    private static func key(_ value: JSONElement) -> Key? {
        guard let type = value["type"]?.string, let id = value["id"] else { return nil }
        return Key(type: type, id: id.string ?? String(decoding: id.raw, as: UTF8.self))
    }

    private func write(_ resource: JSONElement, to writer: inout JSONWriter, path: [Key]) {
        writer.beginObject()
        if let id = resource["id"] {
            writer.name("id")
            if id.string == nil { writer.string(utf8: id.raw) } else { writer.raw(id.raw) }
        }
        let attributes = resource["attributes"]
        if let attributes, attributes.isObject { copy(attributes, to: &writer) }
        if let relationships = resource["relationships"] {
            for relationship in relationships.members {
                guard let data = relationship.value["data"] else { continue }
                write(data, as: relationship.name, beside: attributes, to: &writer, path: path)
            }
        }
        writer.endObject()
    }

    private func copy(_ attributes: JSONElement, to writer: inout JSONWriter) {
        guard attributes["id"] == nil else {
            for member in attributes.members where member.name != "id" {
                writer.name(member.name)
                writer.raw(member.value.raw)
            }
            return
        }
        var members = attributes.members
        // What lies between the braces is a list of members already.
        if members.next() != nil { writer.raw(attributes.raw.dropFirst().dropLast()) }
    }

    private func write(
        _ data: JSONElement,
        as name: String,
        beside attributes: JSONElement?,
        to writer: inout JSONWriter,
        path: [Key]
    ) {
        func isFree(_ name: String) -> Bool { attributes?[name] == nil }
        if data.isArray {
            var keys: [Key] = []
            for link in data.elements { if let key = ResourceFlattener.key(link) { keys.append(key) } }
            if isFree(name + "_ids") {
                writer.name(name + "_ids")
                writer.beginArray()
                for key in keys { writer.string(key.id) }
                writer.endArray()
            }
            let records = keys.filter { record($0, path) != nil }
            guard !records.isEmpty, isFree(name) else { return }
            writer.name(name)
            writer.beginArray()
            for key in records { if let record = record(key, path) { write(record, to: &writer, path: path + [key]) } }
            writer.endArray()
        } else if let key = ResourceFlattener.key(data) {
            if isFree(name + "_id") {
                writer.name(name + "_id")
                writer.string(key.id)
            }
            if let record = record(key, path) {
                guard isFree(name) else { return }
                writer.name(name)
                write(record, to: &writer, path: path + [key])
            } else if isFree(name + "_type"), key.type != name + "s" {
                writer.name(name + "_type")
                writer.string(key.type)
            }
        } else if data.isNull, isFree(name + "_id") {
            writer.name(name + "_id")
            writer.null()
        }
    }

    private func record(_ key: Key, _ path: [Key]) -> JSONElement? {
        guard path.count < ResourceFlattener.maximumDepth, !path.contains(key) else { return nil }
        return included[key]
    }
}
