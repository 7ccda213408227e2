import Basics
import JSON
import JSONata

/// What a lookup knows of the write that it looks for.
struct LookupScope: Sendable {
    /// The write's arguments under their proper names.
    var arguments: JSONObject
    var mark: String?
    /// The other side's time before which what was made is not the write's; nil where age says nothing.
    var since: Timestamp?

    var options: EvaluationOptions {
        EvaluationOptions(limits: EvaluationLimits(milliseconds: 500), allowsRandom: false)
    }

    var bindings: [String: JSONValue] {
        [
            "arguments": .object(arguments), "mark": mark.map { .string($0) } ?? .null,
            "since": since.map { .string($0.iso8601) } ?? .null,
        ]
    }

    /// The arguments that a lookup's tool is called with; nothing is sent for what comes to nothing.
    func arguments(for rule: LookupRule) -> JSONObject {
        var object = JSONObject()
        for (name, value) in rule.arguments {
            switch value {
            case .fixed(let fixed): object[name] = fixed
            case .computed(let expression):
                let value = try? expression.evaluate(.object(arguments), bindings: bindings, options: options)
                if let value, !value.isNull { object[name] = value }
            }
        }
        return object
    }

    func instant(_ text: String) -> Timestamp? { Timestamp(iso8601: text) }
}
