import Basics
import JSON
package import Tools

/// The few tools that stand for all others: find, connect, describe, run, read on.
///
/// The list never changes as a side effect of anything, so it can stay in a model's context.
package struct MetaTools: ToolProvider {
    let router: Router
    let policy: ToolPolicy

    /// The most calls that `execute_tools` takes at once.
    static let largestBatch = 50

    /// The tools for whoever may use what a policy lets through.
    package init(router: Router, policy: ToolPolicy) {
        self.router = router
        self.policy = policy
    }

    package var tools: [ToolSpecification] {
        MetaTools.specifications + MetaTools.besides.compactMap { router.scope(policy)[$0] }
    }

    /// Tools that stand beside the meta-tools, where somebody offers them and the policy lets them through.
    static let besides = ["run_workflow", "get_run"]

    package func call(_ call: ToolCall) async -> ToolResult {
        if MetaTools.besides.contains(call.tool) { return await router.execute(call, policy: policy) }
        let start = monotonicNanoseconds()
        let result = await run(call)
        // The calls within a batch are told of one by one.
        guard call.tool != "execute_tools" else { return result }
        return await router.finish(call, MetaTools.specifications.first { $0.name == call.tool }, result, start)
    }

    private func run(_ call: ToolCall) async -> ToolResult {
        do {
            switch call.tool {
            case "search_tools": return try await search(call)
            case "get_tool_schemas": return try describe(call)
            case "manage_connections": return try await manageConnections(call)
            case "execute_tools": return try await execute(call)
            case "read_result": return try readResult(call)
            default: return Router.unknownTool(call.tool, suggestions: suggestions(for: call.tool))
            }
        } catch { return .failure("invalid_arguments", error.message) }
    }

    /// Names of meta-tools, or what to do with the name of a tool that is reached through them.
    package func suggestions(for name: String) -> [String] {
        router.scope(policy)[name] == nil ? [] : ["execute_tools"]
    }

    /// Whose results a call may read: those of its endpoint, or of its user where there is none.
    static func owner(of call: ToolCall) -> String {
        call.context.endpoint.map { "endpoint:\($0)" } ?? "user:\(call.user)"
    }

    private func describe(_ call: ToolCall) throws(RouterError) -> ToolResult {
        let arguments = try ArgumentObject(call.arguments, known: ["names"], in: "get_tool_schemas")
        let names = try arguments.strings("names", 1...20)
        let scope = router.scope(policy)
        var writer = JSONWriter(capacity: 4096)
        writer.beginObject()
        writer.name("tools")
        writer.beginArray()
        var missing: [JSONValue] = []
        var left: [JSONValue] = []
        for name in names {
            if let described = scope.described(name) {
                let isRoom = writer.bytes.count + described.count <= router.results.limits.shownBytes
                // One is always shown, or asking again would never end.
                guard isRoom || name == names[0] else {
                    left.append(.string(name))
                    continue
                }
                writer.raw(described)
            } else {
                missing.append([
                    "name": .string(name),
                    "suggestions": .array(scope.suggestions(for: name).map { .string($0) }),
                ])
            }
        }
        writer.endArray()
        writer.name("not_found")
        writer.value(.array(missing))
        if !left.isEmpty {
            writer.name("not_shown")
            writer.value(.array(left))
            writer.name("note")
            writer.string("There was no room for those in not_shown; ask for them in a call of their own.")
        }
        writer.endObject()
        return ToolResult(payload: writer.bytes, origin: .ats)
    }
}
