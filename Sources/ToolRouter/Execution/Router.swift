import Basics
package import Connections
import JSON
package import Tools

/// Finds and runs tools for somebody who may use some of them.
///
/// Every call passes ``execute(_:policy:)``, whatever it comes from, so that what must hold for calls is written once.
package final class Router: Sendable {
    private struct State {
        /// Nil until it is first needed: a start need not wait for it.
        var catalog: ToolCatalog?
        var scopes: [ToolPolicy: ToolScope] = [:]
    }

    /// The users' connections.
    package let connections: any ConnectionDirectory
    /// Results too large to be shown at once.
    package let results: ResultStore
    /// Where people connect accounts; nil where only the command line does that.
    package let invitations: (any ConnectionInviting)?
    /// Help for search by words; nil for words alone.
    package let embeddings: EmbeddingSearch?

    /// What becomes of calls that change something.
    package let writes: WritePath

    let providers: [any ToolProvider]
    let interceptors: [any CallInterceptor]
    private let observers: [any CallObserver]
    private let vocabulary: Lazy<SearchVocabulary>
    private let state: Locked<State>

    private static let cachedScopes = 256

    /// A router over what providers offer now.
    ///
    /// - Parameters:
    ///   - providers: What offers tools.
    ///   - connections: The users' connections.
    ///   - writes: What becomes of calls that change something.
    ///   - interceptors: Steps around every call whose tool exists, the outermost first.
    ///   - vocabulary: What search knows besides the tools; made when first needed.
    package init(
        providers: [any ToolProvider],
        connections: any ConnectionDirectory,
        results: ResultStore = ResultStore(),
        invitations: (any ConnectionInviting)? = nil,
        embeddings: EmbeddingSearch? = nil,
        writes: WritePath,
        interceptors: [any CallInterceptor] = [],
        observers: [any CallObserver] = [],
        vocabulary: @escaping @autoclosure @Sendable () -> SearchVocabulary = SearchVocabulary()
    ) {
        self.providers = providers
        self.connections = connections
        self.results = results
        self.invitations = invitations
        self.embeddings = embeddings
        self.writes = writes
        self.interceptors = interceptors
        self.observers = observers
        self.vocabulary = Lazy(vocabulary)
        state = Locked(State())
    }

    /// Every tool, as last taken stock of.
    package var catalog: ToolCatalog {
        state.withLock { state in
            if let catalog = state.catalog { return catalog }
            let catalog = ToolCatalog(providers)
            state.catalog = catalog
            return catalog
        }
    }

    /// Takes stock anew after a provider has changed what it offers.
    package func reload() {
        let catalog = ToolCatalog(providers)
        state.withLock { $0 = State(catalog: catalog) }
    }

    /// What exists under a policy.
    package func scope(_ policy: ToolPolicy) -> ToolScope {
        if let known = state.withLock({ $0.scopes[policy] }) { return known }
        let catalog = catalog
        let scope = ToolScope(catalog: catalog, policy: policy, vocabulary: vocabulary)
        state.withLock { state in
            // The catalog may have been replaced meanwhile; then the next call makes a scope of the new one.
            guard state.catalog?.version == catalog.version else { return }
            if state.scopes.count >= Router.cachedScopes { state.scopes.removeAll() }
            state.scopes[policy] = scope
        }
        return scope
    }

    /// Those toolkits that work with accounts of users; workflows, for one, use the accounts of the tools that they call.
    func withAccounts(_ toolkits: [String]) -> [String] {
        let catalog = catalog
        return toolkits.filter { toolkit in
            guard let tool = catalog.tools.first(where: { $0.toolkit == toolkit }) else { return true }
            return !(catalog.provider(of: tool.name) is any AccountFreeToolProvider)
        }
    }

    /// Runs a call if its tool exists under a policy at this moment.
    ///
    /// A tool that the policy hides gets the answer of one that was never there. A call that changes something passes the
    /// write ledger; reads go straight on.
    package func execute(
        _ call: ToolCall,
        policy: ToolPolicy,
        options: WriteOptions = WriteOptions()
    ) async -> ToolResult {
        let start = monotonicNanoseconds()
        let catalog = catalog
        guard let tool = catalog[call.tool], policy.allows(tool), let provider = catalog.provider(of: call.tool) else {
            let unknown = Router.unknownTool(call.tool, suggestions: scope(policy).suggestions(for: call.tool))
            return await finish(call, nil, unknown, start)
        }
        // Nobody is asked to approve what cannot be done.
        if tool.isDormant { return await finish(call, tool, await provider.call(call), start) }
        var call = call
        if let refusal = policy.pin(&call, toolkit: tool.toolkit) { return await finish(call, tool, refusal, start) }
        // Nobody is asked to approve what would be refused anyway.
        if tool.effect.isWrite, let refusal = (provider as? any ArgumentChecking)?.refusal(of: call) {
            return await finish(call, tool, refusal, start)
        }
        guard !interceptors.isEmpty else {
            return await finish(call, tool, await run(call, tool, provider, options), start)
        }
        let result = await pass(call, tool, interceptors[...]) { call in
            await self.run(call, tool, provider, options)
        }
        return await finish(call, tool, result, start)
    }

    /// Tells the observers what came of a call, and gives what they make of it.
    func finish(
        _ call: ToolCall,
        _ tool: ToolSpecification?,
        _ result: ToolResult,
        _ start: UInt64
    ) async -> ToolResult {
        var result = result
        let taken = monotonicNanoseconds() - start
        for observer in observers {
            result = await observer.finished(call, tool: tool, result: result, nanoseconds: taken)
        }
        return result
    }

    private func run(
        _ call: ToolCall,
        _ tool: ToolSpecification,
        _ provider: any ToolProvider,
        _ options: WriteOptions
    ) async -> ToolResult {
        guard tool.effect.isWrite, !(provider is any CompositeToolProvider) else { return await provider.call(call) }
        guard case .ledger(let ledger) = writes else {
            var call = call
            call.permit = WritePermit(write: nil)
            return await provider.call(call)
        }
        return await ledger.execute(call, tool: tool, provider: provider, options: options)
    }

    private func pass(
        _ call: ToolCall,
        _ tool: ToolSpecification,
        _ rest: ArraySlice<any CallInterceptor>,
        _ last: @escaping @Sendable (ToolCall) async -> ToolResult
    ) async -> ToolResult {
        guard let first = rest.first else { return await last(call) }
        // What was done under the same name is only told again; that needs no consent.
        if first is ApprovalGate, let done = await settled(call, tool) { return done }
        return await first.intercept(call, tool: tool) { call in
            await self.pass(call, tool, rest.dropFirst(), last)
        }
    }

    /// The answer to a write that was done before under the same name with the same arguments; nil for any other.
    func settled(_ call: ToolCall, _ tool: ToolSpecification) async -> ToolResult? {
        guard tool.effect.isWrite, call.once != nil, case .ledger(let ledger) = writes,
            let provider = catalog.provider(of: tool.name), !(provider is any CompositeToolProvider)
        else { return nil }
        return await ledger.settled(call, tool: tool, provider: provider)
    }

    /// The answer to a call of a tool that does not exist.
    package static func unknownTool(_ name: String, suggestions: [String]) -> ToolResult {
        let shown = name.count > 64 ? String(name.prefix(64)) + "…" : name
        let hint =
            suggestions.isEmpty
            ? "Ask search_tools what there is." : "Did you mean \(suggestions.joined(separator: ", "))?"
        return .failure(
            "tool_not_found",
            "There is no tool \(shown). \(hint)",
            details: ["suggestions": .array(suggestions.map { .string($0) })]
        )
    }
}
