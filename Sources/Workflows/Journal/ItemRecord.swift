package import JSON

/// One item of a loop, as the journal keeps it.
package struct ItemRecord: Sendable, Hashable {
    package enum State: String, Sendable, Hashable, CaseIterable {
        case pending
        case done
        case failed
        /// A write for it may or may not have taken effect.
        case unknown
    }

    package var key: String
    package var state: State
    package var output: JSONValue?
    package var failure: StepFailure?

    package init(key: String, state: State = .pending, output: JSONValue? = nil, failure: StepFailure? = nil) {
        self.key = key
        self.state = state
        self.output = output
        self.failure = failure
    }
}
