import JSON

/// The way to ask a client of an earlier revision something while its request is being served.
struct MCPClientLink: Sendable {
    /// What the client can be asked.
    let kinds: Set<MCPElicitation.Kind>
    let frames: MCPReplyStream
    let exchange: MCPExchange
    let principal: String
    /// Seconds until silence counts as closing the question.
    let timeout: Double

    /// Asks on the request's own event stream, and waits for the answer, which comes with another request.
    ///
    /// - Parameter task: The task that the question is about.
    func ask(
        _ question: MCPElicitation,
        _ version: MCPVersion,
        task: String? = nil
    ) async -> MCPElicitationAnswer {
        guard kinds.contains(question.kind), let id = exchange.open(principal: principal) else {
            return MCPElicitationAnswer(.cancel)
        }
        var params = question.params(version)
        if let task { params["_meta"] = .object([MCPTask.relatedKey: ["taskId": .string(task)]]) }
        let request: JSONValue = [
            "jsonrpc": "2.0", "id": .string(id), "method": "elicitation/create", "params": params,
        ]
        frames.send(.message(JSONWriter.bytes(of: request)))
        return await exchange.answer(to: id, within: timeout)
    }

    /// Tells the client that what it opened a page for has come to an end.
    func finished(_ key: String) {
        let notification: JSONValue = [
            "jsonrpc": "2.0", "method": "notifications/elicitation/complete",
            "params": ["elicitationId": .string(key)],
        ]
        frames.send(.message(JSONWriter.bytes(of: notification)))
    }
}
