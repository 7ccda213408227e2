import Basics
import Tools

/// One write that is being made, and the callers who wait for it.
///
/// The write goes on whether anybody waits or not: what has been sent must be followed up.
final class WriteFlight: Sendable {
    private struct Waiter {
        var continuation: CheckedContinuation<ToolResult, Never>
        var patience: Double
        var isTimed = false
        var timer: Task<Void, Never>?
    }

    private struct State {
        var result: ToolResult?
        /// What to say to somebody who cannot wait for the outcome, and how long it takes at least.
        var doubt: (result: ToolResult, wait: Double)?
        var waiters: [Int: Waiter] = [:]
        var made = 0
        var toldDoubt = false
    }

    private let state = Locked(State())
    private let sleep: @Sendable (Double) async throws -> Void

    /// Whether it only follows up what an earlier process left, and is never sent again.
    let isFollowUp: Bool

    init(isFollowUp: Bool = false, sleep: @escaping @Sendable (Double) async throws -> Void) {
        self.isFollowUp = isFollowUp
        self.sleep = sleep
    }

    /// Whether everybody who asked was told that the outcome is not known, so that nobody expects another attempt.
    var isAbandoned: Bool { state.withLock { $0.toldDoubt && $0.waiters.isEmpty } }

    /// What came of the write, or that its outcome is uncertain when finding out takes longer than `patience` seconds.
    func value(patience: Double) async -> ToolResult {
        await withCheckedContinuation { continuation in
            let result: ToolResult? = state.withLock { state in
                if let result = state.result { return result }
                state.made += 1
                state.waiters[state.made] = Waiter(continuation: continuation, patience: patience)
                return nil
            }
            if let result { continuation.resume(returning: result) } else { releaseImpatient() }
        }
    }

    /// Says that the outcome is uncertain and will be so for at least `wait` seconds.
    func doubt(_ result: ToolResult, wait: Double) {
        state.withLock { $0.doubt = (result, wait) }
        releaseImpatient()
    }

    /// Says what came of it.
    func finish(_ result: ToolResult) {
        let waiters = state.withLock { state in
            state.result = result
            let waiters = state.waiters
            state.waiters = [:]
            return waiters
        }
        for waiter in waiters.values {
            waiter.timer?.cancel()
            waiter.continuation.resume(returning: result)
        }
    }

    private func releaseImpatient() {
        let (released, result, timed) = state.withLock {
            state -> ([CheckedContinuation<ToolResult, Never>], ToolResult?, [(Int, Double)]) in
            guard let doubt = state.doubt, state.result == nil else { return ([], nil, []) }
            var released: [CheckedContinuation<ToolResult, Never>] = []
            var timed: [(Int, Double)] = []
            for (number, waiter) in state.waiters {
                if doubt.wait > waiter.patience {
                    waiter.timer?.cancel()
                    state.waiters[number] = nil
                    state.toldDoubt = true
                    released.append(waiter.continuation)
                } else if !waiter.isTimed {
                    state.waiters[number]?.isTimed = true
                    timed.append((number, waiter.patience))
                }
            }
            return (released, doubt.result, timed)
        }
        if let result { for continuation in released { continuation.resume(returning: result) } }
        for (number, patience) in timed {
            let timer = Task {
                guard (try? await sleep(patience)) != nil else { return }
                release(number)
            }
            let isWaiting = state.withLock { state in
                state.waiters[number]?.timer = timer
                return state.waiters[number] != nil
            }
            if !isWaiting { timer.cancel() }
        }
    }

    private func release(_ number: Int) {
        let (waiter, result) = state.withLock { state -> (Waiter?, ToolResult?) in
            guard let doubt = state.doubt, let waiter = state.waiters.removeValue(forKey: number) else {
                return (nil, nil)
            }
            state.toldDoubt = true
            return (waiter, doubt.result)
        }
        if let waiter, let result { waiter.continuation.resume(returning: result) }
    }
}
