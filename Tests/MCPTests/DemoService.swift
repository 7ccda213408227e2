import Basics
import JSON
import MCP

/// A few tools over two people who do not exist.
struct DemoService: MCPService {
    let instructions = "Demonstration of a recruiting system."
    var toolList = MCPToolList(version: "1", tools: DemoService.tools)
    /// What the service was last told about its client.
    let seen = Recorder()

    final class Recorder: Sendable {
        private let contexts = Locked<[MCPCallContext]>([])
        var last: MCPCallContext? { contexts.withLock(\.last) }
        func add(_ context: MCPCallContext) { contexts.withLock { $0.append(context) } }
    }

    static let tools: [MCPTool] = [
        MCPTool(
            name: "list_all_pinpoint_candidates",
            title: "List Candidates",
            description: "Lists candidates, filtered by name.",
            inputSchema: ["type": "object", "properties": ["search": ["type": "string"]]],
            outputSchema: ["type": "array"],
            annotations: MCPToolAnnotations(readOnly: true, destructive: false, idempotent: true, openWorld: true)
        ),
        MCPTool(
            name: "get_single_pinpoint_candidate_by_id",
            title: "Get Candidate",
            description: "Reads one candidate.",
            inputSchema: ["type": "object", "properties": ["id": ["type": "string"]], "required": ["id"]],
            outputSchema: ["type": "object"]
        ),
        MCPTool(
            name: "echo",
            description: "Gives its arguments back.",
            inputSchema: ["type": "object"]
        ),
        MCPTool(
            name: "wait_until_cancelled",
            description: "Ends when it is cancelled.",
            inputSchema: ["type": "object", "additionalProperties": false]
        ),
    ]

    func callTool(_ name: String, arguments: JSONObject, context: MCPCallContext) async -> MCPToolResult? {
        seen.add(context)
        switch name {
        case "list_all_pinpoint_candidates":
            return MCPToolResult(structured: Array(#"[{"id":98765,"name":"Sarah \"SJ\" Jenkins"}]"#.utf8))
        case "get_single_pinpoint_candidate_by_id":
            guard let id = arguments["id"]?.string else {
                return MCPToolResult(text: "The argument \"id\" is missing.", isError: true)
            }
            return MCPToolResult(text: "Candidate \(id)", structured: Array(#"{"id":98765}"#.utf8))
        case "echo": return MCPToolResult(structured: JSONWriter.bytes(of: .object(arguments)))
        case "wait_until_cancelled":
            try? await Task.sleep(for: .seconds(3600))
            return MCPToolResult(text: "stopped")
        default: return nil
        }
    }

    func suggestions(for name: String) -> [String] {
        name.contains("candidate")
            ? ["list_all_pinpoint_candidates", "get_single_pinpoint_candidate_by_id", "echo", "wait_until_cancelled"]
            : []
    }
}
