/// A run of another workflow.
package struct RunStep: Sendable {
    package var workflow: String
    /// Nil for the version there is when the step runs.
    package var version: Int?
    package var input: Template
    /// Whether this run goes on without waiting for that one; the value is then `{"run": id}`.
    package var isDetached: Bool
}
