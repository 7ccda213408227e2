/// What model calls cost, in tokens.
package struct ModelUsage: Sendable, Hashable {
    /// Tokens read, cached ones included.
    package var inputTokens: Int
    /// Tokens written, reasoning included.
    package var outputTokens: Int
    /// The part of the input that the provider had cached.
    package var cachedTokens: Int
    /// The part of the output that was reasoning.
    package var reasoningTokens: Int
    /// Whether any of it was estimated here because the provider did not say.
    package var isEstimate: Bool

    package init(
        inputTokens: Int = 0,
        outputTokens: Int = 0,
        cachedTokens: Int = 0,
        reasoningTokens: Int = 0,
        isEstimate: Bool = false
    ) {
        self.inputTokens = inputTokens
        self.outputTokens = outputTokens
        self.cachedTokens = cachedTokens
        self.reasoningTokens = reasoningTokens
        self.isEstimate = isEstimate
    }

    /// An estimate from sizes in bytes: four to a token, rounded up, which errs high for English and JSON.
    package static func estimate(inputBytes: Int, outputBytes: Int) -> ModelUsage {
        ModelUsage(inputTokens: (inputBytes + 3) / 4, outputTokens: (outputBytes + 3) / 4, isEstimate: true)
    }

    package var totalTokens: Int { inputTokens + outputTokens }

    package static func + (a: ModelUsage, b: ModelUsage) -> ModelUsage {
        ModelUsage(
            inputTokens: a.inputTokens + b.inputTokens,
            outputTokens: a.outputTokens + b.outputTokens,
            cachedTokens: a.cachedTokens + b.cachedTokens,
            reasoningTokens: a.reasoningTokens + b.reasoningTokens,
            isEstimate: a.isEstimate || b.isEstimate
        )
    }

    package static func += (a: inout ModelUsage, b: ModelUsage) { a = a + b }
}
