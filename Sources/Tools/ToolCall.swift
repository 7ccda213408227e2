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
    /// What to do when something else was written under the same name.
    package var onceRule: OnceRule
    package var context: CallContext
    /// Without one no write is sent.
    package var permit: WritePermit?
    /// Seconds that the call may wait for rate limits of the other side; 0 for an answer at once.
    package var longestWait: Double

    package init(
        tool: String,
        arguments: JSONObject,
        user: String,
        connection: String? = nil,
        origin: Origin,
        once: String? = nil,
        onceRule: OnceRule = .adopts,
        context: CallContext = CallContext(),
        longestWait: Double = 0
    ) {
        self.tool = tool
        self.arguments = arguments
        self.user = user
        self.connection = connection
        self.origin = origin
        self.once = once
        self.onceRule = onceRule
        self.context = context
        self.longestWait = longestWait
    }
}

/// What a second write under one name means.
package enum OnceRule: String, Sendable, Hashable {
    /// The first one counts, whatever its arguments were: a workflow's name says what is meant to happen once.
    case adopts
    /// The name is a caller's idempotency key: other arguments under it are a mistake, and its own endpoint's or person's
    /// names alone count.
    case sameArguments = "same_arguments"
}
