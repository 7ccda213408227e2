/// What a model is asked.
package struct ModelRequest: Sendable {
    /// Whether the model may call tools.
    package enum ToolChoice: Sendable, Hashable {
        /// As it likes.
        case auto
        /// No tools are offered at all, because some servers ignore a mere request not to use them.
        case none
        /// It must call one.
        case required
    }

    /// The system prompt.
    package var instructions: String
    package var history: ConversationHistory
    package var tools: ModelToolSet
    package var toolChoice: ToolChoice
    /// Tokens the reply may have; nil for the provider's own limit.
    package var maximumOutputTokens: Int?
    /// 0 to 2; nil for the provider's default, which reasoning models insist on.
    package var temperature: Double?
    /// Seconds for the whole request with its retries; nil for the model's own limit.
    package var timeout: Double?

    package init(
        instructions: String,
        history: ConversationHistory,
        tools: ModelToolSet,
        toolChoice: ToolChoice = .auto,
        maximumOutputTokens: Int? = nil,
        temperature: Double? = nil,
        timeout: Double? = nil
    ) {
        self.instructions = instructions
        self.history = history
        self.tools = tools
        self.toolChoice = toolChoice
        self.maximumOutputTokens = maximumOutputTokens
        self.temperature = temperature
        self.timeout = timeout
    }
}
