/// What a step does.
package indirect enum StepKind: Sendable {
    /// Calls a tool; the value is its result.
    case call(CallStep)
    /// Asks a model; the value is its answer.
    case ask(AskStep)
    /// Computes a value.
    case set(SetStep)
    /// Runs the first branch whose condition holds; keys `switch`, or `if` with `do`.
    case choose(ChooseStep)
    /// Runs steps once for each item; the value is `{items, succeeded, failed, unknown}`.
    case forEach(ForEachStep)
    /// Runs branches at the same time; the value has a member for each branch that gave one.
    case parallel(ParallelStep)
    /// Waits for a person's decision on an exact plan.
    case approve(ApproveStep)
    /// Waits for a time or a signal.
    case wait(WaitStep)
    /// Runs another workflow; the value is what that one gives.
    case run(RunStep)
    /// Leaves a document for people.
    case report(ReportStep)
    /// Ends the innermost loop item, branch of `parallel`, or else the run, with a value; key `return`.
    case give(GiveStep)
    /// Ends the same with an error.
    case fail(FailStep)

    /// The key by which the file names the kind.
    package var key: String {
        switch self {
        case .call: "call"
        case .ask: "ask"
        case .set: "set"
        case .choose(let step): step.isSwitch ? "switch" : "if"
        case .forEach: "forEach"
        case .parallel: "parallel"
        case .approve: "approve"
        case .wait: "wait"
        case .run: "run"
        case .report: "report"
        case .give: "return"
        case .fail: "fail"
        }
    }
}
