import JSON

/// Why the execution of a run left off.
enum RunStop: Error {
    case failure(StepFailure)
    /// It goes on when something has happened.
    case suspended(RunWait)
    case paused
    case cancelled
    /// What the plan of an approval would be now; only an execution that was begun to find that out stops so.
    case planned([JSONValue])
    /// The program ends; the run goes on at its next start.
    case shutDown

    /// Whether the run itself wants to wait.
    var isSuspension: Bool {
        if case .suspended = self { true } else { false }
    }

    /// Whether a write that ended so may have been made all the same.
    var mayHaveWritten: Bool {
        if case .failure(let failure) = self { failure.isUnknown || failure.code == "invalid_result" } else { false }
    }
}

/// How a block of steps ended.
enum BlockEnd: Sendable {
    /// After its last step.
    case fell
    /// With a value, by a `return`.
    case gave(StepValue)
}

/// A value that may be JSONata's nothing.
enum StepValue: Sendable, Hashable {
    case nothing
    case value(JSONValue)

    init(_ value: JSONValue?) { self = value.map { .value($0) } ?? .nothing }

    var json: JSONValue? {
        if case .value(let value) = self { value } else { nil }
    }
}
