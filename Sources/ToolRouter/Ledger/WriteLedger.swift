package import Basics
import Cryptography
import JSON
package import Tools

/// Makes writes: each is on disk before its first byte is sent, and its outcome before its caller is answered.
///
/// No system promises that a write to a foreign API happens exactly once. What is promised here is that none is sent
/// twice without having been looked for in between, and that one that cannot be looked for is told to a person by its id.
package final class WriteLedger: Sendable {
    package let store: LedgerStore

    private struct State {
        var flights: [[UInt8]: WriteFlight] = [:]
        var tasks: [Int: Task<Void, Never>] = [:]
        var made = 0
        var isClosed = false
    }

    let settings: LedgerSettings
    let clock: any WallClock
    private let remoteClock: any WallClock
    let sleep: @Sendable (Double) async throws -> Void
    let log: Log
    private let state = Locked(State())

    /// Makes the ledger; the migrations of ``LedgerStore`` must have been applied.
    ///
    /// - Parameters:
    ///   - store: The rows.
    ///   - settings: How patient it is.
    ///   - clock: Our own time.
    ///   - remoteClock: The other side's time, where that is known to differ; nil for our own.
    ///   - sleep: Waits for so many seconds; throws when the task is cancelled.
    ///   - log: Is told what a person should know.
    package init(
        store: LedgerStore,
        settings: LedgerSettings = LedgerSettings(),
        clock: any WallClock = SystemClock(),
        remoteClock: (any WallClock)? = nil,
        sleep: @escaping @Sendable (Double) async throws -> Void,
        log: Log = .none
    ) {
        self.store = store
        self.settings = settings
        self.clock = clock
        self.remoteClock = remoteClock ?? clock
        self.sleep = sleep
        self.log = log
    }

    /// Makes a write, or says what came of it when it was made before.
    ///
    /// Cancelling the caller does not call back what has been sent.
    package func execute(
        _ call: ToolCall,
        tool: ToolSpecification,
        provider: any ToolProvider,
        options: WriteOptions = WriteOptions()
    ) async -> ToolResult {
        let attempt: WriteAttempt
        switch await prepare(call, tool, provider, fence: options.fence) {
        case .ready(let ready): attempt = ready
        case .refused(let result): return result
        }
        var (flight, isNew) = fly(attempt.key)
        if isNew { start(attempt, flight) }
        var result = await flight.value(patience: options.patience ?? settings.patience)
        if !isNew, flight.isFollowUp, result.problem?.outcome == .notExecuted {
            // What an earlier process left has turned out not to be there, and here is somebody who asks for it.
            (flight, isNew) = fly(attempt.key)
            if isNew { start(attempt, flight) }
            result = await flight.value(patience: options.patience ?? settings.patience)
        }
        // Somebody who joined a flight with other arguments under its own key must be told as well.
        if !isNew, call.once != nil { return await joined(attempt, result) }
        return result
    }

    /// The answer to a write that was done before under the same name with the same arguments; nil for any other.
    package func settled(_ call: ToolCall, tool: ToolSpecification, provider: any ToolProvider) async -> ToolResult? {
        guard call.once != nil, case .ready(let attempt) = await prepare(call, tool, provider, fence: nil),
            let entry = try? await store.entry(key: attempt.key), entry.state == .done,
            entry.argumentsHash == attempt.argumentsHash
        else { return nil }
        return WriteResults.again(entry)
    }

    /// Settles a write as a person has seen it.
    ///
    /// - Parameters:
    ///   - id: The write.
    ///   - remoteID: The other side's id of what was written; nil when nothing was.
    ///   - isDone: Whether it was done.
    ///   - person: Who says so.
    /// - Throws: ``LedgerError`` with code `notFound`, `conflict` when it is not unknown, or `storage`.
    package func settle(
        _ id: String,
        isDone: Bool,
        remoteID: String?,
        by person: String
    ) async throws(LedgerError) -> WriteEntry {
        guard let entry = try await store.entry(id) else { throw LedgerStore.missing(id) }
        guard entry.state == .unknown, state.withLock({ $0.flights[entry.key] == nil }) else {
            throw LedgerError(
                .conflict,
                entry.state == .intent || entry.state == .unknown
                    ? "The write \(id) is being looked up; wait until it is done, failed or unknown."
                    : "The write \(id) is \(entry.state.rawValue); only an unknown one can be settled."
            )
        }
        let evidence = "person:\(person)"
        return isDone
            ? try await store.confirm(id, remoteID: remoteID, evidence: evidence, result: nil)
            : try await store.deny(id, status: nil, evidence: evidence, reason: "a person found that it was not done")
    }

    /// Writes down that a write is meant to be made, and returns its row; what is there under its name stays as it is.
    ///
    /// - Throws: ``LedgerError`` with code `storage`.
    package func plan(
        _ call: ToolCall,
        tool: ToolSpecification,
        rules: WriteRules
    ) async throws(LedgerError) -> WriteEntry {
        let key = WriteLedger.key(call, connection: rules.connection)
        let attempt = WriteAttempt(call: call, tool: tool, provider: nil, rules: rules, key: key)
        return try await store.plan(attempt.draft(since: remoteClock.now()))
    }

    /// Writes down that somebody who may has agreed to a plan.
    ///
    /// - Throws: ``LedgerError`` with code `notFound`, `conflict` or `storage`.
    package func approve(_ id: String) async throws(LedgerError) -> WriteEntry { try await store.approve(id) }

    /// Drops a write before anything was sent.
    ///
    /// - Throws: ``LedgerError`` with code `notFound`, `conflict` or `storage`.
    package func withdraw(_ id: String, reason: String) async throws(LedgerError) -> WriteEntry {
        try await store.withdraw(id, reason: reason)
    }

    /// Waits until nothing is under way any more; for tests.
    package func drain() async {
        while let task = state.withLock({ $0.tasks.values.first }) { await task.value }
    }

    /// Gives up waiting for what is uncertain; the next start goes on with it.
    package func close() async {
        let tasks = state.withLock { state in
            state.isClosed = true
            return Array(state.tasks.values)
        }
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    private enum Preparation {
        case ready(WriteAttempt)
        case refused(ToolResult)
    }

    private func prepare(
        _ call: ToolCall,
        _ tool: ToolSpecification,
        _ provider: any ToolProvider,
        fence: (@Sendable () async -> Bool)?
    ) async -> Preparation {
        var rules = WriteRules(connection: call.connection ?? "\(tool.toolkit)/\(call.user)")
        if let recovery = provider as? any WriteRecovery {
            switch await recovery.prepare(call) {
            case .ready(let ready): rules = ready
            case .refused(let result): return .refused(result)
            }
        }
        if let longest = settings.longestSettle { rules.settle = rules.settle.limited(to: longest) }
        let key = WriteLedger.key(call, connection: rules.connection)
        return .ready(WriteAttempt(call: call, tool: tool, provider: provider, rules: rules, key: key, fence: fence))
    }

    // MARK: - Flights

    /// The key of a write: under one key there is one row.
    static func key(_ call: ToolCall, connection: String) -> [UInt8] {
        guard let once = call.once else { return RandomBytes.make(32) }
        // An agent's keys are its own: two endpoints that both count from 1 mean different writes.
        let scope =
            call.onceRule == .sameArguments ? call.context.endpoint ?? call.context.actor ?? call.user : ""
        var hash = SHA256()
        for part in [connection, call.tool, scope, once] {
            hash.update("\(part.utf8.count):")
            hash.update(part)
        }
        return hash.finalize()
    }

    func fly(_ key: [UInt8], isFollowUp: Bool = false) -> (WriteFlight, isNew: Bool) {
        state.withLock { state in
            if let flight = state.flights[key] { return (flight, false) }
            let flight = WriteFlight(isFollowUp: isFollowUp, sleep: sleep)
            state.flights[key] = flight
            return (flight, true)
        }
    }

    private func start(_ attempt: WriteAttempt, _ flight: WriteFlight) {
        run(attempt.key, flight) { await self.make(attempt, flight) }
    }

    func run(_ key: [UInt8], _ flight: WriteFlight, _ body: @escaping @Sendable () async -> ToolResult) {
        let number = state.withLock { state in
            state.made += 1
            return state.made
        }
        let task = Task {
            land(key, flight, await body(), task: number)
        }
        state.withLock { state in
            // The task may be over already.
            if state.flights[key] === flight { state.tasks[number] = task }
            if state.isClosed { task.cancel() }
        }
    }

    func land(_ key: [UInt8], _ flight: WriteFlight, _ result: ToolResult, task number: Int? = nil) {
        state.withLock { state in
            state.flights[key] = nil
            if let number { state.tasks[number] = nil }
        }
        flight.finish(result)
    }

    /// The answer for a caller who waited for somebody else's write of the same name.
    private func joined(_ attempt: WriteAttempt, _ result: ToolResult) async -> ToolResult {
        guard let id = result.write, let entry = try? await store.entry(id) else { return result }
        if attempt.call.onceRule == .sameArguments, entry.argumentsHash != attempt.argumentsHash {
            return WriteResults.conflict(entry)
        }
        return entry.state == .done ? WriteResults.again(entry) : result
    }

    // MARK: - One write

    private func make(_ attempt: WriteAttempt, _ flight: WriteFlight) async -> ToolResult {
        let beginning: LedgerStore.Beginning
        do throws(LedgerError) {
            FaultPoint.reach("before-intent")
            beginning = try await store.begin(attempt.draft(since: remoteClock.now()))
            FaultPoint.reach("after-intent")
        } catch { return WriteResults.storage(error, tool: attempt.tool.name) }
        switch beginning {
        case .send(let entry): return await send(entry, attempt, flight)
        case .existing(let entry):
            if attempt.call.onceRule == .sameArguments, entry.argumentsHash != attempt.argumentsHash {
                return WriteResults.conflict(entry)
            }
            if entry.state == .done { return WriteResults.again(entry) }
            return await resolve(entry, attempt, flight)
        }
    }

    private func send(
        _ first: WriteEntry,
        _ attempt: WriteAttempt,
        _ flight: WriteFlight,
        sent: Int = 1
    ) async -> ToolResult {
        do throws(LedgerError) {
            if let fence = attempt.fence, !(await fence()) {
                let entry = try await store.deny(
                    first.id,
                    status: nil,
                    evidence: "fence",
                    reason: "the run was taken over"
                )
                return WriteResults.fenced(entry)
            }
            FaultPoint.reach("before-send")
            guard let provider = attempt.provider else { return WriteResults.unknown(first) }
            var call = attempt.marked(first.mark)
            call.permit = WritePermit(write: first.id)
            var result = await provider.call(call)
            result.write = first.id
            FaultPoint.reach("after-reply")
            let answer = WriteAnswer(result, attempt: first.attempts)
            switch answer {
            case .done(let remoteID):
                _ = try await store.confirm(
                    first.id,
                    remoteID: remoteID,
                    evidence: "reply",
                    result: first.once != nil && result.payload.count <= settings.largestResult ? result.payload : nil
                )
                FaultPoint.reach("after-outcome")
                return result
            case .denied(let status, let code, _):
                _ = try await store.deny(first.id, status: status, evidence: "reply", reason: code)
                FaultPoint.reach("after-outcome")
                return result
            case .uncertain(let status, let code, let wasAnswered):
                let settle = attempt.rules.settle
                let entry = try await store.doubt(
                    first.id,
                    seconds: wasAnswered ? settle.afterAnswer : settle.afterSilence,
                    status: status,
                    reason: status.map { "\(code), HTTP \($0)" } ?? code
                )
                FaultPoint.reach("after-doubt")
                var resolved = await resolve(entry, attempt, flight, sent: sent)
                resolved.request = resolved.request ?? result.request
                return resolved
            }
        } catch {
            // It was sent and cannot be written down: the row still says so, and the next start looks.
            log.error("the outcome of a write could not be written down", ["write": first.id, "error": error.message])
            return WriteResults.unknown(first)
        }
    }

    /// Finds out what became of an uncertain write, and sends it again where that is right.
    private func resolve(
        _ entry: WriteEntry,
        _ attempt: WriteAttempt,
        _ flight: WriteFlight,
        sent: Int = 0
    ) async -> ToolResult {
        do throws(LedgerError) {
            let wanted = attempt.sent(entry, skew: settings.skew)
            let resolution = try await reconcile(
                entry,
                attempt.recovery,
                attempt.rules.canBeFound,
                flight,
                wanted,
                looks: settings.looks
            )
            if case .absent = resolution, sent < settings.attempts, !flight.isAbandoned {
                return try await sendAgain(entry, attempt, flight, sent: sent)
            }
            if case .repeatable = resolution, sent < settings.attempts, !flight.isAbandoned {
                return try await sendAgain(entry, attempt, flight, sent: sent)
            }
            return try await conclude(entry, resolution)
        } catch {
            log.error("an uncertain write could not be followed up", ["write": entry.id, "error": error.message])
            return WriteResults.unknown(entry)
        }
    }

    private func sendAgain(
        _ entry: WriteEntry,
        _ attempt: WriteAttempt,
        _ flight: WriteFlight,
        sent: Int
    ) async throws(LedgerError) -> ToolResult {
        FaultPoint.reach("before-resend")
        let again = try await store.sendAgain(entry.id, attempt.draft(since: remoteClock.now()))
        FaultPoint.reach("after-intent")
        return await send(again, attempt, flight, sent: sent + 1)
    }
}
