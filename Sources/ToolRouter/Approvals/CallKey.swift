import Cryptography
import JSON
import Tools

/// What makes two calls the same for an approval: endpoint, user, tool, connection and every byte of the arguments.
struct CallKey: Sendable, Hashable {
    /// SHA-256 of all that as JSON with sorted names.
    let bytes: [UInt8]

    init(_ call: ToolCall) {
        self.init(
            ApprovalPlan.Row(tool: call.tool, connection: call.connection, arguments: call.arguments),
            user: call.user,
            endpoint: call.context.endpoint
        )
    }

    /// The call as a step of a run, under whatever endpoint.
    init(_ call: ToolCall, run: String) {
        self.init(
            ApprovalPlan.Row(tool: call.tool, connection: call.connection, arguments: call.arguments),
            user: call.user,
            endpoint: "run:" + run
        )
    }

    /// A row of a plan as a call.
    init(_ row: ApprovalPlan.Row, of request: ApprovalRequest) {
        var endpoint = request.endpoint
        if request.kind == .run { endpoint = "run:" + (request.run ?? "") }
        self.init(row, user: request.requester, endpoint: endpoint)
    }

    private init(_ row: ApprovalPlan.Row, user: String, endpoint: String?) {
        let content: JSONValue = [
            "endpoint": endpoint.map { .string($0) } ?? .null, "user": .string(user), "tool": .string(row.tool),
            "connection": row.connection.map { .string($0) } ?? .null, "arguments": .object(row.arguments),
        ]
        bytes = SHA256.hash(JSONWriter.bytes(of: content, sorted: true))
    }
}
