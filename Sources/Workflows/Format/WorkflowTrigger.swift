/// What a vendor reports that starts a workflow.
package struct WorkflowTrigger: Sendable {
    package var toolkit: String
    /// The vendor's name of what happened.
    package var event: String
    /// Over `$event`, the body of the report; when it is false nothing starts.
    package var condition: Formula?
    /// The input of its runs, over `$event`.
    package var input: Template?
    /// Where it stands in the file.
    package var anchor: TextAnchor
}
