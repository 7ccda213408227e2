package import Basics
package import JSON

/// What a run asks people to approve.
package struct RunQuestion: Sendable, Hashable {
    package var run: String
    package var requester: String
    package var endpoint: String?
    package var title: String
    package var body: String?
    /// One object for each thing that will be done, with exact ids.
    package var plan: [JSONValue]
    /// Who may decide: `role:NAME` or `person:NAME`.
    package var from: [String]
    package var separateFromRequester: Bool
    package var expires: Timestamp

    package init(
        run: String,
        requester: String,
        endpoint: String?,
        title: String,
        body: String?,
        plan: [JSONValue],
        from: [String],
        separateFromRequester: Bool,
        expires: Timestamp
    ) {
        self.run = run
        self.requester = requester
        self.endpoint = endpoint
        self.title = title
        self.body = body
        self.plan = plan
        self.from = from
        self.separateFromRequester = separateFromRequester
        self.expires = expires
    }
}

/// Where a question to people stands.
package enum RunDecision: Sendable, Hashable {
    case pending
    case approved(by: String, at: Timestamp, comment: String?)
    case rejected(by: String, at: Timestamp, comment: String?)
    case expired
}

/// Brings questions of runs before people.
package protocol RunApprovals: Sendable {
    /// Asks, or finds the question when the run has asked the same before.
    ///
    /// - Returns: The approval's id.
    func ask(_ question: RunQuestion) async throws(WorkflowError) -> String

    /// Where the question stands.
    func decision(_ id: String) async throws(WorkflowError) -> RunDecision
}
