/// A provider that can tell, without making a call, whether its arguments would be refused.
package protocol ArgumentChecking: ToolProvider {
    /// The answer to a call whose arguments cannot be used; nil for any other.
    func refusal(of call: ToolCall) -> ToolResult?
}
