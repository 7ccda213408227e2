/// How patient the write ledger is.
package struct LedgerSettings: Sendable, Hashable {
    /// Seconds that a caller who does not say otherwise waits for an uncertain write to settle.
    package var patience = 25.0
    /// How often a write that turned out not to be there is sent, all in all.
    package var attempts = 3
    /// How often a look that fails is tried, all in all.
    package var looks = 5
    /// Seconds before the second look; each further one doubles them.
    package var lookPause = 1.0
    /// Seconds before each further look once a write's outcome was given up as unknown.
    package var laterLooks: [Double] = [60, 300, 1800] + Array(repeating: 86_400, count: 7)
    /// Seconds that the other side's clock may be behind ours.
    package var skew = 120.0
    /// The longest settle time in seconds, where the other side is known to be quick; nil for what toolkits say.
    package var longestSettle: Double?
    /// The longest answer that is kept for whoever asks again under the same name.
    package var largestResult = 64 << 10

    package init() {}
}

/// What a caller asks of the ledger besides the call itself.
package struct WriteOptions: Sendable {
    /// Seconds to wait for an uncertain write to settle; nil for the ledger's own.
    package var patience: Double?
    /// Whether the caller may still write, asked just before anything is sent: a run that was taken over must not.
    package var fence: (@Sendable () async -> Bool)?

    package init(patience: Double? = nil, fence: (@Sendable () async -> Bool)? = nil) {
        self.patience = patience
        self.fence = fence
    }
}
