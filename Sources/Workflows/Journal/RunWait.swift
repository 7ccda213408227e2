package import Basics
package import JSON

/// What a run that does not go on waits for.
package enum RunWait: Sendable, Hashable {
    /// A person's decision.
    case approval(id: String, until: Timestamp)
    /// An instant.
    case time(Timestamp)
    /// A signal of that name, until an instant.
    case signal(name: String, until: Timestamp)
    /// Another run.
    case run(id: String)
    /// The other side: a limit, or an outcome that is not known yet.
    case upstream(reason: String, until: Timestamp)

    /// When the run goes on by itself; nil when only an event can wake it.
    package var until: Timestamp? {
        switch self {
        case .approval(_, let until), .signal(_, let until), .time(let until), .upstream(_, let until): until
        case .run: nil
        }
    }

    /// In words.
    package var description: String {
        switch self {
        case .approval(let id, let until): "the approval \(id), until \(until.iso8601)"
        case .time(let instant): "\(instant.iso8601)"
        case .signal(let name, let until): "the signal '\(name)', until \(until.iso8601)"
        case .run(let id): "the run \(id)"
        case .upstream(let reason, let until): "\(reason), until \(until.iso8601)"
        }
    }

    /// As the journal keeps it.
    package var json: JSONValue {
        switch self {
        case .approval(let id, let until):
            ["for": "approval", "id": .string(id), "until": .string(until.iso8601)]
        case .time(let until): ["for": "time", "until": .string(until.iso8601)]
        case .signal(let name, let until):
            ["for": "signal", "id": .string(name), "until": .string(until.iso8601)]
        case .run(let id): ["for": "run", "id": .string(id)]
        case .upstream(let reason, let until):
            ["for": "upstream", "id": .string(reason), "until": .string(until.iso8601)]
        }
    }

    package init?(_ json: JSONValue) {
        let until = json["until"]?.string.flatMap { Timestamp(iso8601: $0) }
        let id = json["id"]?.string
        switch (json["for"]?.string, id, until) {
        case ("approval", let id?, let until?): self = .approval(id: id, until: until)
        case ("time", _, let until?): self = .time(until)
        case ("signal", let id?, let until?): self = .signal(name: id, until: until)
        case ("run", let id?, _): self = .run(id: id)
        case ("upstream", let id?, let until?): self = .upstream(reason: id, until: until)
        default: return nil
        }
    }
}
