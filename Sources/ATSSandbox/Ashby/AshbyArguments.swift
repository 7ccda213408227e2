import Basics
import JSON

/// The body of a request, checked against the parameters of its operation.
///
/// Members that the operation does not name are ignored, and numbers and booleans may come as strings, as the vendor does.
struct AshbyArguments: Sendable {
    private var values: JSONObject = [:]
    private var present: Set<String> = []

    init(_ body: JSONObject, _ parameters: [AshbyOperation.Parameter]) throws(AshbyFailure) {
        for parameter in parameters {
            guard let value = body[parameter.name] else {
                if parameter.isRequired { throw .invalid(parameter.name, "required") }
                continue
            }
            if value.isNull {
                guard parameter.isNullable || !parameter.isRequired else {
                    throw .invalid(parameter.name, "must not be null")
                }
                present.insert(parameter.name)
                continue
            }
            present.insert(parameter.name)
            values[parameter.name] = try AshbyArguments.coerce(value, parameter.kind, parameter.name)
        }
    }

    /// Whether the caller sent the member at all, null included.
    func has(_ name: String) -> Bool { present.contains(name) }
    subscript(name: String) -> JSONValue? { values[name] }
    func text(_ name: String) -> String? { values[name]?.string }
    func integer(_ name: String) -> Int? { values[name]?.integer }
    func flag(_ name: String) -> Bool { values[name]?.bool ?? false }
    func words(_ name: String) -> [String]? { values[name]?.array?.compactMap(\.string) }

    private static func coerce(
        _ value: JSONValue,
        _ kind: AshbyOperation.Kind,
        _ name: String
    ) throws(AshbyFailure) -> JSONValue {
        switch kind {
        case .uuid:
            guard let text = value.string, StableID.isUUID(text) else { throw .invalid(name, "expected a UUID") }
            return .string(text.lowercased())
        case .text:
            guard value.string != nil else { throw .invalid(name, "expected a string") }
        case .integer:
            if let text = value.string, let number = Int(text) { return .integer(number) }
            guard value.integer != nil else { throw .invalid(name, "expected an integer") }
        case .boolean:
            if value == "true" { return true }
            if value == "false" { return false }
            guard value.bool != nil else { throw .invalid(name, "expected a boolean") }
        case .instant:
            guard let instant = value.string.flatMap({ Timestamp(iso8601: $0) }) else {
                throw .invalid(name, "expected an ISO 8601 date-time")
            }
            return .string(instant.iso8601)
        case .object:
            guard value.object != nil else { throw .invalid(name, "expected an object") }
        case .any: return value
        case .choice(let allowed):
            guard let text = value.string, allowed.contains(text) else {
                throw .invalid(name, "expected one of \(allowed.joined(separator: ", "))")
            }
        case .words(let allowed): return try coerce(value, .list(.choice(allowed)), name)
        case .list(let element):
            guard let array = value.array else { throw .invalid(name, "expected an array") }
            var coerced: [JSONValue] = []
            for item in array { coerced.append(try coerce(item, element, name)) }
            return .array(coerced)
        }
        return value
    }
}
