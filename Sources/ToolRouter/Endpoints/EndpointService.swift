package import JSON
package import MCP
package import Tools

/// What an endpoint offers over MCP: its tools by name, or the meta-tools.
package struct EndpointService: MCPService {
    private let router: Router
    private let user: String
    private let policy: ToolPolicy
    private let mode: EndpointMode
    private var context = CallContext()
    private var managesConnections = true
    private let lists = AccountLists()

    /// The service of an endpoint.
    ///
    /// - Parameters:
    ///   - router: The tools.
    ///   - endpoint: The endpoint.
    ///   - actor: Who uses it, where an API token tells; else whoever has its URL.
    package init(router: Router, endpoint: Endpoint, actor: String? = nil) {
        self.init(router: router, user: endpoint.user, policy: endpoint.policy, mode: endpoint.mode)
        context.endpoint = endpoint.id
        context.actor = actor ?? "endpoint:" + endpoint.id
        managesConnections = endpoint.options.managesConnections
    }

    /// A service without an endpoint, for standard input and output.
    package init(router: Router, user: String, policy: ToolPolicy, mode: EndpointMode) {
        self.router = router
        self.user = user
        context.via = "mcp"
        self.policy = policy
        self.mode = mode
    }

    package var instructions: String {
        let toolkits = router.scope(policy).toolkits.joined(separator: ", ")
        switch mode {
        case .meta:
            return
                "Tools of \(toolkits), reached through a few: search_tools finds what you need, execute_tools runs it. "
                + "Never guess the name of a tool."
        case .direct:
            return "Tools of \(toolkits). Lists come in pages: send next_cursor back unchanged for the next one."
        }
    }

    package var toolList: MCPToolList {
        switch mode {
        case .meta: router.scope(policy).metaList(managesConnections: managesConnections)
        case .direct: lists.list(router.scope(policy), accounts: policy.connections)
        }
    }

    package func callTool(
        _ name: String,
        arguments: JSONObject,
        context: MCPCallContext
    ) async -> MCPToolResult? {
        var call = ToolCall(tool: name, arguments: arguments, user: user, origin: .model)
        call.context = self.context
        call.context.isDetached = context.isTask
        call.context.progress = context.progress.map { progress in
            CallProgress { progress.tell($0, of: $1, $2) }
        }
        let result: ToolResult
        let questions = await questions(about: call, context)
        guard questions.isEmpty else { return MCPToolResult(questions: questions) }
        switch mode {
        case .meta:
            guard toolList.tools.contains(where: { $0.name == name }) else { return nil }
            result = await MetaTools(router: router, policy: policy).call(call)
        case .direct:
            guard let tool = router.scope(policy)[name] else { return nil }
            AccountLists.takeAccount(&call, tool: tool)
            result = await router.execute(call, policy: policy)
        }
        return MCPToolResult(result)
    }

    package var tasks: (any MCPTaskService)? {
        guard let provider = router.tasks else { return nil }
        let scope = router.scope(policy)
        guard mode == .direct ? scope.startsRuns : MetaTools.besides.contains(where: { scope[$0]?.startsRun == true })
        else { return nil }
        return EndpointTasks(
            router: router,
            provider: provider,
            scope: scope,
            mode: mode,
            user: user,
            context: context
        )
    }

    /// What the person at the client must be asked before the call is made; nothing is made meanwhile.
    private func questions(about call: ToolCall, _ context: MCPCallContext) async -> [MCPElicitation] {
        guard !context.elicits.isEmpty else { return [] }
        let wanted: [ToolCall] =
            switch mode {
            case .meta where MetaTools.besides.contains(call.tool): [call]
            case .meta: call.tool == "execute_tools" ? MetaTools.wanted(by: call) : []
            case .direct: [call]
            }
        let missing = await ConnectionQuestions(router: router, policy: policy, patience: EndpointService.patience)
            .open(toolkits(of: call, wanted), call, context: context)
        // Nobody should approve what cannot be done yet.
        guard missing.isEmpty, let gate = router.approvals else { return missing }
        let pending = await router.prepare(wanted, policy: policy).pending
        return await ApprovalQuestions(gate: gate, patience: EndpointService.patience)
            .open(pending, context: context)
    }

    /// The toolkits whose accounts a call needs.
    private func toolkits(of call: ToolCall, _ wanted: [ToolCall]) -> [String] {
        let scope = router.scope(policy)
        guard mode == .meta, call.tool == "manage_connections", managesConnections else {
            return wanted.compactMap { scope[$0.tool]?.toolkit }
        }
        // A status is only asked for; nobody wants a page for that.
        guard call.arguments["action"]?.string ?? "connect" == "connect" else { return [] }
        let named = call.arguments["toolkits"]?.array?.compactMap(\.string) ?? scope.toolkits
        return named.filter(scope.toolkits.contains)
    }

    /// Seconds that a call waits while a person decides on the page; clients give up by themselves later.
    private static let patience = 120.0

    package func suggestions(for name: String) -> [String] {
        switch mode {
        case .meta: MetaTools(router: router, policy: policy).suggestions(for: name)
        case .direct: router.scope(policy).suggestions(for: name)
        }
    }
}
