package import ToolRouter
package import Tools

/// The router's tools for steps: under the policy of the endpoint that a run was started through, through ledger and audit.
package struct RouterTools: StepTools {
    private let router: @Sendable () -> Router?
    private let policy: @Sendable (String) -> ToolPolicy?

    /// Seconds that a step waits for an uncertain write to settle; longer than any toolkit's settle time.
    private static let patience = 3600.0

    /// - Parameters:
    ///   - router: What runs the calls; asked for at each call, because the router offers workflows itself.
    ///   - policy: The policy of an endpoint by its id; nil when the endpoint is gone, and then nothing may be called.
    package init(router: @escaping @Sendable () -> Router?, policy: @escaping @Sendable (String) -> ToolPolicy?) {
        self.router = router
        self.policy = policy
    }

    package func tool(_ name: String, endpoint: String?) -> ToolSpecification? {
        guard let policy = policy(of: endpoint), let tool = router()?.catalog[name], policy.allows(tool) else {
            return nil
        }
        return tool
    }

    package func call(_ call: ToolCall, endpoint: String?) async -> ToolResult {
        guard let policy = policy(of: endpoint), let router = router() else {
            return .failure("tool_not_found", "The endpoint that started this run is gone, so it may call nothing.")
        }
        return await router.execute(call, policy: policy, options: WriteOptions(patience: RouterTools.patience))
    }

    private func policy(of endpoint: String?) -> ToolPolicy? {
        guard let endpoint else { return ToolPolicy() }
        return policy(endpoint)
    }
}
