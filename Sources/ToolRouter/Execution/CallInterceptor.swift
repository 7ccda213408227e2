package import Tools

/// A step that every call passes on its way to its tool, such as an approval or the audit.
///
/// Steps stand before the write ledger: what one of them stops was never written down as sent.
package protocol CallInterceptor: Sendable {
    /// Answers a call, or lets it go on with `next`, at most once.
    func intercept(
        _ call: ToolCall,
        tool: ToolSpecification,
        next: @escaping @Sendable (ToolCall) async -> ToolResult
    ) async -> ToolResult
}

/// What becomes of calls that change something.
package enum WritePath: Sendable {
    /// They are on disk before they are sent.
    case ledger(WriteLedger)
    /// They go straight to their tool, and are lost or doubled when the program ends at the wrong moment; for tests.
    case unprotected
}
