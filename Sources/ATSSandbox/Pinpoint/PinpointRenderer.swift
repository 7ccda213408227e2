import Basics
import JSON

/// Writes rows as JSON:API resource objects, with the records that were asked for beside them.
struct PinpointRenderer {
    let store: Store
    let query: PinpointQuery
    let now: Timestamp
    private var included: [JSONValue] = []
    private var seen: Set<String> = []

    init(store: Store, query: PinpointQuery, now: Timestamp) {
        self.store = store
        self.query = query
        self.now = now
    }

    /// The document of a list.
    mutating func document(of rows: [Row], _ resource: PinpointResource, total: Int?) -> JSONValue {
        for row in rows { seen.insert(resource.type + " " + row.id) }
        let data = rows.map { object($0, resource, query.include) }
        return finish(.array(data), meta: total.map { ["stats": ["total": ["count": .integer($0)]]] } ?? [:])
    }

    /// The document of one record.
    mutating func document(of row: Row, _ resource: PinpointResource) -> JSONValue {
        seen.insert(resource.type + " " + row.id)
        let data = object(row, resource, query.include)
        return finish(data, meta: [:])
    }

    private func finish(_ data: JSONValue, meta: JSONValue) -> JSONValue {
        var document: JSONObject = ["data": data]
        if !included.isEmpty { document["included"] = .array(included) }
        document["meta"] = meta
        return .object(document)
    }

    private mutating func object(
        _ row: Row,
        _ resource: PinpointResource,
        _ include: PinpointQuery.Tree
    ) -> JSONValue {
        var attributes = JSONObject()
        let fields = query.fields[resource.type]
        let extra = query.extra[resource.type] ?? []
        for attribute in resource.attributes where !attribute.isWriteOnly {
            if attribute.isExtra ? !extra.contains(attribute.name) : fields?.contains(attribute.name) == false {
                continue
            }
            attributes.append(
                name: attribute.name,
                value: resource.computed[attribute.name]?(row, store, now) ?? row[attribute.name]
            )
        }
        var object: JSONObject = [
            "id": .string(row.id), "type": .string(resource.type), "attributes": .object(attributes),
        ]
        if !resource.relationships.isEmpty {
            var relationships = JSONObject()
            for relationship in resource.relationships {
                relationships.append(name: relationship.name, value: link(row, resource, relationship, include))
            }
            object["relationships"] = .object(relationships)
        }
        return .object(object)
    }

    private mutating func link(
        _ row: Row,
        _ resource: PinpointResource,
        _ relationship: PinpointResource.Relationship,
        _ include: PinpointQuery.Tree
    ) -> JSONValue {
        guard let tree = include[relationship.name] else { return ["meta": ["included": false]] }
        var data: [JSONValue] = []
        for (target, other) in PinpointCatalog.related(to: row, relationship, in: store, now: now) {
            data.append(["type": .string(target.type), "id": .string(other.id)])
            // A record appears once, however many point to it; only its first visit walks on.
            guard seen.insert(target.type + " " + other.id).inserted else { continue }
            let position = included.count
            included.append(.null)
            included[position] = object(other, target, tree)
        }
        switch relationship.link {
        case .many, .none(many: true): return ["data": .array(data)]
        default: return ["data": data.first ?? .null]
        }
    }
}
