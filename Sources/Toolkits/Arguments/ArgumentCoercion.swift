import JSON

/// Brings values into the type that was asked for, where there is only one thing that they can mean.
///
/// Models give ids as numbers, numbers as text, one value where a list is wanted, and names in their own capitals.
enum ArgumentCoercion {
    /// The type that is asked for; null beside it changes nothing.
    private static func type(of schema: JSONValue) -> String? {
        if let type = schema["type"]?.string { return type }
        let types = (schema["type"]?.array ?? []).compactMap(\.string).filter { $0 != "null" }
        return types.count == 1 ? types[0] : nil
    }

    static func coerce(_ value: JSONValue, to schema: JSONValue, depth: Int = 0) -> JSONValue {
        guard depth < 16 else { return value }
        if let alternatives = schema["anyOf"]?.array ?? schema["oneOf"]?.array {
            for alternative in alternatives where accepts(value, alternative) {
                return coerce(value, to: alternative, depth: depth + 1)
            }
            guard let first = alternatives.first(where: { $0["type"]?.string != "null" }) else { return value }
            return coerce(value, to: first, depth: depth + 1)
        }
        if let names = schema["enum"]?.array, case .string(let text) = value, !names.contains(value) {
            let matches = names.filter { $0.string.map(plainName) == plainName(text) }
            return matches.count == 1 ? matches[0] : value
        }
        switch (type(of: schema), value) {
        case ("string", .number(let number)) where number.integer != nil: return .string(number.text)
        case ("integer", .string(let text)): return Int64(trimmed(text)).map { .number(.integer($0)) } ?? value
        case ("number", .string(let text)):
            guard let number = try? JSONParser.parse(trimmed(text)), number.number != nil else { return value }
            return number
        case ("boolean", .string(let text)):
            switch text.lowercased() {
            case "true": return true
            case "false": return false
            default: return value
            }
        case ("array", .array(let array)):
            guard let items = schema["items"] else { return value }
            return .array(array.map { coerce($0, to: items, depth: depth + 1) })
        case ("array", .string(let text)):
            if text.hasPrefix("["), let parsed = try? JSONParser.parse(text), parsed.array != nil {
                return coerce(parsed, to: schema, depth: depth + 1)
            }
            let parts = text.split(separator: ",").map { JSONValue.string(trimmed(String($0))) }
            return coerce(.array(parts), to: schema, depth: depth + 1)
        case ("array", .number), ("array", .object), ("array", .bool):
            return coerce(.array([value]), to: schema, depth: depth + 1)
        case ("object", .string(let text)):
            guard text.hasPrefix("{"), let parsed = try? JSONParser.parse(text), parsed.object != nil else {
                return value
            }
            return coerce(parsed, to: schema, depth: depth + 1)
        case ("object", .object(let object)):
            guard let properties = schema["properties"]?.object else { return value }
            var coerced = JSONObject()
            for member in object {
                let property = properties[member.name]
                let inner = property.map { coerce(member.value, to: $0, depth: depth + 1) } ?? member.value
                coerced.append(name: member.name, value: inner)
            }
            return .object(coerced)
        default: return value
        }
    }

    /// Whether a value has a type that a schema names.
    private static func accepts(_ value: JSONValue, _ schema: JSONValue) -> Bool {
        guard let type = schema["type"]?.string else { return true }
        return type == value.typeName || (type == "number" && value.typeName == "integer")
    }

    /// Whether null is a value that a schema allows.
    static func allowsNull(_ schema: JSONValue) -> Bool {
        if schema["type"]?.string == "null" || schema["type"]?.array?.contains("null") == true { return true }
        let alternatives = schema["anyOf"]?.array ?? schema["oneOf"]?.array ?? []
        return alternatives.contains { allowsNull($0) } || schema["nullable"]?.bool == true
            || schema["type"] == nil && alternatives.isEmpty
    }

    /// A name without capitals, separators and a plural's `s`, so that `JobSeeker` and `job_seekers` are the same.
    private static func plainName(_ name: String) -> String {
        var plain = name.lowercased().filter { $0 != "_" && $0 != "-" && $0 != " " }
        if plain.count > 3, plain.hasSuffix("s") { plain.removeLast() }
        return plain
    }

    private static func trimmed(_ text: String) -> String {
        let start = text.drop { $0.isWhitespace }
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return "" }
        return String(start[...last])
    }
}
