package import JSON

/// One call of a tool, and who wants it.
package struct ToolCall: Sendable, Hashable {
    /// The tool's name.
    package var tool: String
    /// One flat object.
    package var arguments: JSONObject
    /// The user whose connections are used.
    package var user: String
    /// The connection to use where the user has several; nil for the only one.
    package var connection: String?
    /// Where the arguments came from.
    package var origin: Origin
    /// The name that makes a write one of its kind: under one name a tool writes at most once over one connection.
    package var once: String?
    package var context: CallContext

    package init(
        tool: String,
        arguments: JSONObject,
        user: String,
        connection: String? = nil,
        origin: Origin,
        once: String? = nil,
        context: CallContext = CallContext()
    ) {
        self.tool = tool
        self.arguments = arguments
        self.user = user
        self.connection = connection
        self.origin = origin
        self.once = once
        self.context = context
    }
}
