import Basics
import JSON
import MCP

/// A service one of whose tools starts work that goes on, until a test says that it has ended.
final class DemoTasks: MCPService, MCPTaskService {
    private struct State {
        var status = MCPTask.Status.working
        var watchers: [AsyncStream<MCPTask>.Continuation] = []
        var contexts: [MCPCallContext] = []
    }

    static let id = "run_1"
    let instructions = "Tasks."
    let toolList = MCPToolList(
        version: "1",
        tools: [
            MCPTool(name: "brief", description: "Takes long.", inputSchema: ["type": "object"], startsTask: true),
            MCPTool(name: "echo", description: "Does not.", inputSchema: ["type": "object"]),
        ]
    )
    private let state = Locked(State())
    /// What people can be asked while it waits.
    private let page: String?

    init(page: String? = nil) {
        self.page = page
    }

    var tasks: (any MCPTaskService)? { self }
    var last: MCPCallContext? { state.withLock { $0.contexts.last } }

    func callTool(_ name: String, arguments: JSONObject, context: MCPCallContext) async -> MCPToolResult? {
        state.withLock { $0.contexts.append(context) }
        guard name == "brief" else { return name == "echo" ? MCPToolResult(text: "echo") : nil }
        context.progress?.tell(1, of: nil, "1 step done")
        context.progress?.tell(1, of: nil, "the same again")
        context.progress?.tell(3, of: 5, "2 of 4 items done")
        context.progress?.tell(2, of: 5, "backwards")
        var result = MCPToolResult(text: arguments["bad"] == nil ? "briefing" : "There is no such input.")
        result.isError = arguments["bad"] != nil
        if context.isTask, !result.isError { result.task = DemoTasks.id }
        return result
    }

    func suggestions(for name: String) -> [String] { [] }

    /// Brings the task into another state.
    func move(to status: MCPTask.Status) {
        let watchers = state.withLock { state in
            state.status = status
            return state.watchers
        }
        for watcher in watchers {
            watcher.yield(task)
            if status.isEnded { watcher.finish() }
        }
    }

    private var task: MCPTask {
        var task = MCPTask(
            id: DemoTasks.id,
            status: state.withLock { $0.status },
            message: "2 of 4 items done",
            createdAt: "2026-11-21T10:00:00Z",
            updatedAt: "2026-11-21T10:00:01Z",
            pollInterval: 500
        )
        if task.status == .inputRequired, let page {
            task.questions = [MCPElicitation(key: "apr_1", message: "Approve?", content: .url(page))]
        }
        return task
    }

    func startsTask(_ tool: String) -> Bool { tool == "brief" }

    func task(_ id: String) async -> MCPTask? { id == DemoTasks.id ? task : nil }

    func result(of id: String) async -> MCPToolResult? {
        guard id == DemoTasks.id else { return nil }
        return MCPToolResult(structured: Array(#"{"pages":1}"#.utf8), isError: task.status == .failed)
    }

    func states(of id: String) -> AsyncStream<MCPTask> {
        AsyncStream { continuation in
            let isEnded = state.withLock { state in
                state.watchers.append(continuation)
                return state.status.isEnded
            }
            continuation.yield(task)
            if isEnded { continuation.finish() }
        }
    }

    func cancelTask(_ id: String) async { if !task.status.isEnded { move(to: .cancelled) } }

    func tasks(after last: String?, limit: Int) async -> [MCPTask] { last == nil ? [task] : [] }
}

/// Lines of JSON that somebody wrote.
final class Lines: Sendable {
    private let lines = Locked<[JSONValue]>([])
    var all: [JSONValue] { lines.withLock { $0 } }
    func add(_ bytes: [UInt8]) { lines.withLock { $0.append((try? JSONParser.parse(bytes)) ?? .null) } }
}
