import Basics
import HTTP
package import JSON
package import Tools

/// `/v1/tools`: the router without MCP.
struct ToolResource: ControlResource {
    let router: Router

    var name: String { "tools" }
    var isOpenToMembers: Bool { true }

    func respond(to call: ControlCall) async throws -> HTTPResponse {
        switch (call.method, call.path.count, call.path.last) {
        case ("GET", 1, _): return try list(call)
        case ("GET", 2, "search"):
            let parameters = try call.parameters(["q", "toolkit", "limit"])
            return try await search(
                call,
                parameters["q"] ?? "",
                toolkit: parameters["toolkit"],
                limit: limit(parameters["limit"])
            )
        case ("POST", 2, "search"):
            let arguments = try call.arguments(["query", "toolkit", "limit"])
            return try await search(
                call,
                try arguments.string("query", limit: 4096),
                toolkit: try arguments.optionalString("toolkit", limit: 200),
                limit: try arguments.integer("limit", in: 1...50) ?? 5
            )
        case ("GET", 2, let name?):
            guard let tool = router.catalog[name] else { throw missing(name) }
            return ControlCall.json(ToolResource.json(tool, full: true))
        case ("POST", 3, "execute"): return try await execute(call, name: call.path[1])
        case (_, 3, "execute"): throw Problem.method("POST")
        case (_, 1...2, _): throw Problem.method("GET")
        default: throw Problem(404, "not_found", "There is nothing at this path of a tool.")
        }
    }

    private func missing(_ name: String) -> Problem {
        let near = router.scope(ToolPolicy()).suggestions(for: name)
        var problem = Problem(404, "tool_not_found", "There is no tool \(name.prefix(64)).")
        if !near.isEmpty { problem.detail += " Did you mean \(near.joined(separator: ", "))?" }
        problem.extra["suggestions"] = .array(near.map { .string($0) })
        return problem
    }

    private func list(_ call: ControlCall) throws -> HTTPResponse {
        let parameters = try call.parameters(["toolkit", "limit", "cursor"])
        var tools = router.catalog.tools
        if let toolkit = parameters["toolkit"] { tools = tools.filter { $0.toolkit == toolkit } }
        // Tools are in the order of their toolkits, so the cursor names the last one instead of being compared.
        var rest = tools[...]
        if let cursor = parameters["cursor"] {
            guard let position = tools.firstIndex(where: { $0.name == cursor }) else {
                throw Problem(400, "invalid", "The cursor is not one of this list; start again without it.")
            }
            rest = tools[(position + 1)...]
        }
        let page = rest.prefix(try ControlCall.limit(parameters["limit"]) ?? 100)
        return ControlCall.json([
            "tools": .array(page.map { ToolResource.json($0, full: false) }),
            "next_cursor": page.count < rest.count ? page.last.map { .string($0.name) } ?? .null : .null,
        ])
    }

    private func search(
        _ call: ControlCall,
        _ query: String,
        toolkit: String?,
        limit: Int
    ) async throws -> HTTPResponse {
        guard !query.isEmpty else { throw Problem(400, "invalid", "The query is empty; send it as q.") }
        let start = monotonicNanoseconds()
        let scope = router.scope(ToolPolicy())
        let outcome = await scope.search(query, toolkit: toolkit, limit: limit, embeddings: router.embeddings)
        let document = router.searchDocument(query, toolkit: toolkit, outcome: outcome)
        let made = ToolCall(
            tool: "search_tools",
            arguments: ["queries": [["use_case": .string(query)]]],
            user: call.principal.person ?? "",
            origin: .user,
            context: CallContext(actor: call.principal.actor, via: "control")
        )
        let tool = MetaTools.specifications.first { $0.name == made.tool }
        let result = await router.finish(made, tool, ToolResult(.object(document), origin: .ats), start)
        guard !result.isError else { throw ToolResource.problem(result) }
        return .json(result.payload)
    }

    private func execute(_ call: ControlCall, name: String) async throws -> HTTPResponse {
        let arguments = try call.arguments(["arguments", "user", "connection", "select", "all", "wait", "once"])
        guard router.catalog[name] != nil else { throw missing(name) }
        var select: ResultProjection?
        if let text = try arguments.optionalString("select", limit: 4096) { select = try ResultProjection(text) }
        let once = try arguments.optionalString("once", limit: 200) ?? call.idempotencyKey
        var user = call.principal.person ?? ""
        if arguments.has("user") || user.isEmpty { user = try arguments.string("user", limit: 200) }
        guard call.principal.role == .administrator || user == call.principal.person else {
            throw Problem(403, "forbidden", "This token uses tools for \(call.principal.person ?? "nobody") only.")
        }
        let result = await router.execute(
            ToolCall(
                tool: name,
                arguments: try arguments.object("arguments"),
                user: user,
                connection: try arguments.optionalString("connection", limit: 200),
                origin: .user,
                // A name of the caller's own: the same call again is answered with what the first one did.
                once: once,
                onceRule: .sameArguments,
                context: CallContext(actor: call.principal.actor, via: "control"),
                longestWait: try wait(arguments, name)
            ),
            policy: ToolPolicy(),
            all: try arguments.allPages()
        )
        guard result.isError else {
            var fields: HTTPFields = [:]
            for field in result.limits?.fields ?? [] { fields[field.name] = field.value }
            return .json(select?.apply(to: result).result.payload ?? result.payload, fields: fields)
        }
        throw ToolResource.problem(result)
    }

    /// Seconds to wait for limits; only what changes nothing may wait here, since a caller that gave up would not know.
    private func wait(_ arguments: ArgumentObject, _ name: String) throws -> Double {
        guard let seconds = try arguments.integer("wait", in: 0...300), seconds > 0 else { return 0 }
        guard router.catalog[name]?.effect == .read else {
            throw Problem(400, "invalid", "wait is for tools that only read; \(name) changes something.")
        }
        return Double(seconds)
    }

    private static func problem(_ result: ToolResult) -> Problem {
        let details = (try? JSONParser.parse(result.payload))?.object ?? [:]
        let code = details["error"]?.string ?? "failed"
        let status: Int =
            switch (code, details["status"]?.integer) {
            case ("tool_not_found", _), ("connection_missing", _): 404
            case ("invalid_arguments", _): 400
            case ("connection_ambiguous", _), ("needs_reauth", _), ("approval_required", _): 409
            case ("idempotency_conflict", _): 409
            case ("approval_rejected", _), ("refused_by_rules", _): 403
            case ("ledger_unavailable", _), ("ledger_damaged", _): 503
            case (_, 429): 429
            case ("not_answering", _): 503
            default: 502
            }
        var problem = Problem(status, code, result.displayText)
        for member in details where !["error", "message", "status"].contains(member.name) {
            problem.extra[member.name] = member.value
        }
        problem.extra["upstream_status"] = details["status"]
        let limits = ["ratelimit-limit", "ratelimit-remaining", "ratelimit-reset"].map { ($0, $0) }
        for (member, field) in limits + [("retry_after", "Retry-After")] {
            if let text = details[member]?.string ?? details[member]?.number?.text { problem.fields[field] = text }
        }
        let known = CallLimits(
            limit: details["ratelimit-limit"]?.integer,
            remaining: details["ratelimit-remaining"]?.integer,
            reset: details["ratelimit-reset"]?.integer
        )
        for field in known.fields { problem.fields[field.name] = field.value }
        return problem
    }

    private func limit(_ text: String?) throws -> Int {
        guard let text else { return 5 }
        guard let limit = Int(text), (1...50).contains(limit) else {
            throw Problem(400, "invalid", "limit must be an integer from 1 to 50.")
        }
        return limit
    }

    private static func json(_ tool: ToolSpecification, full: Bool) -> JSONValue {
        var object: JSONObject = [
            "name": .string(tool.name), "title": .string(tool.title), "toolkit": .string(tool.toolkit),
            "effect": .string(tool.effect.rawValue), "tags": .array(tool.tags.map { .string($0) }),
            "description": .string(tool.description),
        ]
        if full {
            object["input_schema"] = tool.inputSchema
            object["output_schema"] = tool.outputSchema
            if !tool.notes.isEmpty { object["notes"] = .array(tool.notes.map { .string($0) }) }
        }
        return .object(object)
    }
}

extension Router {
    /// A search as `tools search --json` and the control API show it.
    package func searchDocument(_ query: String, toolkit: String?, outcome: SearchOutcome) -> JSONObject {
        let catalog = catalog
        var document: JSONObject = ["query": .string(query)]
        document["toolkit"] = toolkit.map { .string($0) }
        document["results"] = .array(
            outcome.hits.compactMap { hit in
                guard let tool = catalog[hit.tool] else { return nil }
                return [
                    "name": .string(tool.name), "title": .string(tool.title), "toolkit": .string(tool.toolkit),
                    "score": .double(hit.score), "effect": .string(tool.effect.rawValue),
                ]
            }
        )
        document["abstained"] = .bool(outcome.abstained)
        return document
    }
}
