package import Basics
import Connections
package import JSON
import Tools

/// Paces the calls of everybody over each connection: rate, number at a time, and a pause when nobody answers.
package final class ConnectionLimiter: Sendable {
    /// Waits, in seconds; throws when the caller is cancelled.
    package typealias Sleep = @Sendable (Double) async throws -> Void

    private struct Waiter: Sendable {
        var id: UInt64
        var continuation: CheckedContinuation<Bool, Never>
    }

    private struct Entry {
        var pace: ConnectionPace
        var running = 0
        var waiting: [Waiter] = []
        var isChanged = false
    }

    private struct State {
        var entries: [String: Entry] = [:]
        /// What an earlier process left, until the connection is used.
        var kept: [String: JSONValue] = [:]
        var waiters: UInt64 = 0
        /// Waiters that were cancelled before they waited.
        var cancelled: Set<UInt64> = []
    }

    private let clock: any WallClock
    private let sleep: Sleep
    private let random: @Sendable () -> Double
    private let state = Locked(State())

    /// Makes a limiter.
    ///
    /// - Parameters:
    ///   - clock: What time it is.
    ///   - sleep: Waits.
    ///   - random: A number from 0 up to 1 by which waits differ, so that callers do not come back all at once.
    package init(
        clock: any WallClock,
        sleep: @escaping Sleep = { try await Task.sleep(nanoseconds: UInt64($0 * 1_000_000_000)) },
        random: @escaping @Sendable () -> Double = { .random(in: 0..<1) }
    ) {
        self.clock = clock
        self.sleep = sleep
        self.random = random
    }

    // MARK: - Kept across restarts

    /// Takes over what an earlier process kept, by connection.
    package func restore(_ kept: [String: JSONValue]) {
        state.withLock { $0.kept = kept }
    }

    /// What changed since the last time, by connection; to be kept.
    package func changes() -> [String: JSONValue] {
        state.withLock { state in
            var changes: [String: JSONValue] = [:]
            for (id, entry) in state.entries where entry.isChanged {
                changes[id] = entry.pace.kept
                state.entries[id]?.isChanged = false
            }
            return changes
        }
    }

    // MARK: - Calls

    /// A call that was let through; it has to be given back to ``finish(_:_:limits:)``.
    struct Permit: Sendable {
        var connection: String
        var started: Timestamp
    }

    /// Lets a call through when it may be made.
    ///
    /// A caller waits for its turn among the calls under way. It waits for the limits only up to its patience.
    ///
    /// - Parameters:
    ///   - connection: The connection.
    ///   - toolkit: Whose limits hold.
    ///   - patience: Seconds that may be waited; what was waited is taken off.
    /// - Throws: ``ToolFailure`` that says how long to wait.
    func permit(
        _ connection: AuthorizedConnection,
        _ toolkit: Toolkit,
        patience: inout Double
    ) async throws(ToolFailure) -> Permit {
        // Published limits are the vendor's; a simulator or proxy says itself what it allows.
        let rule = toolkit.settings.rateLimit
        let limits = connection.baseURL == nil ? rule.limits : []
        while true {
            guard await enter(connection.id, limits: limits, atOnce: rule.concurrent) else {
                throw ToolFailure("cancelled", "The call to \(toolkit.title) was cancelled.", details: notExecuted)
            }
            let now = clock.now()
            let (verdict, known) = state.withLock { state -> (ConnectionPace.Verdict, CallLimits) in
                guard var pace = state.entries[connection.id]?.pace else { return (.go, CallLimits()) }
                let verdict = pace.take(now: now)
                state.entries[connection.id]?.pace = pace
                state.entries[connection.id]?.isChanged = true
                return (verdict, pace.limits(now: now))
            }
            let wait: Double
            switch verdict {
            case .go: return Permit(connection: connection.id, started: now)
            case .limited(let seconds), .broken(let seconds): wait = seconds
            }
            leave(connection.id)
            guard wait <= patience else { throw refusal(verdict, wait, known, toolkit, connection.id) }
            patience -= wait
            do {
                try await sleep(wait * (1 + 0.1 * random()))
            } catch {
                throw ToolFailure("cancelled", "The call to \(toolkit.title) was cancelled.", details: notExecuted)
            }
        }
    }

    /// Takes a permit back, and learns from how the call went.
    ///
    /// - Returns: What is known of the limits now: what the other side said, or else our own count.
    @discardableResult
    func finish(_ permit: Permit, _ outcome: ConnectionPace.Outcome, limits: RateLimits) -> CallLimits {
        let now = clock.now()
        let known = state.withLock { state -> CallLimits in
            guard var pace = state.entries[permit.connection]?.pace else { return CallLimits() }
            pace.learn(outcome, started: permit.started, limits: limits, now: now)
            state.entries[permit.connection]?.pace = pace
            state.entries[permit.connection]?.isChanged = true
            return pace.limits(now: now)
        }
        leave(permit.connection)
        let said = limits.known
        return said.isEmpty ? known : said
    }

    private var notExecuted: JSONObject { ["outcome": "not_executed"] }

    private func refusal(
        _ verdict: ConnectionPace.Verdict,
        _ wait: Double,
        _ known: CallLimits,
        _ toolkit: Toolkit,
        _ connection: String
    ) -> ToolFailure {
        let seconds = max(1, Int(wait.rounded(.up)))
        var failure: ToolFailure
        if case .broken = verdict {
            failure = ToolFailure(
                "not_answering",
                "\(toolkit.title) is not answering: the last calls over connection \(connection) failed. Nothing was "
                    + "sent. It is tried again in \(seconds) seconds by itself.",
                details: ["status": 503]
            )
        } else {
            failure = ToolFailure(
                "rate_limited",
                "The limit of calls to \(toolkit.title) over connection \(connection) is used up. Nothing was sent. "
                    + "Wait \(seconds) seconds before the next call.",
                details: ["status": 429]
            )
            for member in known.members { failure.details[member.name] = member.value }
            failure.details["ratelimit-remaining"] = 0
            failure.details["ratelimit-reset"] = .integer(seconds)
        }
        failure.details["retry_after"] = .integer(seconds)
        failure.details["outcome"] = "not_executed"
        return failure
    }

    // MARK: - The number at a time

    /// Waits for a place among the calls under way; false when the caller was cancelled.
    private func enter(_ connection: String, limits: [RateLimitRule.Limit], atOnce: Int) async -> Bool {
        let now = clock.now()
        let id = state.withLock { state -> UInt64? in
            if state.entries[connection] == nil {
                var pace = ConnectionPace(limits: limits, now: now)
                if let kept = state.kept.removeValue(forKey: connection) { pace.restore(kept, now: now) }
                state.entries[connection] = Entry(pace: pace)
            }
            guard
                state.entries[connection, default: Entry(pace: ConnectionPace(limits: [], now: now))].running >= atOnce
            else {
                state.entries[connection]?.running += 1
                return nil
            }
            state.waiters += 1
            return state.waiters
        }
        guard let id else { return true }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer = state.withLock { state -> Bool? in
                    if state.cancelled.remove(id) != nil { return false }
                    // A place may have become free since.
                    if let running = state.entries[connection]?.running, running < atOnce {
                        state.entries[connection]?.running += 1
                        return true
                    }
                    state.entries[connection]?.waiting.append(Waiter(id: id, continuation: continuation))
                    return nil
                }
                if let answer { continuation.resume(returning: answer) }
            }
        } onCancel: {
            cancel(id, connection)
        }
    }

    private func cancel(_ id: UInt64, _ connection: String) {
        let waiter = state.withLock { state -> Waiter? in
            guard let position = state.entries[connection]?.waiting.firstIndex(where: { $0.id == id }) else {
                state.cancelled.insert(id)
                return nil
            }
            return state.entries[connection]?.waiting.remove(at: position)
        }
        waiter?.continuation.resume(returning: false)
    }

    private func leave(_ connection: String) {
        let next = state.withLock { state -> Waiter? in
            guard let entry = state.entries[connection] else { return nil }
            // The place passes on to the one who has waited longest.
            if !entry.waiting.isEmpty { return state.entries[connection]?.waiting.removeFirst() }
            state.entries[connection]?.running -= 1
            return nil
        }
        next?.continuation.resume(returning: true)
    }
}
