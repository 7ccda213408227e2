/// One step of a workflow.
package struct Step: Sendable {
    /// What a run does when a step has failed and its attempts are used up.
    package enum ErrorRule: String, Sendable, CaseIterable {
        /// The block that the step is in fails.
        case fail
        /// The block goes on; the step's value is `{"error": {code, message}}`.
        case `continue`
    }

    /// The name under which later steps see its value.
    package var id: String?
    /// Its place in the file, such as `steps/3/do/1`: the same as long as the file is the same.
    package var path: String
    /// Where it stands in the file.
    package var anchor: TextAnchor
    /// What the author wrote about it.
    package var note: String?
    /// When this is false the step is passed over, and its id stays unbound.
    package var condition: Formula?
    /// How long one attempt may take.
    package var timeout: ISODuration?
    package var retry: RetryRule?
    package var onError: ErrorRule
    package var kind: StepKind
}
