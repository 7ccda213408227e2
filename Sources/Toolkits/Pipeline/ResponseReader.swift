import HTTP
import JSON

/// Takes the payload out of a response, or the reason why there is none.
struct ResponseReader {
    /// What a response has to say.
    struct Reading: Sendable {
        enum Content: Sendable {
            case list([JSONValue])
            case record(JSONValue)
            /// The call was done and there is nothing to return.
            case nothing
        }

        var content: Content
        /// The vendor's own cursor of the next page.
        var next: String?
        var total: Int?
        /// Values beside the payload.
        var extra: [(name: String, value: JSONValue)] = []

        var records: [JSONValue] {
            switch content {
            case .list(let items): items
            case .record(let record): [record]
            case .nothing: []
            }
        }
    }

    let rule: ResponseRule
    let pagination: PaginationRule?

    /// The payload of a body that says the call succeeded.
    func read(_ body: JSONValue) -> Reading {
        var reading = Reading(content: content(body))
        for extra in rule.extra {
            guard let value = body.value(at: extra.place), !value.isNull else { continue }
            reading.extra.append((extra.name, value))
        }
        guard let pagination else { return reading }
        let more = pagination.more.flatMap { body.value(at: $0)?.bool } ?? true
        if more, let next = pagination.next.flatMap({ body.value(at: $0) }) {
            let text = next.isNull ? "" : RequestBuilder.text(of: next)
            reading.next = text.isEmpty ? nil : text
        }
        reading.total = pagination.total.flatMap { body.value(at: $0)?.integer }
        return reading
    }

    private func content(_ body: JSONValue) -> Reading.Content {
        switch rule.format {
        case .plain:
            guard let payload = body.value(at: rule.payload), !payload.isNull else { return .nothing }
            if let items = payload.array { return .list(items) }
            return .record(payload)
        case .jsonAPI:
            let flattener = ResourceFlattener(document: body)
            switch body["data"] {
            case .array(let resources)?: return .list(resources.map { flattener.flatten($0) })
            case .object(let resource)?: return .record(flattener.flatten(.object(resource)))
            default: return .nothing
            }
        }
    }
}
