import Connections
import JSON
import Tools

extension MetaTools {
    private static let largestSearch = 10
    /// How far down the list a tool brings its plan along; further down it is about something else.
    private static let planDepth = 1

    /// What an answer has said already, so that it is said once.
    private struct Told {
        var tools: Set<String> = []
        var plans: Set<String> = []
        var toolkits: [String] = []
    }

    func search(_ call: ToolCall) async throws(RouterError) -> ToolResult {
        let arguments = try ArgumentObject(call.arguments, known: ["queries", "limit"], in: "search_tools")
        let queries = try arguments.objects(
            "queries",
            known: ["use_case", "known_fields"],
            1...MetaTools.largestSearch
        )
        let limit = try arguments.integer("limit", in: 1...20) ?? 5
        let scope = router.scope(policy)
        var writer = JSONWriter(capacity: 4096)
        var told = Told()
        writer.beginObject()
        writer.name("results")
        writer.beginArray()
        for query in queries {
            let request = try query.string("use_case", limit: 1024)
            let known = try query.optionalString("known_fields", limit: 1024) ?? ""
            let outcome = await scope.search(request, limit: limit, embeddings: router.embeddings)
            let hits = outcome.hits.compactMap { scope[$0.tool] }
            writer.beginObject()
            writer.name("use_case")
            writer.string(request)
            writer.name("tools")
            writer.beginArray()
            for tool in hits {
                if !told.toolkits.contains(tool.toolkit) { told.toolkits.append(tool.toolkit) }
                let isNew = told.tools.insert(tool.name).inserted
                writer.value(MetaTools.summary(of: tool, isNew: isNew, knownFields: known, scope.guide))
            }
            writer.endArray()
            MetaTools.write(contrastsAmong: hits.map(\.name), scope.guide, to: &writer)
            writePlan(for: hits, scope, &told, to: &writer)
            if outcome.abstained {
                writer.name("note")
                writer.string(MetaTools.note(outcome, scope))
            }
            writer.endObject()
        }
        writer.endArray()
        let statuses = router.withAccounts(told.toolkits).map {
            ($0, router.connections.status(user: call.user, toolkit: $0, among: policy.connections[$0]))
        }
        writer.name("connections")
        writer.beginArray()
        for (toolkit, status) in statuses {
            writer.value(["toolkit": .string(toolkit), "status": .string(status.name)])
        }
        writer.endArray()
        writer.name("next")
        writer.string(
            MetaTools.next(
                found: !told.tools.isEmpty,
                unconnected: statuses.filter { $0.1 != .active }.map(\.0)
            )
        )
        writer.endObject()
        return ToolResult(payload: writer.bytes, origin: .ats)
    }

    private static func summary(
        of tool: ToolSpecification,
        isNew: Bool,
        knownFields: String,
        _ guide: SearchGuide
    ) -> JSONValue {
        let required = tool.inputSchema["required"]?.array?.compactMap(\.string) ?? []
        var object: JSONObject = ["name": .string(tool.name)]
        if isNew {
            object["effect"] = .string(tool.effect.rawValue)
            object["description"] = .string(firstSentence(of: tool.description))
            object["arguments"] = .string(guide.arguments[tool.name] ?? arguments(of: tool, required: required))
        } else {
            object["described"] = "above"
        }
        if !knownFields.isEmpty {
            let missing = required.filter { !knownFields.contains($0) }
            object["still_needed"] = .array(missing.map { .string($0) })
        }
        return .object(object)
    }

    /// In one line, as `search.json` has it.
    private static func arguments(of tool: ToolSpecification, required: [String]) -> String {
        let all = tool.inputSchema["properties"]?.object?.names ?? []
        let optional = all.filter { !required.contains($0) }
        let needs = "Needs \(required.isEmpty ? "nothing" : required.joined(separator: ", "))"
        guard !optional.isEmpty else { return needs + "." }
        let more = optional.count > 12 ? " and \(optional.count - 12) more" : ""
        return "\(needs); may have \(optional.prefix(12).joined(separator: ", "))\(more)."
    }

    /// How the tools that were found differ, where they are easily mistaken for each other.
    private static func write(contrastsAmong hits: [String], _ guide: SearchGuide, to writer: inout JSONWriter) {
        var notes: [JSONValue] = []
        for name in hits {
            for contrast in guide.contrasts[name] ?? [] where hits.contains(contrast.use) {
                notes.append(.string("\(name) is not for \(contrast.purpose): use \(contrast.use)."))
            }
        }
        guard !notes.isEmpty else { return }
        writer.name("differences")
        writer.value(.array(notes))
    }

    /// The plan that ends in one of the best tools; steps that need a tool which does not exist here are left out.
    private func writePlan(
        for hits: [ToolSpecification],
        _ scope: ToolScope,
        _ told: inout Told,
        to writer: inout JSONWriter
    ) {
        let plans = hits.prefix(MetaTools.planDepth).lazy.compactMap { scope.guide.useCase(for: $0.name) }
        guard let plan = plans.first else { return }
        writer.name("plan")
        writer.beginObject()
        writer.name("id")
        writer.string(plan.id)
        if told.plans.insert(plan.id).inserted {
            writer.name("goal")
            writer.string(plan.title)
            writer.name("steps")
            writer.beginArray()
            for step in plan.steps where scope[step.tool] != nil { writer.string("\(step.tool): \(step.note)") }
            writer.endArray()
            if !plan.pitfalls.isEmpty {
                writer.name("pitfalls")
                writer.value(.array(plan.pitfalls.map { .string($0) }))
            }
        }
        writer.endObject()
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

    private static func next(found: Bool, unconnected: [String]) -> String {
        guard found else {
            return "Say it in other words, or as smaller steps; or tell the user that no tool does this."
        }
        guard unconnected.isEmpty else {
            return "Not connected: \(unconnected.joined(separator: ", ")). "
                + "Call manage_connections and tell the user how to connect, before any of its tools."
        }
        return "Call execute_tools with a tool's exact name and its arguments; get_tool_schemas tells what each means."
    }
}
