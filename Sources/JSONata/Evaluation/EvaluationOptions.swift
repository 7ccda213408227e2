package import Basics

/// What one evaluation may do.
package struct EvaluationOptions: Sendable {
    package var limits: EvaluationLimits
    /// Whether `$eval` may run text as an expression.
    package var allowsEval: Bool
    /// Whether `$random` and `$shuffle` may be called; they make an evaluation that cannot be repeated.
    package var allowsRandom: Bool
    /// Whether the functions that JSONata does not have may be called: `$daysSince`, `$isoWeek`, `$table`, `$parse`.
    package var allowsAdditions: Bool
    /// What `$now` and `$millis` say, the same throughout; nil reads the clock once.
    package var now: Timestamp?

    package init(
        limits: EvaluationLimits = EvaluationLimits(),
        allowsEval: Bool = false,
        allowsRandom: Bool = true,
        allowsAdditions: Bool = true,
        now: Timestamp? = nil
    ) {
        self.limits = limits
        self.allowsEval = allowsEval
        self.allowsRandom = allowsRandom
        self.allowsAdditions = allowsAdditions
        self.now = now
    }
}
