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

    private let settings: LedgerSettings
    private let clock: any WallClock
    private let remoteClock: any WallClock
    private let sleep: @Sendable (Double) async throws -> Void
    private let log: Log
    private let state = Locked(State())

    /// How many writes one round of looks is for.
    private static let mostLooks = 20

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
        let recovery = provider as? any WriteRecovery
        var rules = WriteRules(connection: call.connection ?? "\(tool.toolkit)/\(call.user)")
        if let recovery {
            switch await recovery.prepare(call) {
            case .ready(let ready): rules = ready
            case .refused(let result): return result
            }
        }
        if let longest = settings.longestSettle { rules.settle = rules.settle.limited(to: longest) }
        let attempt = WriteAttempt(
            call: call,
            tool: tool,
            provider: provider,
            rules: rules,
            key: WriteLedger.key(call, connection: rules.connection),
            fence: options.fence
        )
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
        guard call.once != nil else { return nil }
        var connection = call.connection ?? "\(tool.toolkit)/\(call.user)"
        if let recovery = provider as? any WriteRecovery {
            guard case .ready(let rules) = await recovery.prepare(call) else { return nil }
            connection = rules.connection
        }
        guard let entry = try? await store.entry(key: WriteLedger.key(call, connection: connection)),
            entry.state == .done,
            entry.argumentsHash == SHA256.hash(JSONWriter.bytes(of: .object(call.arguments), sorted: true))
        else { return nil }
        return WriteResults.again(entry)
    }

    /// Follows up what an earlier process left open, in the background; rows of runs wait for their engine.
    ///
    /// - Throws: ``LedgerError`` with code `storage`.
    package func recover(from catalog: @autoclosure () -> ToolCatalog) async throws(LedgerError) {
        try await store.reopen()
        var query = WriteQuery(states: [.intent], withoutRun: true, limit: 500)
        while true {
            let (entries, damaged) = try await store.entries(query)
            for id in damaged { log.error("a row of the write ledger is damaged", ["write": id]) }
            for entry in entries {
                let (flight, isNew) = fly(entry.key, isFollowUp: true)
                if isNew { follow(entry, catalog(), flight) }
            }
            guard let last = entries.last, entries.count + damaged.count >= query.limit else { return }
            query.after = last.id
        }
    }

    /// Looks once for each unknown write whose next look is due, and sends none of them again.
    ///
    /// What can be looked up is looked for with what a caller's next attempt would use. A row that is looked for without
    /// success waits for the next of ``LedgerSettings/laterLooks``, and after the last of them for a person.
    ///
    /// - Parameters:
    ///   - now: Our own time.
    ///   - catalog: Where the tools are that say how their writes are found.
    /// - Returns: The looks that were made.
    /// - Throws: ``LedgerError`` with code `storage`.
    package func lookAgain(
        at now: Timestamp,
        in catalog: @autoclosure () -> ToolCatalog
    ) async throws(LedgerError) -> [WriteLook] {
        let (entries, damaged) = try await store.due(by: now, limit: WriteLedger.mostLooks)
        for id in damaged {
            log.error("a row of the write ledger is damaged", ["write": id])
            try await store.postpone(id, looks: 0, until: nil)
        }
        guard !entries.isEmpty else { return [] }
        let catalog = catalog()
        var looks: [WriteLook] = []
        for entry in entries where !Task.isCancelled {
            // Whoever asks for it at this moment looks for it anyway.
            let (flight, isNew) = fly(entry.key, isFollowUp: true)
            guard isNew else { continue }
            do throws(LedgerError) {
                let (look, result) = try await look(for: entry, catalog, flight, now)
                land(entry.key, flight, result)
                if let look { looks.append(look) }
            } catch {
                land(entry.key, flight, WriteResults.unknown(entry))
                throw error
            }
        }
        return looks
    }

    private func look(
        for stale: WriteEntry,
        _ catalog: ToolCatalog,
        _ flight: WriteFlight,
        _ now: Timestamp
    ) async throws(LedgerError) -> (WriteLook?, ToolResult) {
        // It may have been settled before the flight was taken.
        guard let entry = try await store.entry(stale.id), entry.state == .unknown else {
            return (nil, WriteResults.unknown(stale))
        }
        let recovery = catalog.provider(of: entry.tool) as? any WriteRecovery
        let canBeFound = entry.effect == .send ? false : await canBeFound(entry, recovery)
        var result = WriteResults.unknown(entry)
        if canBeFound { result = await investigate(entry, recovery, canBeFound: true, flight, looks: 1) }
        guard !Task.isCancelled, let after = try await store.entry(entry.id) else { return (nil, result) }
        if after.state == .unknown {
            let made = entry.looks + 1
            let pause = made < settings.laterLooks.count ? settings.laterLooks[made] : nil
            try await store.postpone(entry.id, looks: made, until: pause.map { now.adding(seconds: $0) })
        } else {
            log.info("a look told what became of a write", ["write": entry.id, "state": after.state.rawValue])
        }
        return (canBeFound ? WriteLook(write: entry, outcome: after) : nil, result)
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

    private func fly(_ key: [UInt8], isFollowUp: Bool = false) -> (WriteFlight, isNew: Bool) {
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

    private func run(_ key: [UInt8], _ flight: WriteFlight, _ body: @escaping @Sendable () async -> ToolResult) {
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

    private func land(_ key: [UInt8], _ flight: WriteFlight, _ result: ToolResult, task number: Int? = nil) {
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

    /// Follows up a write that nobody waits for: it is never sent again.
    private func follow(_ entry: WriteEntry, _ catalog: ToolCatalog, _ flight: WriteFlight) {
        run(entry.key, flight) {
            let recovery = catalog.provider(of: entry.tool) as? any WriteRecovery
            return await self.investigate(
                entry,
                recovery,
                canBeFound: await self.canBeFound(entry, recovery),
                flight,
                looks: self.settings.looks
            )
        }
    }

    private func canBeFound(_ entry: WriteEntry, _ recovery: (any WriteRecovery)?) async -> Bool {
        guard let call = entry.call, case .ready(let rules)? = await recovery?.prepare(call) else { return false }
        return rules.canBeFound
    }

    /// Looks for a write, and settles it as far as looking tells.
    private func investigate(
        _ entry: WriteEntry,
        _ recovery: (any WriteRecovery)?,
        canBeFound: Bool,
        _ flight: WriteFlight,
        looks: Int
    ) async -> ToolResult {
        do throws(LedgerError) {
            let skew = settings.skew
            let sent = entry.call.map {
                SentWrite(call: $0, mark: entry.mark, since: entry.since.adding(seconds: -skew))
            }
            let resolution = try await reconcile(entry, recovery, canBeFound, flight, sent, looks: looks)
            return try await conclude(entry, resolution)
        } catch {
            log.error("an uncertain write could not be followed up", ["write": entry.id, "error": error.message])
            return WriteResults.unknown(entry)
        }
    }

    /// Settles a write that is not sent again.
    private func conclude(_ entry: WriteEntry, _ resolution: Resolution) async throws(LedgerError) -> ToolResult {
        switch resolution {
        case .done(let entry, let record): return WriteResults.found(entry, record: record)
        case .unknown(let entry): return WriteResults.unknown(entry)
        case .interrupted: return WriteResults.unknown(entry)
        case .repeatable(let why): return WriteResults.unknown(try await giveUp(entry, why))
        case .absent(let why):
            return WriteResults.absent(
                try await store.deny(entry.id, status: entry.status, evidence: "lookup", reason: why)
            )
        }
    }

    private enum Resolution {
        case done(WriteEntry, JSONValue?)
        /// It is not there.
        case absent(String)
        /// Nobody knows, and doing it twice is doing it once.
        case repeatable(String)
        case unknown(WriteEntry)
        /// The program ends; the next start goes on.
        case interrupted
    }

    private func reconcile(
        _ entry: WriteEntry,
        _ recovery: (any WriteRecovery)?,
        _ canBeFound: Bool,
        _ flight: WriteFlight,
        _ sent: SentWrite?,
        looks: Int
    ) async throws(LedgerError) -> Resolution {
        // What cannot be looked up and must not be repeated is known to be unknown at once.
        let mayRepeat = entry.effect == .set || entry.effect == .keyed
        guard mayRepeat || (canBeFound && entry.effect != .send), let sent else {
            return .unknown(try await giveUp(entry, "what it did cannot be looked up"))
        }
        guard await settled(entry, flight) else { return .interrupted }
        guard canBeFound, let recovery else { return .repeatable("what it did cannot be looked up") }
        var why = ""
        for look in 1...looks {
            FaultPoint.reach("before-look")
            let finding = await recovery.find(sent)
            FaultPoint.reach("after-look")
            switch finding {
            case .absent where entry.effect == .destroy:
                return .done(
                    try await store.confirm(entry.id, remoteID: nil, evidence: "lookup", result: nil),
                    ["done": true]
                )
            case .absent: return .absent("it is not there")
            case .found where entry.effect == .destroy:
                return .unknown(try await giveUp(entry, "what it should have removed is still there"))
            case .found(let records):
                switch try await store.adopt(
                    entry,
                    records,
                    isMarked: entry.mark != nil || entry.effect == .set,
                    limit: settings.largestResult
                ) {
                case .adopted(let id, let ofMany):
                    FaultPoint.reach("after-adopt")
                    if ofMany, entry.effect != .set {
                        log.error("a write was made more than once", ["write": entry.id, "tool": entry.tool])
                    }
                    var adopted = entry
                    (adopted.state, adopted.remoteID) = (.done, id)
                    return .done(adopted, records.first { $0.id == id }?.record)
                case .allTaken: return .absent("it is not there")
                case .contested: why = "several records or writes are alike, and nothing says which is which"
                }
            case .cannotTell(let reason): why = "looking for it failed: \(reason)"
            }
            guard look < looks else { break }
            let pause = settings.lookPause * Double(1 << (look - 1))
            flight.doubt(WriteResults.unknown(entry), wait: pause)
            guard (try? await sleep(pause)) != nil else { return .interrupted }
        }
        if mayRepeat { return .repeatable(why) }
        return .unknown(try await giveUp(entry, why))
    }

    private func giveUp(_ entry: WriteEntry, _ reason: String) async throws(LedgerError) -> WriteEntry {
        guard entry.state != .unknown else { return entry }
        let entry = try await store.giveUp(
            entry.id,
            reason: entry.reason.map { "\(reason) (\($0))" } ?? reason,
            lookIn: entry.effect == .send ? nil : settings.laterLooks.first
        )
        log.warning("the outcome of a write is not known", ["write": entry.id, "tool": entry.tool])
        return entry
    }

    /// Waits until looking tells the truth; false when the program ends first.
    private func settled(_ entry: WriteEntry, _ flight: WriteFlight) async -> Bool {
        let wait = entry.settling(now: clock.now(), uptime: clock.uptime())
        guard wait > 0 else { return true }
        flight.doubt(WriteResults.unknown(entry), wait: wait)
        return (try? await sleep(wait)) != nil
    }

    /// A write on its way through this process.
    private struct WriteAttempt: Sendable {
        var call: ToolCall
        var tool: ToolSpecification
        var provider: (any ToolProvider)?
        var rules: WriteRules
        var key: [UInt8]
        var fence: (@Sendable () async -> Bool)?

        var recovery: (any WriteRecovery)? { provider as? any WriteRecovery }

        var argumentsHash: [UInt8] { SHA256.hash(JSONWriter.bytes(of: .object(call.arguments), sorted: true)) }

        func draft(since: Timestamp) -> LedgerStore.Draft {
            LedgerStore.Draft(
                key: key,
                connection: rules.connection,
                tool: tool.name,
                effect: tool.effect,
                user: call.user,
                once: call.once,
                argumentsHash: argumentsHash,
                arguments: call.arguments,
                mark: rules.takesMark ? "(ref \(Hex.encode(Array(key.prefix(5)))))" : nil,
                settle: rules.settle.afterSilence,
                since: since,
                context: call.context
            )
        }

        func marked(_ mark: String?) -> ToolCall {
            guard let mark, let recovery else { return call }
            return recovery.marked(call, with: mark)
        }

        func sent(_ entry: WriteEntry, skew: Double) -> SentWrite {
            // What was sent is what has to be found, whatever is asked for now.
            SentWrite(call: entry.call ?? call, mark: entry.mark, since: entry.since.adding(seconds: -skew))
        }
    }
}
