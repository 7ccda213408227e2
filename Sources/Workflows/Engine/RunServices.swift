import Basics

/// What executions need from outside.
struct RunServices: Sendable {
    let journal: RunJournal
    let tools: any StepTools
    let models: any StepModels
    let approvals: any RunApprovals
    /// Starts another run, or finds it when it was started before.
    let children: any RunChildren
    /// What formulas go by.
    let clock: any WallClock
    /// What waiting goes by.
    let wall: any WallClock
    /// Nanoseconds on a clock that never goes back.
    let monotonic: @Sendable () -> UInt64
    /// Is told what happens, for whoever watches.
    let events: @Sendable (RunEvent, String) -> Void

    func report(_ event: RunEvent, of run: String) { events(event, run) }
}
