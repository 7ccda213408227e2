import Basics
import Connections
import JSON
import Tools

extension MetaTools {
    private static let connectionActions = ["connect", "status", "renew"]

    func manageConnections(_ call: ToolCall) async throws(RouterError) -> ToolResult {
        let arguments = try ArgumentObject(call.arguments, known: ["toolkits", "action"], in: "manage_connections")
        let known = router.withAccounts(router.scope(policy).toolkits)
        let named = try arguments.has("toolkits") ? arguments.strings("toolkits", 1...20) : known
        let action = try arguments.optionalString("action", limit: 32) ?? "connect"
        guard MetaTools.connectionActions.contains(action) else {
            throw arguments.wrong("action", "must be connect, status or renew")
        }
        var connections: [JSONValue] = []
        var isComplete = true
        var hasLink = false
        for toolkit in named {
            guard known.contains(toolkit) else {
                let near = Similarity.nearest(to: toolkit, among: known, limit: 3)
                isComplete = false
                connections.append([
                    "toolkit": .string(String(toolkit.prefix(64))), "status": "unknown",
                    "suggestions": .array((near.isEmpty ? known : near).map { .string($0) }),
                ])
                continue
            }
            let allowed = policy.connections[toolkit]
            let status = router.connections.status(user: call.user, toolkit: toolkit, among: allowed)
            var object: JSONObject = ["toolkit": .string(toolkit), "status": .string(status.name)]
            let accounts = router.connections.connections(of: call.user).filter {
                $0.toolkit == toolkit && allowed?.contains($0.id) ?? true
            }
            if accounts.count > 1 {
                object["accounts"] = .array(
                    accounts.map { ["id": .string($0.id), "label": .string($0.label)] }
                )
            }
            if status != .active { isComplete = false }
            if action == "renew" || action == "connect" && status != .active {
                let way = await wayToConnect(toolkit, call)
                hasLink = hasLink || way["connect_url"] != nil
                for member in way { object[member.name] = member.value }
            }
            connections.append(.object(object))
        }
        let next =
            isComplete && action != "renew"
            ? "All are connected; call execute_tools."
            : hasLink
                ? "Give the user connect_url to open, wait until they say it is done, then ask for the status again."
                : "Tell the user what is missing and how to connect it; then ask for the status again."
        return ToolResult(["connections": .array(connections), "next": .string(next)], origin: .ats)
    }

    private func wayToConnect(_ toolkit: String, _ call: ToolCall) async -> JSONObject {
        let command: JSONObject = [
            "how_to_connect": .string("switchboard connections add \(toolkit) --user \(call.user)")
        ]
        guard let invitations = router.invitations else { return command }
        switch await router.invitation(toolkit, for: call, policy, by: invitations) {
        case .page(let invitation):
            return [
                "connect_url": .string(invitation.url), "expires_at": .string(invitation.expiresAt.iso8601),
            ]
        case .gone(let ids):
            return [
                "note": .string(
                    "This endpoint may use \(ids.joined(separator: ", ")) only, which was removed. Connecting another "
                        + "account does not help: its administrator must change the endpoint."
                )
            ]
        case .failed(let error):
            var way = command
            way["note"] = .string("No link could be made: \(error)")
            return way
        }
    }
}
