/// Where workflows come from.
package protocol WorkflowLibrary: Sendable {
    /// The workflow of that name as it is now.
    ///
    /// - Throws: ``WorkflowError`` with code `not_found`, or `invalid_workflow` with every problem of its file.
    func workflow(named name: String) async throws(WorkflowError) -> Workflow

    /// A workflow from text that a run was pinned to.
    func workflow(from source: WorkflowSource) async throws(WorkflowError) -> Workflow
}
