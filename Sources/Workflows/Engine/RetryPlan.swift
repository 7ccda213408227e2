import Basics
import Tools

/// Whether a call that failed is made again, and when.
struct RetryPlan {
    enum Decision: Sendable, Hashable {
        /// Again after so many seconds.
        case again(after: Double)
        case giveUp
    }

    /// The attempts that count, the first included.
    private let attempts: Int
    private let backoff: Backoff
    /// Seconds after the first attempt in which another may start.
    private let duration: Double
    private var made = 0

    /// Codes of failures that may pass by themselves.
    private static let passing: Set<String> = [
        "timeout", "unreachable", "upstream_error", "upstream_invalid", "connection_reset", "busy",
        "mail_unreachable",
    ]
    /// A limit, and room on the disk, are waited for, however often; only the run's own minutes bound that.
    private static let limits: Set<String> = ["rate_limited", "not_answering", "ledger_unavailable"]

    /// Whether a call was only held back: by a limit, an open circuit, or a ledger that cannot be written for now.
    static func isLimit(_ problem: CallProblem) -> Bool { limits.contains(problem.code) }

    init(_ rule: RetryRule?) {
        let rule = rule ?? RetryRule(attempts: 6)
        attempts = rule.attempts
        backoff = Backoff(base: Double(rule.firstDelay.seconds), limit: Double(rule.maxDelay.seconds), jitter: 0.5)
        duration = rule.duration.map { Double($0.seconds) } ?? .infinity
    }

    /// What to do about a failure.
    ///
    /// - Parameters:
    ///   - problem: What is known about it.
    ///   - isWrite: Whether the call changes something; then only what surely was not executed is tried again, because the
    ///     ledger has looked already when the outcome is unknown.
    ///   - elapsed: Seconds since the first attempt began.
    mutating func next(_ problem: CallProblem, isWrite: Bool, elapsed: Double, random: Double = .random(in: 0..<1))
        -> Decision
    {
        if isWrite, problem.outcome == .unknown { return .giveUp }
        let floor = problem.retryAfter.map(Double.init)
        if RetryPlan.isLimit(problem) {
            // Everybody who waits would come back at the same moment.
            return .again(after: (floor ?? 5) * (1 + random / 10))
        }
        made += 1
        let mayPass = RetryPlan.passing.contains(problem.code)
        guard mayPass, made < attempts else { return .giveUp }
        if isWrite, problem.outcome == .failed { return .giveUp }
        let delay = backoff.delay(attempt: made, floor: floor, random: random)
        return elapsed + delay > duration ? .giveUp : .again(after: delay)
    }
}
