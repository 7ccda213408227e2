import Basics
package import JSON
import Tools

extension WriteEntry {
    /// The row as commands and the control API show it.
    ///
    /// - Parameter isWhole: Whether what was asked for is shown too, which is personal.
    package func json(isWhole: Bool) -> JSONObject {
        var object: JSONObject = [
            "id": .string(id), "state": .string(state.rawValue), "tool": .string(tool),
            "effect": .string(effect.rawValue), "connection": .string(connection), "user": .string(user),
            "attempts": .integer(attempts), "created_at": .string(createdAt.iso8601),
        ]
        func put(_ name: String, _ text: String?) {
            if let text { object[name] = .string(text) }
        }
        put("sent_at", sentAt?.iso8601)
        put("look_after", state == .intent ? lookAfter?.iso8601 : nil)
        put("next_look", state == .unknown ? nextLook?.iso8601 : nil)
        put("settled_at", settledAt?.iso8601)
        put("remote_id", remoteID)
        if let status { object["status"] = .integer(status) }
        put("evidence", evidence)
        put("reason", reason)
        put("mark", mark)
        put("once", once)
        put("run", context.run)
        put("path", context.path)
        put("item", context.item)
        put("endpoint", context.endpoint)
        put("actor", context.actor)
        if isWhole, let arguments { object["arguments"] = .object(arguments) }
        return object
    }
}
