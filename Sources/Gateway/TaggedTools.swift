import Tools

/// Tools whose calls say what they came through, for the audit.
struct TaggedTools: ToolProvider {
    let provider: any ToolProvider
    /// Such as `chat`.
    let via: String

    var tools: [ToolSpecification] { provider.tools }

    func call(_ call: ToolCall) async -> ToolResult {
        var call = call
        if call.context.via == nil { call.context.via = via }
        return await provider.call(call)
    }
}
