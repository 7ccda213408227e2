/// Something that offers tools and can run them: toolkits, federated MCP servers, workflows.
package protocol ToolProvider: Sendable {
    /// The tools on offer now, in a fixed order. A tool that cannot be offered is not in it.
    var tools: [ToolSpecification] { get }

    /// Runs one of the tools. Never throws: what went wrong is in the result.
    func call(_ call: ToolCall) async -> ToolResult
}
