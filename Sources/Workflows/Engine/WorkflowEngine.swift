package import Basics
package import JSON

/// Runs workflows: starts, continues and ends runs, and wakes those that wait.
///
/// Runs are driven by events: a decision, a signal, the end of another run or a time wakes exactly the run that waits for
/// it. After a start of the program, ``recover()`` goes on with everything that had not ended.
package actor WorkflowEngine {
    /// What an engine works with.
    package struct Parts: Sendable {
        package var journal: RunJournal
        package var library: any WorkflowLibrary
        package var tools: any StepTools
        package var models: any StepModels
        package var approvals: any RunApprovals
        /// What is wrong with a workflow as the tools and the other workflows are now; asked once for each text.
        package var check: @Sendable (Workflow) -> [Diagnostic] = { _ in [] }
        /// What formulas go by; stands still in the sandbox.
        package var clock: any WallClock
        /// What waiting goes by.
        package var wall: any WallClock = SystemClock()
        package var monotonic: @Sendable () -> UInt64 = monotonicNanoseconds
        /// Waits for seconds, or until its task is cancelled.
        package var pause: @Sendable (Double) async -> Void = { seconds in
            try? await Task.sleep(for: .milliseconds(Int64(seconds * 1000)))
        }
        /// How many runs are executed at the same time.
        package var width = 64
        package var log = Log.none

        package init(
            journal: RunJournal,
            library: any WorkflowLibrary,
            tools: any StepTools,
            models: any StepModels,
            approvals: any RunApprovals,
            clock: any WallClock
        ) {
            self.journal = journal
            self.library = library
            self.tools = tools
            self.models = models
            self.approvals = approvals
            self.clock = clock
        }
    }

    /// A run that is being executed.
    private struct Active {
        let control: RunControl
        /// Something happened meanwhile that it may have wanted to wait for.
        var isWoken = false
    }

    let parts: Parts
    let events = RunEvents()
    private var active: [String: Active] = [:]
    private var queue: [String] = []
    private var timers: [String: Timer] = [:]
    private var alarm: (at: Timestamp, task: Task<Void, Never>)?
    private var settling: [String: [UInt64: CheckedContinuation<Void, Never>]] = [:]
    private var nextTicket: UInt64 = 0
    private var idle: [CheckedContinuation<Void, Never>] = []
    private var compiled: [String: Workflow] = [:]
    /// The texts that were checked and may run.
    private var checked: Set<String> = []
    private var isClosed = false

    package init(_ parts: Parts) {
        self.parts = parts
    }

    var journal: RunJournal { parts.journal }

    // MARK: - Beginning

    /// Starts a run.
    ///
    /// - Throws: ``WorkflowError`` with code `not_found`, `invalid_workflow`, `invalid_input`, `already_running`, `closed` or
    ///   `storage`.
    /// - Returns: The run; for a schedule that has started one for this instant before, that one.
    package func start(_ request: RunRequest) async throws(WorkflowError) -> RunRecord {
        try await start(Identifier.make("run", at: parts.wall.now()), request)
    }

    func start(_ id: String, _ request: RunRequest) async throws(WorkflowError) -> RunRecord {
        guard !isClosed else { throw WorkflowError("closed", "the program is ending; start it again, then the run") }
        if request.parent != nil, let known = try await journal.run(id) { return known }
        let workflow = try await parts.library.workflow(named: request.workflow)
        try check(workflow)
        var run = try RunPreparation.record(id, of: workflow, for: request, at: parts.clock.now())
        run.createdAt = parts.wall.now()
        let source = JSONWriter.text(of: workflow.source.json)
        guard try await journal.add(run, source: source, version: workflow.version) else {
            throw WorkflowError("already_started", "the schedule has started a run for that time before")
        }
        compiled[workflow.sha256] = workflow
        enqueue(id)
        return run
    }

    private func check(_ workflow: Workflow) throws(WorkflowError) {
        guard !checked.contains(workflow.sha256) else { return }
        let errors = parts.check(workflow).filter { $0.severity == .error }
        guard errors.isEmpty else {
            throw WorkflowError(
                "invalid_workflow",
                "the workflow \(workflow.name) cannot be used:\n" + errors.map(\.description).joined(separator: "\n")
            )
        }
        if checked.count >= 256 { checked.removeAll() }
        checked.insert(workflow.sha256)
    }

    /// Goes on with every run that had not ended when the program did.
    package func recover() async throws(WorkflowError) {
        for run in try await journal.openRuns() {
            switch run.state {
            case .ready, .running, .cancelling: enqueue(run.id)
            case .waiting:
                // What a run waits for may have happened while nobody was there, so each looks once.
                if case .time(let until)? = run.waiting, until > parts.wall.now() {
                    arm(run.id, until)
                } else {
                    enqueue(run.id)
                }
            case .paused, .done, .failed, .cancelled: break
            }
        }
    }

    /// Stops every run at its next step, and waits until that has happened, for so many seconds at most; they go on at the
    /// next start.
    package func close(within seconds: Double = 10) async {
        isClosed = true
        queue.removeAll()
        alarm?.task.cancel()
        for run in active.values { run.control.request(.shutDown) }
        guard !active.isEmpty else { return }
        // A write that waits to be looked up may take minutes; its row is open, and the next start looks.
        let pause = parts.pause
        let timer = Task { [weak self] in
            await pause(seconds)
            await self?.stopWaiting()
        }
        await withCheckedContinuation { idle.append($0) }
        timer.cancel()
    }

    private func stopWaiting() {
        for continuation in idle { continuation.resume() }
        idle.removeAll()
    }

    /// Forgets every run without a word to the journal, as a process that is killed does.
    package func abandon() {
        isClosed = true
        queue.removeAll()
        timers.removeAll()
        alarm?.task.cancel()
        for run in active.values { run.control.request(.shutDown) }
    }

    // MARK: - Steering

    /// Stops a run at its next step, until somebody resumes it.
    package func pause(_ id: String) async throws(WorkflowError) {
        if let run = active[id] {
            run.control.request(.pause)
            return
        }
        queue.removeAll { $0 == id }
        timers[id] = nil
        guard try await journal.move(id, from: [.ready, .waiting], to: .paused) else {
            throw try await wrongState(id, "paused")
        }
        tell(id, .paused)
    }

    /// Goes on with a paused run, or with one that an earlier process left under way or waiting.
    package func resume(_ id: String) async throws(WorkflowError) {
        if try await journal.move(id, from: [.paused], to: .ready) { return enqueue(id) }
        let left: [RunState] = [.ready, .running, .waiting, .cancelling]
        guard active[id] == nil, let run = try await journal.run(id), left.contains(run.state) else {
            throw try await wrongState(id, "resumed")
        }
        enqueue(id)
    }

    /// Ends a run after what is under way, and the runs that it has started.
    package func cancel(_ id: String) async throws(WorkflowError) {
        let now = parts.wall.now()
        if let run = active[id] {
            _ = try await journal.move(id, from: [.running], to: .cancelling)
            run.control.request(.cancel)
        } else {
            queue.removeAll { $0 == id }
            timers[id] = nil
            guard let run = try await journal.run(id), !run.state.isEnded else {
                throw try await wrongState(id, "cancelled")
            }
            try await journal.end(id, as: .cancelled, elapsed: 0, at: now)
            tell(id, .cancelled)
            await ended(id, run.parent)
        }
        for child in try await journal.runs(parent: id, limit: 1000) where !child.state.isEnded {
            try await cancel(child.id)
        }
    }

    /// Runs an ended run again for what has failed or is not known in it; what was done stays done.
    package func redrive(_ id: String) async throws(WorkflowError) {
        guard try await journal.reopen(id) else {
            guard try await journal.run(id)?.state.isEnded == true else { throw try await wrongState(id, "redriven") }
            throw WorkflowError("wrong_state", "in the run \(id) nothing has failed and nothing is unknown")
        }
        enqueue(id)
    }

    /// Gives a run a signal.
    package func signal(_ id: String, name: String, payload: JSONValue) async throws(WorkflowError) {
        guard let run = try await journal.run(id) else { throw try await wrongState(id, "signalled") }
        guard !run.state.isEnded else { throw try await wrongState(id, "signalled") }
        try await journal.keepSignal(name, payload: payload, for: id, at: parts.wall.now())
        wake(id)
    }

    /// Lets a run look whether what it waits for has happened.
    package func wake(_ id: String) {
        if active[id] != nil {
            active[id]?.isWoken = true
        } else if !queue.contains(id) {
            enqueue(id)
        }
    }

    /// Waits until a run has ended, waits or is paused.
    package func settled(_ id: String) async throws(WorkflowError) -> RunRecord {
        if active[id] != nil || queue.contains(id) {
            nextTicket += 1
            let ticket = nextTicket
            await withCheckedContinuation { settling[id, default: [:]][ticket] = $0 }
        }
        guard let run = try await journal.run(id) else { throw try await wrongState(id, "found") }
        return run
    }

    /// Waits until a run has ended, waits or is paused, for so many seconds at most.
    package func settled(_ id: String, within seconds: Double) async {
        await look(id)
        guard active[id] != nil || queue.contains(id) else { return }
        nextTicket += 1
        let ticket = nextTicket
        let pause = parts.pause
        let timer = Task { [weak self] in
            await pause(seconds)
            await self?.giveUp(id, ticket)
        }
        await withCheckedContinuation { settling[id, default: [:]][ticket] = $0 }
        timer.cancel()
    }

    /// Lets a run go on that waits for a decision which was made, should the word of it not have come here yet.
    private func look(_ id: String) async {
        guard active[id] == nil, !queue.contains(id), let run = try? await journal.run(id), run.state == .waiting,
            case .approval(let approval, _)? = run.waiting,
            let decision = try? await parts.approvals.decision(approval),
            decision != .pending
        else { return }
        wake(id)
    }

    private func giveUp(_ id: String, _ ticket: UInt64) {
        settling[id]?.removeValue(forKey: ticket)?.resume()
    }

    /// What happens in a run from now on.
    package nonisolated func events(of id: String) -> AsyncStream<RunEvent> { events.stream(of: id) }

    private func wrongState(_ id: String, _ participle: String) async throws(WorkflowError) -> WorkflowError {
        guard let run = try await journal.run(id) else {
            return WorkflowError("not_found", "there is no run \(id); `switchboard runs list` shows them")
        }
        return WorkflowError("wrong_state", "the run \(id) is \(run.state.rawValue), so it cannot be \(participle)")
    }

    // MARK: - Executing

    private func enqueue(_ id: String) {
        guard !isClosed, active[id] == nil, !queue.contains(id) else { return }
        timers[id] = nil
        queue.append(id)
        startNext()
    }

    private func startNext() {
        while !isClosed, active.count < parts.width, !queue.isEmpty {
            let id = queue.removeFirst()
            let pause = parts.pause
            let control = RunControl(pause: pause)
            active[id] = Active(control: control)
            Task { await self.execute(id, control) }
        }
    }

    private func execute(_ id: String, _ control: RunControl) async {
        let next = await begin(id, control)
        let isWoken = active.removeValue(forKey: id)?.isWoken ?? false
        switch next {
        case .wait where isWoken: queue.append(id)
        case .wait(let until?): arm(id, until)
        case .wait(nil), .nothing: break
        }
        if !queue.contains(id) {
            for continuation in (settling.removeValue(forKey: id) ?? [:]).values { continuation.resume() }
        }
        startNext()
        if active.isEmpty { stopWaiting() }
    }

    private enum Next {
        /// Until an instant, or until somebody wakes it.
        case wait(Timestamp?)
        case nothing
    }

    private func begin(_ id: String, _ control: RunControl) async -> Next {
        do throws(WorkflowError) {
            guard var run = try await journal.run(id), !run.state.isEnded, run.state != .paused else { return .nothing }
            if run.state == .cancelling { control.request(.cancel) }
            let workflow = try await workflow(of: run)
            // What formulas see as the start goes by the clock of formulas, as all they see.
            let started = parts.clock.now()
            run.startedAt = run.startedAt ?? started
            let from: [RunState] = [.ready, .running, .waiting]
            if run.state != .cancelling, try await journal.move(id, from: from, to: .running, startedAt: started) {
                run.state = .running
                tell(id, .running)
            }
            control.begin(StepCharge(writes: run.writes, toolCalls: run.toolCalls, tokens: run.tokens))
            let execution = RunExecution(run: run, workflow: workflow, services: services, control: control)
            let outcome: Result<StepValue, RunStop>
            do throws(RunStop) {
                outcome = .success(try await execution.execute())
            } catch {
                // What somebody asked for meanwhile counts before what the run itself waits for.
                outcome = .failure(error.isSuspension ? control.stop ?? error : error)
            }
            return try await finish(run, outcome, elapsed: execution.elapsed)
        } catch {
            // The state in the journal says that it has not ended, so it goes on when the journal can be used again.
            parts.log.error("a run cannot go on for now", ["run": id, "error": error.message])
            return .wait(parts.wall.now().adding(seconds: 10))
        }
    }

    private func finish(
        _ run: RunRecord,
        _ outcome: Result<StepValue, RunStop>,
        elapsed: Int64
    ) async throws(WorkflowError) -> Next {
        let now = parts.wall.now()
        switch outcome {
        case .success(let value):
            try await journal.end(run.id, as: .done, result: value.json, elapsed: elapsed, at: now)
            tell(run.id, .done)
        case .failure(.failure(let failure)):
            try await journal.end(run.id, as: .failed, failure: failure, elapsed: elapsed, at: now)
            tell(run.id, .failed)
        case .failure(.planned):
            let failure = StepFailure("internal", "the plan of an approval was asked for outside of one")
            try await journal.end(run.id, as: .failed, failure: failure, elapsed: elapsed, at: now)
            tell(run.id, .failed)
        case .failure(.cancelled):
            try await journal.end(run.id, as: .cancelled, elapsed: elapsed, at: now)
            tell(run.id, .cancelled)
        case .failure(.paused):
            _ = try await journal.move(run.id, from: [.running], to: .paused, elapsed: elapsed)
            tell(run.id, .paused)
            return .nothing
        case .failure(.shutDown):
            _ = try await journal.move(run.id, from: [.running], to: .ready, elapsed: elapsed)
            return .nothing
        case .failure(.suspended(let wait)):
            _ = try await journal.move(run.id, from: [.running], to: .waiting, waiting: wait, elapsed: elapsed)
            tell(run.id, .waiting, wait)
            return .wait(wait.until)
        }
        await ended(run.id, run.parent)
        return .nothing
    }

    private func ended(_ id: String, _ parent: String?) async {
        timers[id] = nil
        if let parent { wake(parent) }
    }

    private func tell(_ id: String, _ state: RunState, _ waiting: RunWait? = nil) {
        events.send(.state(state, waiting: waiting), of: id)
    }

    /// Who may see a run, as the text says that it began with.
    ///
    /// - Throws: ``WorkflowError`` with code `storage` or `invalid_workflow`.
    package func privacy(of run: RunRecord) async throws(WorkflowError) -> WorkflowPrivacy {
        try await workflow(of: run).privacy
    }

    private func workflow(of run: RunRecord) async throws(WorkflowError) -> Workflow {
        if let known = compiled[run.definition] { return known }
        guard let text = try await journal.source(of: run.definition), let json = try? JSONParser.parse(text),
            let source = WorkflowSource(json: json)
        else {
            throw WorkflowError(
                "storage",
                "the text of the run \(run.id) is missing from the journal or damaged; restore a backup"
            )
        }
        let workflow = try await parts.library.workflow(from: source)
        if compiled.count >= 256 { compiled.removeAll() }
        compiled[run.definition] = workflow
        return workflow
    }

    private var services: RunServices {
        let events = events
        return RunServices(
            journal: journal,
            tools: parts.tools,
            models: parts.models,
            approvals: parts.approvals,
            children: EngineChildren(engine: self),
            clock: parts.clock,
            wall: parts.wall,
            monotonic: parts.monotonic,
            events: { event, run in events.send(event, of: run) }
        )
    }

    // MARK: - Time

    private struct Timer {
        let at: Timestamp
        /// Milliseconds that it was to take.
        let length: Int64

        /// Whether the run looks: the instant has come, or the clock was set back, and what it waits for may be a disk or a
        /// limit, which knows no clock.
        func isDue(_ now: Timestamp) -> Bool {
            at <= now || at.milliseconds - now.milliseconds > max(0, length) + 1000
        }
    }

    private func arm(_ id: String, _ instant: Timestamp) {
        guard !isClosed else { return }
        timers[id] = Timer(at: instant, length: instant.milliseconds - parts.wall.now().milliseconds)
        if alarm == nil || instant < (alarm?.at ?? instant) { setAlarm() }
    }

    /// Waits for the earliest time only; a clock that jumps is noticed after a minute at the latest.
    private func setAlarm() {
        alarm?.task.cancel()
        alarm = nil
        guard let earliest = timers.values.map(\.at).min() else { return }
        let milliseconds = max(0, earliest.milliseconds - parts.wall.now().milliseconds)
        let seconds = min(60, Double(milliseconds) / 1000)
        let pause = parts.pause
        alarm = (
            earliest,
            Task { [weak self] in
                await pause(seconds)
                guard !Task.isCancelled else { return }
                await self?.ring()
            }
        )
    }

    private func ring() {
        alarm = nil
        let now = parts.wall.now()
        for (id, timer) in timers where timer.isDue(now) {
            timers[id] = nil
            enqueue(id)
        }
        setAlarm()
    }
}

/// Lets executions start runs of their own.
private struct EngineChildren: RunChildren {
    let engine: WorkflowEngine

    func start(_ id: String, _ request: RunRequest) async throws(WorkflowError) -> RunRecord {
        try await engine.start(id, request)
    }
}
