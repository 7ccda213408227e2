import Tools

extension Router {
    /// What holds calls back for a person; nil where nothing does.
    package var approvals: ApprovalGate? { interceptors.lazy.compactMap { $0 as? ApprovalGate }.first }

    /// The calls as calls that are wanted together, and the approvals that they wait for.
    ///
    /// What needs a person's consent and has none yet is asked for with one approval, so that a person decides once.
    func prepare(_ calls: [ToolCall], policy: ToolPolicy) async -> (calls: [ToolCall], pending: [Approval]) {
        let catalog = catalog
        let tools = calls.map { call in catalog[call.tool].flatMap { policy.allows($0) ? $0 : nil } }
        let writes = tools.count { $0?.effect.isWrite == true }
        guard writes > 0, let approvals else { return (calls, []) }
        let together = calls.map { call in
            var call = call
            call.context.batch = writes
            return call
        }
        let known = zip(together, tools).compactMap { call, tool in tool.map { (call: call, tool: $0) } }
            .filter { (catalog.provider(of: $0.tool.name) as? any ArgumentChecking)?.refusal(of: $0.call) == nil }
        var wanted: [(call: ToolCall, tool: ToolSpecification)] = []
        for (call, tool) in known {
            var pinned = call
            _ = policy.pin(&pinned, toolkit: tool.toolkit)
            if await settled(pinned, tool) == nil { wanted.append((call, tool)) }
        }
        return (together, await approvals.prepare(wanted))
    }
}
