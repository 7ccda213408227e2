/// What answering one message may cost; every limit that is reached is told.
package struct AgentLimits: Sendable, Hashable {
    /// Rounds of tool calls before the model must answer with what it has, at least 1.
    package var maximumToolIterations = 20
    /// Tool calls in all.
    package var maximumToolCalls = 100
    /// Tokens in all, read and written.
    package var maximumTotalTokens = 500_000
    /// Seconds in all.
    package var maximumSeconds = 600.0
    /// Tokens of one reply; nil for the model's own limit.
    package var maximumOutputTokens: Int?
    /// Bytes of one tool result that the model is shown.
    package var maximumResultBytes = 64 << 10
    /// Tool calls that run at the same time.
    package var parallelToolCalls = 8

    package init() {}
}
