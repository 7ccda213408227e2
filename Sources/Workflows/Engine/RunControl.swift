import Basics

/// What reaches a run from outside while it is executed: requests to stop, and what it has used up of its limits.
final class RunControl: Sendable {
    /// What somebody wants of the run.
    enum Request: Sendable {
        case pause, cancel, shutDown
    }

    /// What a run has limits of.
    enum Kind: Sendable {
        case writes, toolCalls, tokens
    }

    private struct State {
        var request: Request?
        var used = StepCharge()
        var sleeps: [UInt64: Task<Void, Never>] = [:]
        var nextSleep: UInt64 = 0
    }

    private let state: Locked<State>
    private let pause: @Sendable (Double) async -> Void

    /// - Parameter pause: Waits for a number of seconds, or until its task is cancelled.
    init(pause: @escaping @Sendable (Double) async -> Void) {
        state = Locked(State())
        self.pause = pause
    }

    /// Begins with what the run had used up when it was left.
    func begin(_ used: StepCharge) { state.withLock { $0.used = used } }

    /// Asks the run to stop at its next step; a request to cancel stands above one to pause.
    func request(_ request: Request) {
        let sleeps = state.withLock { state in
            switch (state.request, request) {
            case (.cancel?, _), (.shutDown?, .pause): break
            default: state.request = request
            }
            return Array(state.sleeps.values)
        }
        for sleep in sleeps { sleep.cancel() }
    }

    /// How the run is to stop, as somebody wants it.
    var stop: RunStop? {
        switch state.withLock({ $0.request }) {
        case nil: nil
        case .pause?: .paused
        case .cancel?: .cancelled
        case .shutDown?: .shutDown
        }
    }

    /// Throws when somebody wants the run to stop.
    func check() throws(RunStop) {
        if let stop { throw stop }
    }

    /// Waits, unless and until somebody wants the run to stop.
    func sleep(seconds: Double) async {
        guard seconds > 0 else { return }
        let pause = pause
        let id: UInt64? = state.withLock { state in
            guard state.request == nil else { return nil }
            state.nextSleep += 1
            state.sleeps[state.nextSleep] = Task { await pause(seconds) }
            return state.nextSleep
        }
        guard let id, let task = state.withLock({ $0.sleeps[id] }) else { return }
        await task.value
        state.withLock { $0.sleeps[id] = nil }
    }

    /// Takes something from a limit.
    ///
    /// - Returns: False, and nothing is taken, when that would go over it.
    func use(_ amount: Int, of kind: Kind, limit: Int?) -> Bool {
        state.withLock { state in
            let used =
                switch kind {
                case .writes: state.used.writes
                case .toolCalls: state.used.toolCalls
                case .tokens: state.used.tokens
                }
            if let limit, used + amount > limit { return false }
            switch kind {
            case .writes: state.used.writes += amount
            case .toolCalls: state.used.toolCalls += amount
            case .tokens: state.used.tokens += amount
            }
            return true
        }
    }

    /// Gives a write back that was not made.
    func giveBackWrite() { state.withLock { $0.used.writes -= 1 } }

    /// What has been used up so far.
    var used: StepCharge { state.withLock { $0.used } }
}
