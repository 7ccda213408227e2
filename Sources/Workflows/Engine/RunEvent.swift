import Basics
package import JSON

/// Something that happens in a run, for whoever watches.
package enum RunEvent: Sendable, Hashable {
    /// It is in another state now.
    case state(RunState, waiting: RunWait?)
    /// A step was executed.
    case step(StepRecord)
    /// A loop is so far.
    case progress(path: String, counts: ItemCounts)
    /// A sentence for people, such as why nothing happens.
    case notice(String)

    /// As a stream of events shows it: without the values of records.
    package var json: JSONValue {
        switch self {
        case .state(let state, let waiting):
            var object: JSONObject = ["event": "state", "state": .string(state.rawValue)]
            if let waiting { object["waiting"] = waiting.json }
            return .object(object)
        case .step(let step):
            var object: JSONObject = [
                "event": "step", "path": .string(step.address.path), "kind": .string(step.kind),
                "state": .string(step.state.rawValue), "at": .string(step.endedAt.iso8601),
            ]
            if !step.address.item.isEmpty { object["item"] = .string(step.address.item) }
            if let subject = step.subject { object["subject"] = .string(subject) }
            if let failure = step.failure { object["failure"] = failure.json }
            return .object(object)
        case .progress(let path, let counts):
            return [
                "event": "progress", "path": .string(path), "total": .integer(counts.total),
                "done": .integer(counts.done), "failed": .integer(counts.failed), "unknown": .integer(counts.unknown),
            ]
        case .notice(let text): return ["event": "notice", "text": .string(text)]
        }
    }
}
