/// Where a value came from; it travels with the value, because approvals and policy rest on it.
package enum Origin: String, Sendable, Hashable, CaseIterable {
    /// Typed by the person in charge.
    case user
    /// Written in a workflow file.
    case workflow
    /// Kept by the applicant tracking system itself: ids, stages, dates.
    case ats
    /// Written by a candidate, or by anybody else who may want something.
    case candidate
    /// Fetched from the web.
    case web
    /// Written by a language model.
    case model
}
