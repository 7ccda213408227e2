package import Connections
import JSON
package import Tools

/// One vendor API: its tools, what a connection to it needs, and the rules by which calls are made.
package struct Toolkit: Sendable {
    /// The name of its folder.
    package let name: String
    /// The name that people read.
    package let title: String
    package let description: String
    /// Where the vendor documents the API.
    package let documentation: String?
    /// How calls are authorised, and what to ask a person for.
    package let authentication: AuthenticationScheme
    /// The tools on offer, in the order of the file.
    package let tools: [ToolkitTool]
    /// Operations that are deliberately not offered, with the reason.
    package let excluded: [(operation: String, reason: String)]
    /// What the vendor reports by itself; nil where it reports nothing.
    package let triggers: TriggerRules?
    let settings: ToolkitSettings

    /// The specifications of the tools on offer.
    package var specifications: [ToolSpecification] { tools.map(\.specification) }

    func tool(named name: String) -> ToolkitTool? { tools.first { $0.specification.name == name } }
}

/// The rules that all calls of a toolkit share.
struct ToolkitSettings: Sendable {
    var server: String
    var serverDefaults: [String: String]
    /// Field of the connection by server variable.
    var serverVariables: [String: String]
    var egress: EgressRule
    var request: RequestRule
    var response: ResponseRule
    var pagination: PaginationRule?
    var errors: ErrorRules
    var rateLimit: RateLimitRule
    /// How long after an uncertain write looking tells the truth.
    var settle: SettleTimes
    var probe: (tool: String, arguments: JSONObject)?
}
