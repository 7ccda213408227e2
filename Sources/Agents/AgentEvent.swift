package import JSON
package import LanguageModels
package import Tools

/// Something that happens while an agent answers, for whoever watches.
package enum AgentEvent: Sendable, Hashable {
    /// The model is asked for the n-th time for this message, from 1.
    case modelCallStarted(number: Int)
    /// More of the answer.
    case text(String)
    /// More of what the model thinks, where it shows it.
    case reasoning(String)
    /// A tool has begun to run.
    case toolCallStarted(id: String, tool: String, arguments: JSONObject)
    /// A tool has ended, or a call was refused without being run.
    case toolCallFinished(AgentToolCall)
    /// The model's server did not answer; it is asked again after a pause.
    case retry(ModelRetry)
    /// The answer broke off: the words since the last ``modelCallStarted(number:)`` are void, and it is asked once more.
    case interrupted(reason: String)
    /// Something the person should know: a limit, a result that was shortened, calls that were dropped.
    case notice(String)
    /// What answering this message has cost so far.
    case usage(ModelUsage)
}

/// A tool call that has ended.
package struct AgentToolCall: Sendable, Hashable {
    package var id: String
    package var tool: String
    /// Seconds that it took.
    package var seconds: Double
    package var result: ToolResult

    package init(id: String, tool: String, seconds: Double, result: ToolResult) {
        self.id = id
        self.tool = tool
        self.seconds = seconds
        self.result = result
    }
}

/// Why an agent stopped.
package enum StopReason: String, Sendable, Hashable {
    /// It has answered.
    case answered
    /// It used all its rounds of tool calls and answered with what it had.
    case maximumToolIterations = "max_tool_iterations"
    /// It used all its tool calls and answered with what it had.
    case maximumToolCalls = "max_tool_calls"
    /// It used all its tokens.
    case maximumTotalTokens = "max_total_tokens"
    /// It used all its time.
    case maximumSeconds = "max_seconds"
    /// The answer was cut off by the model's output limit.
    case outputLimit = "output_limit"
    /// The answer was cut off by a filter of the model's provider.
    case contentFilter = "content_filter"
    /// The model declined.
    case refusal
    /// The model said nothing at all.
    case emptyAnswer = "empty_answer"
    /// The person stopped it.
    case cancelled
    /// The model failed.
    case failed = "error"
}

/// How answering a message ended.
package struct AgentOutcome: Sendable, Hashable {
    package var reason: StopReason
    /// The answer; what there was of it, where it is not complete.
    package var text: String
    /// What a person should know about the reason; nil when the agent simply answered.
    package var explanation: String?
    /// The code of the error, where one was the reason.
    package var errorCode: ModelError.Code?
    /// How often the model was asked.
    package var modelCalls: Int
    /// How many tools were run.
    package var toolCalls: Int
    package var usage: ModelUsage
    /// Seconds from message to answer.
    package var seconds: Double
}
