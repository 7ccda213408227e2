/// What a step asks a model.
package struct StepQuestion: Sendable {
    /// The prompt, without front matter.
    package var instructions: String
    /// What the model reads: the data, delimited and marked as untrusted, and what was wrong with its last answer.
    package var message: String
    /// The names of the tools it may call.
    package var tools: [String]
    /// The spec of a model; nil for the default.
    package var model: String?
    package var temperature: Double?
    package var maxTokens: Int?
    /// Whose connections its tools use.
    package var user: String
    package var endpoint: String?
    package var run: String

    package init(instructions: String, message: String, tools: [String], user: String, run: String) {
        self.instructions = instructions
        self.message = message
        self.tools = tools
        self.user = user
        self.run = run
    }
}

/// What a model said to a step.
package struct StepAnswer: Sendable, Hashable {
    package var text: String
    /// The model's name.
    package var model: String
    /// Tokens read and written.
    package var tokens: Int

    package init(text: String, model: String, tokens: Int) {
        self.text = text
        self.model = model
        self.tokens = tokens
    }
}

/// The models that steps ask.
package protocol StepModels: Sendable {
    /// Whether there is a model of that spec, or a default one.
    func isAvailable(_ spec: String?) async -> Bool

    /// Asks once.
    ///
    /// - Throws: ``StepFailure``; `model_busy` and `model_unreachable` may pass.
    func answer(_ question: StepQuestion) async throws(StepFailure) -> StepAnswer
}
