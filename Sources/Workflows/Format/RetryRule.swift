/// How often, and how long, a step is tried again after a failure that may pass.
package struct RetryRule: Sendable, Hashable {
    /// How many attempts in all, 1 to 50.
    package var attempts: Int
    /// Before the second attempt; it doubles for each further one.
    package var firstDelay: ISODuration
    /// The longest that it gets.
    package var maxDelay: ISODuration
    /// No attempt starts later than this after the first; nil for no limit.
    package var duration: ISODuration?

    package init(
        attempts: Int = 3,
        firstDelay: ISODuration = ISODuration(seconds: 1),
        maxDelay: ISODuration = ISODuration(seconds: 60),
        duration: ISODuration? = nil
    ) {
        self.attempts = attempts
        self.firstDelay = firstDelay
        self.maxDelay = maxDelay
        self.duration = duration
    }
}
