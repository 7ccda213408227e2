import Basics
import JSON

/// Carries out creates, updates and deletes.
struct PinpointWriter {
    typealias Resource = PinpointResource

    let seed: UInt64
    let now: Timestamp

    func create(_ resource: Resource, _ body: [UInt8], in store: inout Store) throws(PinpointFailure) -> JSONValue {
        let document = try parse(body, resource)
        let id = PinpointWrite.nextID(resource.type, in: store)
        let row = try insert(resource, id: id, document.data, included: document.included, in: &store)
        return try render(row, resource, store)
    }

    func update(
        _ resource: Resource,
        id: String,
        _ body: [UInt8],
        in store: inout Store
    ) throws(PinpointFailure) -> JSONValue {
        guard let known = store[resource.type][id] else { throw .notFound }
        let document = try parse(body, resource)
        guard let sent = document.data["id"] else { throw .badRequest("data.id is missing") }
        guard sent.string ?? sent.integer.map(String.init) == id else {
            throw .badRequest("data.id does not match the id in the path")
        }
        var write = PinpointWrite(store: store, seed: seed, now: now, row: known, before: known, attributes: [:])
        try assign(document.data, resource, isNew: false, to: &write)
        if let hook = resource.beforeUpdate { try hook(&write) }
        try finish(&write, resource, document, isNew: false)
        store = write.store
        return try render(store[resource.type][id] ?? write.row, resource, store)
    }

    func delete(_ resource: Resource, id: String, in store: inout Store) throws(PinpointFailure) -> JSONValue {
        guard let known = store[resource.type][id] else { throw .notFound }
        var write = PinpointWrite(store: store, seed: seed, now: now, row: known, before: known, attributes: [:])
        if let hook = resource.beforeDelete { try hook(&write) }
        write.store.remove(id, from: resource.type)
        store = write.store
        return ["meta": [:]]
    }

    private func render(_ row: Row, _ resource: Resource, _ store: Store) throws(PinpointFailure) -> JSONValue {
        var renderer = PinpointRenderer(store: store, query: try PinpointQuery(""), now: now)
        return renderer.document(of: row, resource)
    }

    private struct Document {
        var data: JSONValue
        var included: [JSONValue]
    }

    private func parse(_ body: [UInt8], _ resource: Resource) throws(PinpointFailure) -> Document {
        let value: JSONValue
        do {
            value = try JSONParser.parse(body)
        } catch {
            throw .badRequest("The request body is not JSON: \(error)")
        }
        guard let data = value["data"], data.object != nil else {
            throw .badRequest("The request body needs a data object")
        }
        guard data["type"]?.string == resource.type else { throw .badRequest("data.type must be \(resource.type)") }
        return Document(data: data, included: value["included"]?.array ?? [])
    }

    private func insert(
        _ resource: Resource,
        id: String,
        _ data: JSONValue,
        included: [JSONValue],
        in store: inout Store,
        parent: (name: String, id: String, type: String)? = nil
    ) throws(PinpointFailure) -> Row {
        let row = store[resource.type].row(id: id, [:])
        var write = PinpointWrite(store: store, seed: seed, now: now, row: row, before: nil, attributes: [:])
        if let parent, let relationship = resource.relationship(parent.name) {
            link(relationship, to: [(parent.type, parent.id)], in: &write)
        }
        write.row["created_at"] = write.time
        try assign(data, resource, isNew: true, to: &write)
        for name in resource.required where (write.attributes[name] ?? .null).isNull || write.attributes[name] == "" {
            throw .invalid(name, "can't be blank")
        }
        for relationship in resource.relationships where relationship.isRequired {
            guard write.links[relationship.name]?.isEmpty == false else {
                throw .invalid(relationship: relationship.name, "must exist")
            }
        }
        if let hook = resource.beforeCreate { try hook(&write) }
        try finish(&write, resource, Document(data: data, included: included), isNew: true)
        store = write.store
        return store[resource.type][id] ?? write.row
    }

    private func finish(
        _ write: inout PinpointWrite,
        _ resource: Resource,
        _ document: Document,
        isNew: Bool
    ) throws(PinpointFailure) {
        write.row["updated_at"] = write.time
        write.store.put(write.row, in: resource.type)
        try sidepost(resource, document, &write)
        if let hook = resource.afterWrite { try hook(&write) }
    }

    private func assign(
        _ data: JSONValue,
        _ resource: Resource,
        isNew: Bool,
        to write: inout PinpointWrite
    ) throws(PinpointFailure) {
        for (name, value) in data["attributes"]?.object ?? [:] {
            guard let attribute = resource.attribute(name) else { throw .invalid(name, "is an unknown attribute") }
            guard attribute.access == .write || (isNew && attribute.access == .create) else {
                throw .invalid(name, "cannot be written")
            }
            let stored = try coerce(value, attribute)
            write.attributes[name] = stored
            if !attribute.isWriteOnly { write.row[name] = stored }
        }
        for (name, value) in data["relationships"]?.object ?? [:] {
            guard let relationship = resource.relationship(name) else {
                throw .invalid(relationship: name, "is an unknown relationship")
            }
            guard relationship.access == .write || (isNew && relationship.access == .create) else {
                throw .invalid(relationship: name, "cannot be written")
            }
            let targets = value["data"]?.array ?? [value["data"] ?? .null]
            var found: [(type: String, id: String)] = []
            for target in targets where !target.isNull && target["temp-id"] == nil {
                guard let type = target["type"]?.string, relationship.types.contains(type) else {
                    let expected = relationship.types.joined(separator: ", ")
                    throw .invalid(relationship: name, "must have one of the types \(expected)")
                }
                guard let id = target["id"].flatMap({ $0.string ?? $0.integer.map(String.init) }),
                    write.store[type][id] != nil
                else { throw .invalid(relationship: name, "must exist") }
                found.append((type, id))
            }
            link(relationship, to: found, in: &write)
        }
    }

    private func link(
        _ relationship: Resource.Relationship,
        to targets: [(type: String, id: String)],
        in write: inout PinpointWrite
    ) {
        write.links[relationship.name] = targets.map(\.id)
        switch relationship.link {
        case .one(let column): write.row[column] = targets.first.map { .string($0.id) } ?? .null
        case .polymorphic(let column, let typeColumn):
            write.row[column] = targets.first.map { .string($0.id) } ?? .null
            let name = targets.first.flatMap { PinpointCatalog[$0.type]?.className }
            write.row[typeColumn] = name.map { .string($0) } ?? .null
            if let name, let id = targets.first?.id { write.row[relationship.name + "_key"] = .string("\(name):\(id)") }
        case .many, .none: return
        }
    }

    /// Makes, changes or removes the records that came along in `included` (Graphiti's sideposting).
    private func sidepost(
        _ resource: Resource,
        _ document: Document,
        _ write: inout PinpointWrite
    ) throws(PinpointFailure) {
        for (name, value) in document.data["relationships"]?.object ?? [:] {
            guard let relationship = resource.relationship(name),
                case .many(let type, let key, _) = relationship.link, let child = PinpointCatalog[type]
            else { continue }
            let owner = child.relationships.first { candidate in
                switch candidate.link {
                case .one(let column): column == key
                case .polymorphic: candidate.name + "_key" == key
                default: false
                }
            }
            for target in value["data"]?.array ?? [] {
                let identity = target["temp-id"] ?? target["id"] ?? .null
                let sent = document.included.first { item in
                    item["type"] == target["type"] && (item["temp-id"] ?? item["id"] ?? .null) == identity
                }
                switch target["method"]?.string {
                case "create":
                    guard let sent else { throw .badRequest("included lacks \(type) \(identity.string ?? "")") }
                    let id = PinpointWrite.nextID(type, in: write.store)
                    _ = try insert(
                        child,
                        id: id,
                        sent,
                        included: [],
                        in: &write.store,
                        parent: owner.map { ($0.name, write.row.id, resource.type) }
                    )
                case "update":
                    guard let id = identity.string, let known = write.store[type][id], let sent else { throw .notFound }
                    var inner = PinpointWrite(
                        store: write.store,
                        seed: seed,
                        now: now,
                        row: known,
                        before: known,
                        attributes: [:]
                    )
                    try assign(sent, child, isNew: false, to: &inner)
                    if let hook = child.beforeUpdate { try hook(&inner) }
                    inner.row["updated_at"] = inner.time
                    inner.store.put(inner.row, in: type)
                    write.store = inner.store
                case "destroy":
                    guard let id = identity.string, write.store[type][id] != nil else { throw .notFound }
                    write.store.remove(id, from: type)
                default: continue
                }
            }
        }
    }

    private func coerce(_ value: JSONValue, _ attribute: Resource.Attribute) throws(PinpointFailure) -> JSONValue {
        if value.isNull { return .null }
        let name = attribute.name
        switch attribute.kind {
        case .text:
            guard let text = value.string else { throw .invalid(name, "must be a string") }
            if !attribute.allowed.isEmpty, !attribute.allowed.contains(text) {
                throw .invalid(name, "is not included in the list")
            }
        case .id:
            guard let id = value.string ?? value.integer.map(String.init) else {
                throw .invalid(name, "must be an id")
            }
            return .string(id)
        case .integer:
            guard value.integer ?? value.string.flatMap({ Int($0) }) != nil else {
                throw .invalid(name, "must be an integer")
            }
        case .number: guard value.number != nil else { throw .invalid(name, "is not a number") }
        case .boolean: guard value.bool != nil else { throw .invalid(name, "must be a boolean") }
        case .instant, .date:
            guard let text = value.string, let instant = Timestamp(iso8601: text) else {
                throw .invalid(name, attribute.kind == .date ? "must be a date" : "must be an ISO 8601 instant")
            }
            return .string(attribute.kind == .date ? instant.isoDate : PinpointTime.text(instant))
        case .object: guard value.object != nil else { throw .invalid(name, "must be an object") }
        case .list: guard value.array != nil else { throw .invalid(name, "must be a list") }
        }
        return value
    }
}
