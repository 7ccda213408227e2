/// Why an agent cannot be used.
package struct AgentError: Error, Sendable, CustomStringConvertible {
    /// What kind of problem it is.
    package enum Code: String, Sendable, Hashable {
        /// There is no agent of that name.
        case notFound = "agent_not_found"
        /// The agent names tools that are not on offer.
        case toolMissing = "agent_tool_missing"
    }

    package var code: Code
    /// What is wrong with which agent, and what to do.
    package var message: String
    package var cause: (any Error)?

    package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
        self.code = code
        self.message = message
        self.cause = cause
    }

    package var description: String { message }
}
