/// Who and what may see a run.
package struct WorkflowPrivacy: Sendable, Hashable {
    /// Which models may see data of the run.
    package enum Models: String, Sendable, CaseIterable {
        case any, local, none
    }

    /// What is kept of a run's data beyond what resuming it needs.
    package enum Transcript: String, Sendable, CaseIterable {
        case full, redacted
        case idsOnly = "ids-only"
    }

    /// Who may read the run and its reports, as `role:NAME` or `person:NAME`; empty for everybody who may see runs.
    package var restrictedTo: [String]
    package var models: Models
    package var transcript: Transcript

    package init(restrictedTo: [String] = [], models: Models = .any, transcript: Transcript = .full) {
        self.restrictedTo = restrictedTo
        self.models = models
        self.transcript = transcript
    }
}
