/// A decision that a person has to make before the run goes on.
package struct ApproveStep: Sendable {
    /// What happens when nobody has decided in time.
    package enum Expiry: String, Sendable, CaseIterable {
        case cancel, fail
    }

    package var title: Template
    package var body: Template?
    /// Rows, one for each thing that will be done, with exact ids; pinned by their hash.
    package var plan: Formula?
    /// Who may decide: `role:NAME` or `person:NAME`.
    package var from: [String]
    /// How long the decision may take.
    package var expires: ISODuration
    package var onExpire: Expiry
    /// Whether whoever started the run may not decide.
    package var separateFromRequester: Bool
}
