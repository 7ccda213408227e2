import Connections
import JSON
package import Tools

/// The few tools that stand for all others: find, describe, run.
///
/// The list never changes as a side effect of anything, so it can stay in a model's context.
package struct MetaTools: ToolProvider {
    private let router: Router
    private let policy: ToolPolicy

    /// The most calls that `execute_tools` takes at once.
    static let largestBatch = 50
    private static let largestSearch = 10

    /// The tools for whoever may use what a policy lets through.
    package init(router: Router, policy: ToolPolicy) {
        self.router = router
        self.policy = policy
    }

    package var tools: [ToolSpecification] { MetaTools.specifications }

    package func call(_ call: ToolCall) async -> ToolResult {
        do {
            switch call.tool {
            case "search_tools": return try search(call)
            case "get_tool_schemas": return try describe(call)
            case "execute_tools": return try await execute(call)
            default: return Router.unknownTool(call.tool, suggestions: suggestions(for: call.tool))
            }
        } catch { return .failure("invalid_arguments", error.message) }
    }

    /// Names of meta-tools, or what to do with the name of a tool that is reached through them.
    package func suggestions(for name: String) -> [String] {
        router.scope(policy)[name] == nil ? [] : ["execute_tools"]
    }

    private func search(_ call: ToolCall) throws(RouterError) -> ToolResult {
        let arguments = try ArgumentObject(call.arguments, known: ["queries", "limit"], in: "search_tools")
        let queries = try arguments.objects(
            "queries",
            known: ["use_case", "known_fields"],
            1...MetaTools.largestSearch
        )
        let limit = try arguments.integer("limit", in: 1...20) ?? 5
        let scope = router.scope(policy)
        var writer = JSONWriter(capacity: 4096)
        var named: [String] = []
        writer.beginObject()
        writer.name("results")
        writer.beginArray()
        for query in queries {
            let request = try query.string("use_case", limit: 1024)
            let known = try query.optionalString("known_fields", limit: 1024) ?? ""
            let outcome = scope.search(request, limit: limit)
            writer.beginObject()
            writer.name("use_case")
            writer.string(request)
            writer.name("tools")
            writer.beginArray()
            for hit in outcome.hits {
                guard let tool = scope[hit.tool] else { continue }
                if !named.contains(tool.toolkit) { named.append(tool.toolkit) }
                writer.value(MetaTools.summary(of: tool, score: hit.score, knownFields: known))
            }
            writer.endArray()
            if outcome.abstained {
                writer.name("note")
                writer.string(MetaTools.note(outcome, scope))
            }
            writer.endObject()
        }
        writer.endArray()
        let statuses = named.map { ($0, router.connections.status(user: call.user, toolkit: $0)) }
        writer.name("connections")
        writer.beginArray()
        for (toolkit, status) in statuses {
            var object: JSONObject = ["toolkit": .string(toolkit), "status": .string(status.name)]
            if status != .active {
                object["how_to_connect"] = .string("switchboard connections add \(toolkit) --user \(call.user)")
            }
            writer.value(.object(object))
        }
        writer.endArray()
        writer.name("next")
        writer.string(MetaTools.next(found: !named.isEmpty, connected: statuses.allSatisfy { $0.1 == .active }))
        writer.endObject()
        return ToolResult(payload: writer.bytes, origin: .ats)
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
        for name in names {
            if let described = scope.described(name) {
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
        writer.endObject()
        return ToolResult(payload: writer.bytes, origin: .ats)
    }

    private func execute(_ call: ToolCall) async throws(RouterError) -> ToolResult {
        let arguments = try ArgumentObject(call.arguments, known: ["calls"], in: "execute_tools")
        let items = try arguments.objects(
            "calls",
            known: ["tool", "arguments", "id", "select", "all"],
            1...MetaTools.largestBatch
        )
        var calls: [(id: String?, call: ToolCall, select: ResultProjection?, all: PageWalk.Limits?)] = []
        for item in items {
            let inner = ToolCall(
                tool: try item.string("tool", limit: 256),
                arguments: try item.object("arguments"),
                user: call.user,
                connection: call.connection,
                origin: call.origin
            )
            // Compiled before anything runs: a call whose answer cannot be shown as wanted is not made.
            var select: ResultProjection?
            if let text = try item.optionalString("select", limit: 4096) { select = try ResultProjection(text) }
            calls.append((try item.optionalString("id", limit: 256), inner, select, try item.allPages()))
        }
        let outcomes = await withTaskGroup(of: (Int, ToolResult, String?).self) { group in
            for (position, item) in calls.enumerated() {
                group.addTask {
                    let result = await router.execute(item.call, policy: policy, all: item.all)
                    guard let select = item.select else { return (position, result, nil) }
                    let (projected, problem) = select.apply(to: result)
                    return (position, projected, problem)
                }
            }
            var outcomes = [(result: ToolResult, problem: String?)?](repeating: nil, count: calls.count)
            for await (position, result, problem) in group { outcomes[position] = (result, problem) }
            return outcomes.compactMap(\.self)
        }
        let results = outcomes.map(\.result)
        var writer = JSONWriter(capacity: results.reduce(256) { $0 + $1.payload.count + 96 })
        writer.beginObject()
        writer.name("results")
        writer.beginArray()
        for (item, (result, problem)) in zip(calls, outcomes) {
            writer.beginObject()
            if let id = item.id {
                writer.name("id")
                writer.string(id)
            }
            writer.name("tool")
            writer.string(item.call.tool)
            writer.name("ok")
            writer.bool(!result.isError)
            writer.name(result.isError ? "error" : "result")
            writer.raw(result.payload)
            if let problem {
                writer.name("select_error")
                writer.string(problem)
            }
            writer.endObject()
        }
        writer.endArray()
        let failures = results.count(where: \.isError)
        writer.name("succeeded")
        writer.integer(results.count - failures)
        writer.name("failed")
        writer.integer(failures)
        writer.endObject()
        return ToolResult(
            payload: writer.bytes,
            isError: failures == results.count,
            origin: MetaTools.leastTrusted(results.map(\.origin))
        )
    }

    private static func summary(of tool: ToolSpecification, score: Double, knownFields: String) -> JSONValue {
        let required = tool.inputSchema["required"]?.array?.compactMap(\.string) ?? []
        let optional = (tool.inputSchema["properties"]?.object?.names ?? []).filter { !required.contains($0) }
        var object: JSONObject = [
            "name": .string(tool.name), "title": .string(tool.title), "toolkit": .string(tool.toolkit),
            "effect": .string(tool.effect.rawValue), "score": .double(score),
            "description": .string(firstSentence(of: tool.description)),
            "required": .array(required.map { .string($0) }),
            "optional": .array(optional.prefix(12).map { .string($0) }),
        ]
        if !knownFields.isEmpty {
            let missing = required.filter { !knownFields.contains($0) }
            object["still_needed"] = .array(missing.map { .string($0) })
        }
        return .object(object)
    }

    private static func firstSentence(of text: String) -> String {
        let line = text.prefix { $0 != "\n" }
        var end = line.startIndex
        while let dot = line[end...].firstIndex(of: ".") {
            end = line.index(after: dot)
            if end == line.endIndex || line[end] == " " { return String(line[..<end]) }
        }
        return String(line.prefix(240))
    }

    private static func note(_ outcome: SearchOutcome, _ scope: ToolScope) -> String {
        let toolkits = scope.toolkits.joined(separator: ", ")
        guard !scope.tools.isEmpty else { return "No tool is available here." }
        let nearest = outcome.nearest.map(\.tool)
        return "No tool serves this. There are \(scope.tools.count) tools of \(toolkits)."
            + (nearest.isEmpty
                ? "" : " The nearest are \(nearest.joined(separator: ", ")), but they do something else.")
    }

    private static func next(found: Bool, connected: Bool) -> String {
        guard found else {
            return "Say it in other words, or as smaller steps; or tell the user that no tool does this."
        }
        return connected
            ? "Call execute_tools with a tool's exact name and its arguments; get_tool_schemas tells what each means."
            : "A connection is missing: tell the user how to connect before calling tools of that toolkit."
    }

    private static func leastTrusted(_ origins: [Origin]) -> Origin {
        for origin in [Origin.candidate, .web, .model, .ats] where origins.contains(origin) { return origin }
        return origins.first ?? .ats
    }
}
