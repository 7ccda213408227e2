/// Starts runs on behalf of other runs.
package protocol RunChildren: Sendable {
    /// Starts a run, or finds it when it was started before under the same id.
    func start(_ id: String, _ request: RunRequest) async throws(WorkflowError) -> RunRecord
}
