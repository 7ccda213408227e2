package import MCP
package import Tools

/// A provider some of whose calls start runs, which MCP knows as tasks.
///
/// What a run gives is asked for with its tool `get_run`, and `steer_run` ends it; both take a `run_id`.
package protocol TaskProvider: ToolProvider {
    /// The run as a task; nil where whoever makes a call may not see it.
    func task(_ id: String, for call: ToolCall) async -> MCPTask?

    /// The run as it is, and again whenever it is in another state; ends when the run does.
    func states(of id: String, for call: ToolCall) -> AsyncStream<MCPTask>

    /// The runs that whoever makes a call may see, newest first.
    ///
    /// - Parameter last: The last run of the page before; nil for the first page.
    func tasks(after last: String?, limit: Int, for call: ToolCall) async -> [MCPTask]
}

extension Router {
    /// What starts runs; nil where nothing does.
    var tasks: (any TaskProvider)? { providers.lazy.compactMap { $0 as? any TaskProvider }.first }
}
