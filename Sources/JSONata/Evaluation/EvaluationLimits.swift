/// How much one evaluation may use; going over any of it is an error with a `U` code.
package struct EvaluationLimits: Sendable, Hashable {
    /// Nodes visited, elements made, and sixteen bytes of text made, each count as one.
    package var steps: Int
    /// How deep evaluation may nest; a tail call adds nothing.
    package var depth: Int
    /// Wall-clock time in milliseconds.
    package var milliseconds: Int
    /// The size of the result, or of any text on the way there, as JSON in bytes.
    package var resultBytes: Int
    /// How many attempts regular expressions may make in one evaluation.
    package var regexSteps: Int

    /// Limits for expressions of people who are not at the keyboard.
    package init(
        steps: Int = 10_000_000,
        depth: Int = 500,
        milliseconds: Int = 2_000,
        resultBytes: Int = 8 << 20,
        regexSteps: Int = 2_000_000
    ) {
        self.steps = steps
        self.depth = depth
        self.milliseconds = milliseconds
        self.resultBytes = resultBytes
        self.regexSteps = regexSteps
    }
}
