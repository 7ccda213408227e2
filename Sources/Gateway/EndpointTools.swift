import ToolRouter
import Tools

/// The tools of an endpoint for somebody at this machine: whatever it allows at this moment, for the user that it names.
struct EndpointTools: ToolProvider {
    let router: Router
    let store: EndpointStore
    /// Its id or name.
    let endpoint: String

    /// The endpoint as it is now; nil once it has been deleted or has expired.
    var current: Endpoint? { store.all.first { $0.id == endpoint || $0.name == endpoint } }

    var tools: [ToolSpecification] {
        guard let current else { return [] }
        return switch current.mode {
        case .meta: MetaTools(router: router, policy: current.policy).tools
        case .direct: router.scope(current.policy).tools
        }
    }

    func call(_ call: ToolCall) async -> ToolResult {
        guard let current else {
            return .failure(
                "endpoint_closed",
                "The endpoint '\(endpoint)' was deleted or has expired. Nothing was run."
            )
        }
        var call = call
        call.user = current.user
        call.context.endpoint = current.id
        return switch current.mode {
        case .meta: await MetaTools(router: router, policy: current.policy).call(call)
        case .direct: await router.execute(call, policy: current.policy)
        }
    }
}
