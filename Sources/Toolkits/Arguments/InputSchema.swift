import Basics
import JSON

/// The schema of a tool's arguments, compiled when the tool is first called.
///
/// Most tools are never called, and compiling all of them is a good part of the start of the program.
final class InputSchema: Sendable {
    private let document: JSONValue
    private let compiled = Locked<JSONSchema?>(nil)

    init(_ document: JSONValue) {
        self.document = document
    }

    var schema: JSONSchema {
        compiled.withLock { compiled in
            if let compiled { return compiled }
            let schema = JSONSchema(document)
            compiled = schema
            return schema
        }
    }

    /// What is wrong with the schema; nothing is compiled to find out that nothing is.
    var defects: [JSONSchema.Defect] { InputSchema.isPlain(document, depth: 0) ? [] : schema.defects }

    private static let types: Set<String> = ["null", "boolean", "integer", "number", "string", "array", "object"]
    private static let deepest = 32

    /// Whether a schema has only keywords that are known, with values that fit them.
    ///
    /// False means no more than that the compiler must look.
    private static func isPlain(_ schema: JSONValue, depth: Int) -> Bool {
        guard let object = schema.object else { return schema.bool != nil }
        return depth < deepest && object.allSatisfy { isPlain($0, depth: depth) }
    }

    private static func isPlain(_ member: JSONObject.Member, depth: Int) -> Bool {
        let value = member.value
        switch member.name {
        case "description", "format", "default", "const", "title", "contentMediaType": return true
        case "type":
            if let name = value.string { return types.contains(name) }
            let names = value.array ?? []
            return !names.isEmpty && names.allSatisfy { $0.string.map(types.contains) ?? false }
        case "enum": return value.array != nil
        case "required": return value.array?.allSatisfy { $0.string != nil } ?? false
        case "uniqueItems": return value.bool != nil
        case "minLength", "maxLength", "minItems", "maxItems": return (value.integer ?? -1) >= 0
        case "minimum", "maximum": return value.integer != nil
        case "items", "additionalProperties": return isPlain(value, depth: depth + 1)
        case "properties": return value.object?.allSatisfy { isPlain($0.value, depth: depth + 1) } ?? false
        case "anyOf", "oneOf", "allOf": return value.array?.allSatisfy { isPlain($0, depth: depth + 1) } ?? false
        default: return false
        }
    }
}
