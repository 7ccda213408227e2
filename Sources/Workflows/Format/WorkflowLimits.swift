/// What one run may use at most; going over any of it fails the run.
package struct WorkflowLimits: Sendable {
    /// Calls that change something; 0 makes the workflow read-only.
    package var writes: CountLimit
    package var toolCalls: CountLimit?
    /// Time from start to end, waiting for people and signals left out.
    package var minutes: Int?
    /// Tokens that models read and write.
    package var modelTokens: Int?

    /// Whether the workflow can change nothing.
    package var isReadOnly: Bool {
        if case .number(0) = writes { true } else { false }
    }
}
