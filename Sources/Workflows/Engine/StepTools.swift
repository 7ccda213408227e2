package import Tools

/// The tools that steps call.
package protocol StepTools: Sendable {
    /// A tool that a run may use; nil when there is none of that name for it.
    ///
    /// - Parameter endpoint: The endpoint that the run was started through; its policy counts.
    func tool(_ name: String, endpoint: String?) -> ToolSpecification?

    /// Makes a call; every write passes the ledger.
    func call(_ call: ToolCall, endpoint: String?) async -> ToolResult
}
