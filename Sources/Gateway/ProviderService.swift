import Basics
package import JSON
package import MCP
import ToolRouter
package import Tools

/// Offers what a `ToolProvider` has to an MCP client, for one user; for `switchboard mcp`.
package struct ProviderService: MCPService {
    package let instructions: String
    package let toolList: MCPToolList
    private let provider: any ToolProvider
    private let user: String

    package init(provider: any ToolProvider, user: String, instructions: String) {
        self.provider = provider
        self.user = user
        self.instructions = instructions
        toolList = MCPToolList(
            version: "1",
            tools: provider.tools.map { MCPTool($0) }
        )
    }

    package func callTool(_ name: String, arguments: JSONObject, context: MCPCallContext) async -> MCPToolResult? {
        guard toolList.tools.contains(where: { $0.name == name }) else { return nil }
        let result = await provider.call(
            ToolCall(
                tool: name,
                arguments: arguments,
                user: user,
                origin: .model,
                context: CallContext(via: "mcp")
            )
        )
        return MCPToolResult(text: result.text, structured: result.payload, isError: result.isError)
    }

    package func suggestions(for name: String) -> [String] {
        Similarity.nearest(to: name, among: toolList.tools.map(\.name), limit: 3)
    }
}
