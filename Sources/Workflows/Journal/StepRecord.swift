package import Basics
package import JSON

/// A step that was executed, as the journal keeps it.
package struct StepRecord: Sendable, Hashable {
    package enum State: String, Sendable, Hashable {
        case done
        /// Its condition did not hold.
        case skipped
        case failed
        /// A write whose outcome nobody knows.
        case unknown
        /// A write of a preview: listed, not sent.
        case planned
        /// It has begun and waits; its output says what is needed to go on.
        case waiting
    }

    package var address: StepAddress
    /// The kind, as in the file: `call`, `ask`, ….
    package var kind: String
    /// What it called or made, in a word: a tool, a run, an approval.
    package var subject: String?
    package var state: State
    package var startedAt: Timestamp
    package var endedAt: Timestamp
    package var output: JSONValue?
    package var failure: StepFailure?

    package init(
        address: StepAddress,
        kind: String,
        subject: String? = nil,
        state: State,
        startedAt: Timestamp,
        endedAt: Timestamp,
        output: JSONValue? = nil,
        failure: StepFailure? = nil
    ) {
        self.address = address
        self.kind = kind
        self.subject = subject
        self.state = state
        self.startedAt = startedAt
        self.endedAt = endedAt
        self.output = output
        self.failure = failure
    }
}
