/// Branches of which the first whose condition holds is run; a `return` in it ends what is around the step.
package struct ChooseStep: Sendable {
    /// Steps under a condition.
    package struct Branch: Sendable {
        /// Nil for the branch that is run when none before it was.
        package var condition: Formula?
        package var steps: [Step]
    }

    package var branches: [Branch]
    /// Whether the file says `switch`, and not `if`.
    package var isSwitch: Bool
}
