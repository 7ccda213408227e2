package import Tools

/// Somebody whom the router tells what came of a call, of one whose tool does not exist too.
package protocol CallObserver: Sendable {
    /// Is told the outcome of a call before whoever made it, and gives the outcome to tell.
    ///
    /// - Parameters:
    ///   - call: The call.
    ///   - tool: The tool; nil for one that does not exist for the caller.
    ///   - result: What came of it.
    ///   - nanoseconds: How long it took.
    func finished(
        _ call: ToolCall,
        tool: ToolSpecification?,
        result: ToolResult,
        nanoseconds: UInt64
    ) async -> ToolResult
}
