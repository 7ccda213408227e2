import JSON
package import Tools

extension Router {
    /// Runs a call, or one for each page of a list, put together into one result.
    ///
    /// - Parameters:
    ///   - call: The call; without `next_cursor` when all pages are wanted.
    ///   - policy: What the caller may use.
    ///   - all: How far to read; nil for the single call.
    package func execute(_ call: ToolCall, policy: ToolPolicy, all: PageWalk.Limits?) async -> ToolResult {
        guard let all, let tool = scope(policy)[call.tool] else { return await execute(call, policy: policy) }
        return await AllPages.collect(call, of: tool, limits: all) { await self.execute($0, policy: policy) }
    }
}

extension ArgumentObject {
    /// The member `all`: how many pages to read; nil when it is missing, null or false.
    func allPages() throws(RouterError) -> PageWalk.Limits? {
        guard let value = value("all"), !value.isNull, value != false else { return nil }
        guard let limits = AllPages.limits(value) else { throw RouterError(.invalid, AllPages.expected + ".") }
        return limits
    }
}
