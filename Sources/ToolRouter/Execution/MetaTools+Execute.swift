import JSON
import Tools

extension MetaTools {
    private struct Item: Sendable {
        var id: String?
        var call: ToolCall
        var select: ResultProjection?
        /// Set when every page is wanted.
        var all: PageWalk.Limits?
    }

    /// What an answer needs for each call besides its result, or the preview of that.
    private static let frameBytes = 240
    private static let longestProblem = 400

    private struct Outcome: Sendable {
        var result: ToolResult
        /// Why the result is not as it was asked for.
        var problem: String?
    }

    func execute(_ call: ToolCall) async throws(RouterError) -> ToolResult {
        let arguments = try ArgumentObject(call.arguments, known: ["calls", "compact"], in: "execute_tools")
        let compact = try arguments.flag("compact") ?? false
        var items = try MetaTools.items(of: arguments, for: call)
        let prepared = await router.prepare(items.map(\.call), policy: policy)
        for position in items.indices { items[position].call = prepared.calls[position] }
        var outcomes = await run(items)
        if compact {
            for position in outcomes.indices where !outcomes[position].result.isError {
                outcomes[position].result = ResultCompaction.apply(to: outcomes[position].result)
            }
        }
        let results = outcomes.map(\.result)
        let frames = results.count * MetaTools.frameBytes
        let shares = ResultShares(
            sizes: results.map(\.payload.count),
            limit: max(router.results.limits.shownBytes - frames, frames)
        )
        var writer = JSONWriter(capacity: results.reduce(256) { $0 + min($1.payload.count, 65_536) + 96 })
        var isShortened = false
        writer.beginObject()
        writer.name("results")
        writer.beginArray()
        for (position, (item, outcome)) in zip(items, outcomes).enumerated() {
            writer.beginObject()
            if let id = item.id {
                writer.name("id")
                writer.string(id)
            }
            writer.name("tool")
            writer.string(item.call.tool)
            writer.name("ok")
            writer.bool(!outcome.result.isError)
            switch (shares[position], outcome.result.isError) {
            case (let share?, false):
                isShortened = true
                writeShortened(outcome.result, of: item.call, bytes: share, to: &writer)
            case (let share?, true):
                // An error repeats what it is about, which can be as long as whoever asked wants it.
                writer.name("error")
                writer.value(MetaTools.preview(of: outcome.result, bytes: share).value)
            case (nil, let isError):
                writer.name(isError ? "error" : "result")
                writer.raw(outcome.result.payload)
            }
            if let problem = outcome.problem {
                writer.name("select_error")
                writer.string(String(problem.prefix(MetaTools.longestProblem)))
            }
            writer.endObject()
        }
        writer.endArray()
        let failures = results.count(where: \.isError)
        writer.name("succeeded")
        writer.integer(results.count - failures)
        writer.name("failed")
        writer.integer(failures)
        if isShortened {
            writer.name("note")
            writer.string(
                "What has a preview is too large to show. Read the parts that you need with read_result; "
                    + "do not repeat a call that writes."
            )
        }
        writer.endObject()
        return ToolResult(
            payload: writer.bytes,
            isError: failures == results.count,
            origin: MetaTools.leastTrusted(results.map(\.origin))
        )
    }

    /// Everything is read before anything runs: a call whose answer cannot be shown as wanted is not made.
    private static func items(of arguments: ArgumentObject, for call: ToolCall) throws(RouterError) -> [Item] {
        let objects = try arguments.objects(
            "calls",
            known: ["tool", "arguments", "id", "select", "all", "idempotency_key", "connection"],
            1...largestBatch
        )
        var items: [Item] = []
        var keys: Set<[String]> = []
        for (position, object) in objects.enumerated() {
            let key = try object.optionalString("idempotency_key", limit: 256)
            let inner = ToolCall(
                tool: try object.string("tool", limit: 256),
                arguments: try object.object("arguments"),
                user: call.user,
                connection: try object.optionalString("connection", limit: 200) ?? call.connection,
                origin: call.origin,
                once: key.flatMap { $0.isEmpty ? nil : $0 } ?? call.once.map { "\($0)/\(position)" },
                onceRule: .sameArguments,
                context: call.context
            )
            if let key, !key.isEmpty, !keys.insert([inner.tool, key]).inserted {
                throw RouterError(
                    .invalid,
                    "execute_tools: calls[\(position)] has the idempotency_key of another call of \(inner.tool). "
                        + "Give each call that is to happen a key of its own; nothing was run."
                )
            }
            var select: ResultProjection?
            if let text = try object.optionalString("select", limit: 4096) { select = try ResultProjection(text) }
            let id = try object.optionalString("id", limit: 256)
            items.append(Item(id: id, call: inner, select: select, all: try object.allPages()))
        }
        return items
    }

    /// The calls that a call of `execute_tools` would make; none where it is not well formed.
    static func wanted(by call: ToolCall) -> [ToolCall] {
        guard let arguments = try? ArgumentObject(call.arguments, known: ["calls", "compact"], in: "execute_tools"),
            let items = try? items(of: arguments, for: call)
        else { return [] }
        return items.map(\.call)
    }

    private func run(_ items: [Item]) async -> [Outcome] {
        await withTaskGroup(of: (Int, Outcome).self) { group in
            for (position, item) in items.enumerated() {
                group.addTask {
                    let result = await router.execute(item.call, policy: policy, all: item.all)
                    guard let select = item.select else { return (position, Outcome(result: result)) }
                    let (projected, problem) = select.apply(to: result)
                    return (position, Outcome(result: projected, problem: problem))
                }
            }
            var outcomes = [Outcome?](repeating: nil, count: items.count)
            for await (position, outcome) in group { outcomes[position] = outcome }
            return outcomes.compactMap(\.self)
        }
    }

    private func writeShortened(_ result: ToolResult, of call: ToolCall, bytes: Int, to writer: inout JSONWriter) {
        let kept = ResultStore.Kept(tool: call.tool, payload: result.payload, origin: result.origin)
        let handle = router.results.keep(kept, owner: MetaTools.owner(of: call))
        // What does not fit is parsed once more; it is rare and was received over a network.
        let preview = MetaTools.preview(of: result, bytes: bytes)
        writer.name("preview")
        writer.value(preview.value)
        writer.name("shortened")
        writer.beginObject()
        if let handle {
            writer.name("handle")
            writer.string(handle)
            writer.name("kept_seconds")
            writer.integer(router.results.limits.seconds)
        } else {
            writer.name("problem")
            writer.string("It is too large to keep. Call again with select, or with filters or a smaller limit.")
        }
        writer.name("bytes")
        writer.integer(result.payload.count)
        writer.name("shown")
        writer.beginObject()
        for (pointer, note) in preview.omitted {
            writer.name(pointer)
            writer.string(note)
        }
        writer.endObject()
        writer.endObject()
    }

    private static func preview(of result: ToolResult, bytes: Int) -> ResultPreview {
        ResultPreview(of: (try? JSONParser.parse(result.payload)) ?? .null, bytes: bytes)
    }

    static func leastTrusted(_ origins: [Origin]) -> Origin {
        for origin in [Origin.candidate, .web, .model, .ats] where origins.contains(origin) { return origin }
        return origins.first ?? .ats
    }
}
