package import JSON

/// Collects every page of a list into one result.
package enum AllPages {
    /// The most records that one result may hold when the caller names no maximum.
    package static let usualMaximum = 10_000
    /// The most records that a caller may ask for.
    package static let largestMaximum = 100_000

    private static let largestPage = 500
    // Pages that were read would be lost if the next one gave up at once.
    private static let pageWait = 30.0
    private static let maximumSize = 48 << 20

    /// Calls a tool page by page and puts the records together.
    ///
    /// The result is `{"items", "next_cursor": null, "pages", "complete"}` with what the last page had besides, such as a
    /// token for the changes since. `complete` is false when the walk stopped at its maximum. A page that fails makes
    /// the whole result a failure.
    ///
    /// - Parameters:
    ///   - call: The call without `next_cursor`.
    ///   - tool: The tool, for the largest page that it takes.
    ///   - limits: How far to go.
    ///   - execute: Makes one call.
    package static func collect(
        _ call: ToolCall,
        of tool: ToolSpecification?,
        limits: PageWalk.Limits,
        execute: (ToolCall) async -> ToolResult
    ) async -> ToolResult {
        if let tool, tool.inputSchema["properties"]?["next_cursor"] == nil {
            return .failure("not_a_list", "\(tool.name) has no pages: call it without all.")
        }
        if let tool, tool.effect.isWrite {
            return .failure("not_a_list", "\(tool.name) changes something, so it is not called again and again.")
        }
        var walk = PageWalk(limits: limits)
        var writer = JSONWriter(capacity: 16384)
        writer.beginObject()
        writer.name("items")
        writer.beginArray()
        var rest = JSONObject()
        var origin: Origin?
        while case .fetch(let cursor) = walk.next {
            let result = await execute(request(call, cursor, tool, limits))
            switch walk.take(result) {
            case .restarted: continue
            case .failed(let failure): return failure
            case .page(let items):
                for item in items { writer.value(item) }
                origin = origin ?? result.origin
                rest = extra(of: result)
                guard writer.bytes.count <= maximumSize else {
                    return .failure(
                        "too_large",
                        "The records are longer than \(maximumSize >> 20) MiB together. Narrow the list by its filters."
                    )
                }
            }
        }
        writer.endArray()
        writer.name("next_cursor")
        writer.null()
        writer.name("pages")
        writer.integer(walk.pages)
        writer.name("complete")
        writer.bool(walk.next == .finished(complete: true))
        for member in rest {
            writer.name(member.name)
            writer.value(member.value)
        }
        writer.endObject()
        return ToolResult(payload: writer.bytes, origin: origin ?? .ats)
    }

    /// Reads what callers send as `all`: true, or an object with `max` and `more`.
    ///
    /// - Returns: Nil when it is neither; the words to say then are ``expected``.
    package static func limits(_ value: JSONValue) -> PageWalk.Limits? {
        if let flag = value.bool { return flag ? PageWalk.Limits(maximum: usualMaximum) : nil }
        guard let object = value.object, object.names.allSatisfy({ $0 == "max" || $0 == "more" }) else { return nil }
        var limits = PageWalk.Limits(maximum: usualMaximum)
        if let maximum = object["max"] {
            guard let number = maximum.integer, (1...largestMaximum).contains(number) else { return nil }
            limits.maximum = number
        }
        if let more = object["more"] {
            guard let excess = more.string.flatMap(PageWalk.Limits.Excess.init) else { return nil }
            limits.excess = excess
        }
        return limits
    }

    /// What `all` must be.
    package static let expected =
        "all must be true, or an object such as {\"max\": 1000, \"more\": \"stop\"} with max from 1 to "
        + "\(largestMaximum) and more \"fail\" or \"stop\""

    private static func request(
        _ call: ToolCall,
        _ cursor: String?,
        _ tool: ToolSpecification?,
        _ limits: PageWalk.Limits
    ) -> ToolCall {
        var call = call
        call.longestWait = max(call.longestWait, pageWait)
        if let cursor { call.arguments["next_cursor"] = .string(cursor) }
        guard call.arguments["limit"] == nil, call.arguments["search"] == nil,
            let largest = tool?.inputSchema["properties"]?["limit"]?["maximum"]?.integer
        else { return call }
        call.arguments["limit"] = .integer(max(1, min(largest, largestPage, (limits.maximum ?? largestPage) + 1)))
        return call
    }

    private static func extra(of result: ToolResult) -> JSONObject {
        var extra = JSONObject()
        for member in (try? JSONParser.parse(result.payload))?.object ?? [:]
        where !["items", "next_cursor", "search", "pages", "complete"].contains(member.name) {
            extra[member.name] = member.value
        }
        return extra
    }
}
