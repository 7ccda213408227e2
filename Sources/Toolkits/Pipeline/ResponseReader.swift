import HTTP
import JSON
import Tools

/// Takes the payload out of a response that says the call succeeded.
struct ResponseReader {
    /// What a response has to say.
    struct Reading: Sendable {
        enum Content: Sendable {
            /// The bytes of an array, and how many elements it has.
            case rawList(ArraySlice<UInt8>, count: Int)
            case list([JSONValue])
            /// The bytes of a single value.
            case rawRecord(ArraySlice<UInt8>)
            /// The call was done and there is nothing to return.
            case nothing
        }

        var content: Content
        /// The vendor's own cursor of the next page.
        var next: String?
        var total: Int?
        /// Values beside the payload.
        var extra: [(name: String, value: JSONValue)] = []
        /// The vendor's own id of the request.
        var request: String?
        /// What is known of the limits after the request.
        var limits: CallLimits?

        var count: Int {
            switch content {
            case .rawList(_, let count): count
            case .list(let items): items.count
            case .rawRecord: 1
            case .nothing: 0
            }
        }

        /// The records as values.
        var records: [JSONValue] {
            switch content {
            case .rawList(let bytes, _): (try? JSONParser.parse(bytes))?.array ?? []
            case .list(let items): items
            case .rawRecord(let bytes): (try? JSONParser.parse(bytes)).map { [$0] } ?? []
            case .nothing: []
            }
        }
    }

    let rule: ResponseRule
    let pagination: PaginationRule?

    /// The payload of a body.
    func read(_ body: JSONElement) -> Reading {
        var reading = Reading(content: content(body))
        for extra in rule.extra {
            guard let element = body.element(at: extra.place), !element.isNull else { continue }
            reading.extra.append((extra.name, element.value))
        }
        guard let pagination else { return reading }
        let more = pagination.more.flatMap { body.element(at: $0)?.bool } ?? true
        if more, let next = pagination.next.flatMap({ body.element(at: $0) }), !next.isNull {
            let text = RequestBuilder.text(of: next.value)
            reading.next = text.isEmpty ? nil : text
        }
        reading.total = pagination.total.flatMap { body.element(at: $0)?.integer }
        return reading
    }

    private func content(_ body: JSONElement) -> Reading.Content {
        switch rule.format {
        case .plain:
            guard let payload = body.element(at: rule.payload), !payload.isNull else { return .nothing }
            guard payload.isArray else { return .rawRecord(payload.raw) }
            var count = 0
            for _ in payload.elements { count += 1 }
            return .rawList(payload.raw, count: count)
        case .jsonAPI:
            guard let data = body["data"], !data.isNull else { return .nothing }
            let flattener = ResourceFlattener(document: body)
            var writer = JSONWriter(capacity: data.raw.count)
            guard data.isArray else {
                flattener.write(data, to: &writer)
                return .rawRecord(writer.bytes[...])
            }
            var count = 0
            writer.beginArray()
            for resource in data.elements {
                flattener.write(resource, to: &writer)
                count += 1
            }
            writer.endArray()
            return .rawList(writer.bytes[...], count: count)
        }
    }
}

extension JSONElement {
    /// The value at a pointer, or nil when the way there does not exist.
    func element(at pointer: JSONPointer) -> JSONElement? {
        var element = self
        for token in pointer.tokens {
            guard let next = element.isArray ? Int(token).flatMap({ element[$0] }) : element[token] else { return nil }
            element = next
        }
        return element
    }
}
