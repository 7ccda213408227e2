import Basics
import JSON
import MCP
import Tools

/// The runs of an endpoint as tasks of MCP.
///
/// What a run gives is personal data like the result of any call, so who reads it is written into the audit.
struct EndpointTasks: MCPTaskService {
    let router: Router
    let provider: any TaskProvider
    let scope: ToolScope
    /// In meta mode only what stands beside the meta-tools is called by name.
    let mode: EndpointMode
    let user: String
    let context: CallContext

    func startsTask(_ tool: String) -> Bool {
        guard mode == .direct || MetaTools.besides.contains(tool) else { return false }
        return scope[tool]?.startsRun ?? false
    }

    func task(_ id: String) async -> MCPTask? { await provider.task(id, for: call("get_run", id)) }

    func result(of id: String) async -> MCPToolResult? {
        let result = await run(call("get_run", id))
        return result.problem?.code == "not_found" ? nil : MCPToolResult(result)
    }

    func states(of id: String) -> AsyncStream<MCPTask> { provider.states(of: id, for: call("get_run", id)) }

    func cancelTask(_ id: String) async {
        guard await task(id)?.status.isEnded == false else { return }
        var call = call("steer_run", id, ["action": "cancel"])
        call.context.isDetached = true
        _ = await run(call)
    }

    func tasks(after last: String?, limit: Int) async -> [MCPTask] {
        await provider.tasks(after: last, limit: limit, for: call("get_run", ""))
    }

    /// A task belongs to whoever started it, whatever tools the endpoint shows now.
    private func run(_ call: ToolCall) async -> ToolResult {
        let start = monotonicNanoseconds()
        return await router.finish(call, router.catalog[call.tool], await provider.call(call), start)
    }

    private func call(_ tool: String, _ id: String, _ more: JSONObject = [:]) -> ToolCall {
        var arguments: JSONObject = ["run_id": .string(id)]
        for member in more { arguments[member.name] = member.value }
        return ToolCall(tool: tool, arguments: arguments, user: user, origin: .model, context: context)
    }
}

extension MCPToolResult {
    init(_ result: ToolResult) {
        self.init(
            text: result.text,
            structured: result.payload,
            isError: result.isError,
            meta: result.limits?.members ?? [:]
        )
        task = result.run
    }
}
