import JSON
import Tools

/// Leaves out of a result what says nothing: nulls and empty texts, lists and objects inside objects.
///
/// Elements of lists stay in their places, and so do the empty lists of the outermost object, because "none" is an answer.
enum ResultCompaction {
    /// The result without what says nothing; one that is not JSON stays as it is.
    static func apply(to result: ToolResult) -> ToolResult {
        guard let value = try? JSONParser.parse(result.payload) else { return result }
        var compact = result
        compact.payload = JSONWriter.bytes(of: lean(value, isOutermost: true))
        return compact
    }

    private static func lean(_ value: JSONValue, isOutermost: Bool = false) -> JSONValue {
        switch value {
        case .array(let array): return .array(array.map { lean($0) })
        case .object(let object):
            var kept = JSONObject()
            for member in object {
                let inner = lean(member.value)
                switch inner {
                case .null, .string(""): continue
                case .array(let array) where array.isEmpty && !isOutermost: continue
                case .object(let object) where object.isEmpty: continue
                default: kept[member.name] = inner
                }
            }
            return .object(kept)
        default: return value
        }
    }
}
