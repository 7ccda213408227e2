/// What a program needs to know of a call that failed; the words for people are in the result.
package struct CallProblem: Sendable, Hashable {
    /// What the failure means for a write.
    package enum Outcome: String, Sendable, Hashable, CaseIterable {
        /// Nothing was done, and nobody was asked to.
        case notExecuted = "not_executed"
        /// The other side refused; nothing was changed.
        case failed
        /// The change may have been made or not; only looking can tell.
        case unknown
    }

    /// Our code, such as `rate_limited`.
    package var code: String
    package var outcome: Outcome
    /// The HTTP status of the other side, where there was an answer.
    package var status: Int?
    /// Seconds to wait before the next call, where the other side said so.
    package var retryAfter: Int?

    package init(code: String, outcome: Outcome = .notExecuted, status: Int? = nil, retryAfter: Int? = nil) {
        self.code = code
        self.outcome = outcome
        self.status = status
        self.retryAfter = retryAfter
    }
}
