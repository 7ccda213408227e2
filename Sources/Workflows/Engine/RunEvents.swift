import Basics

/// Tells watchers what happens in runs; who watches too slowly loses the oldest.
final class RunEvents: Sendable {
    private struct State {
        var watchers: [String: [UInt64: AsyncStream<RunEvent>.Continuation]] = [:]
        var next: UInt64 = 0
    }

    private let state = Locked(State())

    /// What happens in a run from now on; ends with the run.
    func stream(of run: String) -> AsyncStream<RunEvent> {
        AsyncStream(bufferingPolicy: .bufferingNewest(1024)) { continuation in
            let id = state.withLock { state in
                state.next += 1
                state.watchers[run, default: [:]][state.next] = continuation
                return state.next
            }
            continuation.onTermination = { _ in
                self.state.withLock { state in
                    state.watchers[run]?[id] = nil
                    if state.watchers[run]?.isEmpty == true { state.watchers[run] = nil }
                }
            }
        }
    }

    func send(_ event: RunEvent, of run: String) {
        let watchers = state.withLock { $0.watchers[run].map { Array($0.values) } ?? [] }
        for watcher in watchers { watcher.yield(event) }
        guard case .state(let state, _) = event, state.isEnded else { return }
        for watcher in watchers { watcher.finish() }
    }
}
