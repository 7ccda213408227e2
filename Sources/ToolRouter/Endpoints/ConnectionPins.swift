import JSON
import Tools

extension ToolPolicy {
    /// Sees to it that a call uses one of the connections that the policy allows for its toolkit.
    ///
    /// - Returns: What to answer when it does not and cannot; nil when the call can go on.
    func pin(_ call: inout ToolCall, toolkit: String) -> ToolResult? {
        guard let allowed = connections[toolkit] else { return nil }
        let choices: JSONObject = ["toolkit": .string(toolkit), "connections": .array(allowed.map { .string($0) })]
        guard let wanted = call.connection ?? (allowed.count == 1 ? allowed.first : nil) else {
            return .failure(
                "connection_ambiguous",
                "There are several accounts of \(toolkit) here: \(allowed.joined(separator: ", ")). Say which one as "
                    + "connection.",
                details: choices
            )
        }
        guard allowed.contains(wanted) else {
            return .failure(
                "connection_missing",
                "There is no connection \(wanted.prefix(64)) to \(toolkit) here; there is "
                    + "\(allowed.joined(separator: ", ")).",
                details: choices
            )
        }
        call.connection = wanted
        return nil
    }
}
