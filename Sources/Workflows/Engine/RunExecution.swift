import Basics
import JSON
import Tools

/// Executes one run, step after step, until it ends or has to wait.
///
/// The journal is asked before a step is executed and told before anything rests on it, so an execution that is killed is
/// taken up by the next one where it was. Its own state is what can be computed from the journal again.
final class RunExecution: Sendable {
    /// What a step can see, and where it is.
    struct Place: Sendable {
        /// The items of the loops around it.
        var item = ""
        var scope: FormulaScope
        /// The steps of this item, or of the run outside loops, that were executed before this execution began.
        var known: [String: StepRecord] = [:]
        /// The step's value under its id, before it is bound.
        mutating func bind(_ id: String?, _ value: StepValue) {
            guard let id else { return }
            scope.bindings[id] = value.json
        }
    }

    let run: RunRecord
    let workflow: Workflow
    let services: RunServices
    let control: RunControl
    /// Whether steps were executed before this execution began, so that the journal has to be asked.
    let isContinued: Bool
    /// The approval whose plan this execution is to find out anew; it reads, and writes nothing down.
    let shadowTarget: String?
    private let startedAt: UInt64

    init(
        run: RunRecord,
        workflow: Workflow,
        services: RunServices,
        control: RunControl,
        shadowTarget: String? = nil
    ) {
        self.run = run
        self.shadowTarget = shadowTarget
        self.workflow = workflow
        self.services = services
        self.control = control
        isContinued = run.attempt > 0 || shadowTarget != nil
        startedAt = services.monotonic()
    }

    var journal: RunJournal { services.journal }

    /// Whether nothing is written down and nothing is changed.
    var isShadow: Bool { shadowTarget != nil }

    /// Milliseconds since this execution began.
    var elapsed: Int64 { Int64((services.monotonic() - startedAt) / 1_000_000) }

    /// Runs until the end.
    ///
    /// - Returns: What the run gives.
    @concurrent func execute() async throws(RunStop) -> StepValue {
        let known =
            isContinued
            ? try await stored { () async throws(WorkflowError) in
                try await self.journal.steps(of: self.run.id, item: "")
            } : [:]
        var place = Place(scope: FormulaScope(bindings: bindings, now: services.clock.now()), known: known)
        switch try await block(workflow.steps, &place) {
        case .fell: return .nothing
        case .gave(let value): return value
        }
    }

    private var bindings: [String: JSONValue] {
        var about: JSONObject = [
            "id": .string(run.id), "trigger": .string(run.trigger), "actor": .string(run.actor),
            "startedAt": .string((run.startedAt ?? run.createdAt).iso8601), "preview": .bool(run.isPreview),
        ]
        about["scheduledFor"] = .string((run.scheduledFor ?? run.startedAt ?? run.createdAt).iso8601)
        return ["input": .object(run.input), "run": .object(about)]
    }

    /// Runs steps one after the other.
    func block(_ steps: [Step], _ place: inout Place) async throws(RunStop) -> BlockEnd {
        for step in steps {
            if let end = try await self.step(step, &place) { return .gave(end) }
        }
        return .fell
    }

    /// Runs one step, unless the journal has it.
    ///
    /// - Returns: The value with which the step ends its block; nil when the block goes on.
    private func step(_ step: Step, _ place: inout Place) async throws(RunStop) -> StepValue? {
        try control.check()
        try checkMinutes()
        place.scope.now = services.clock.now()
        let record = isShadow && !keepsOutcome(step) ? nil : place.known[step.path]
        if let record, record.state != .waiting, let end = try replay(step, record, &place) { return end.ended }
        do {
            if record == nil, let condition = step.condition,
                !(try formula { () throws(WorkflowError) in try condition.isTrue(place.scope) })
            {
                try await note(step, place, .skipped)
                return nil
            }
            return try await perform(step, &place, record)
        } catch {
            guard case .failure(var failure) = error else { throw error }
            failure.place = failure.place ?? step.id ?? step.path
            guard step.onError == .continue else { throw .failure(failure) }
            place.bind(step.id, .value(["error": failure.json]))
            place.scope.bindings["error"] = failure.json
            return nil
        }
    }

    /// Whether the outcome that the journal has counts even where the plan of an approval is found out anew: what was
    /// done stays done.
    private func keepsOutcome(_ step: Step) -> Bool {
        switch step.kind {
        case .call(let call): services.tools.tool(call.tool, endpoint: run.endpoint)?.effect.isWrite ?? true
        case .ask, .wait, .run: true
        case .approve: step.path != shadowTarget
        case .set, .choose, .forEach, .parallel, .report, .give, .fail: false
        }
    }

    /// What a step that the journal has means for its block.
    private struct Replayed {
        var ended: StepValue?
    }

    /// Takes a step's outcome from the journal; nil for a step that has more steps within it.
    private func replay(_ step: Step, _ record: StepRecord, _ place: inout Place) throws(RunStop) -> Replayed? {
        switch (record.state, step.kind) {
        case (.skipped, _): return Replayed()
        case (_, .choose), (.done, .forEach): return nil
        case (.done, .give), (.planned, .give): return Replayed(ended: StepValue(record.output))
        case (.failed, _), (.unknown, _):
            let failure = record.failure ?? StepFailure("failed", "the step failed")
            guard step.onError == .continue else { throw .failure(failure) }
            place.bind(step.id, .value(["error": failure.json]))
            place.scope.bindings["error"] = failure.json
            return Replayed()
        case (.planned, _):
            place.bind(step.id, .value(RunExecution.plannedValue))
            return Replayed()
        case (.done, _), (.waiting, _):
            place.bind(step.id, StepValue(record.output))
            return Replayed()
        }
    }

    private func perform(_ step: Step, _ place: inout Place, _ record: StepRecord?) async throws(RunStop) -> StepValue?
    {
        switch step.kind {
        case .set(let set):
            let value = StepValue(try formula { () throws(WorkflowError) in try set.value.evaluate(place.scope) })
            try await note(step, place, .done, output: value.json)
            place.bind(step.id, value)
        case .choose(let choice):
            return try await choose(step, choice, &place, record)
        case .give(let give):
            let value = StepValue(try formula { () throws(WorkflowError) in try give.value.evaluate(place.scope) })
            try await note(step, place, .done, output: value.json)
            return value
        case .fail(let fail):
            let message = try formula { () throws(WorkflowError) in try fail.message.text(place.scope) }
            throw try await failed(step, place, StepFailure(fail.code, message))
        case .report(let report):
            try await self.report(step, report, place)
        case .call(let call):
            place.bind(step.id, try await self.call(step, call, place, record))
        case .ask(let ask):
            place.bind(step.id, try await self.ask(step, ask, place))
        case .forEach(let loop):
            place.bind(step.id, try await self.loop(step, loop, place, record))
        case .parallel(let parallel):
            place.bind(step.id, try await self.parallel(step, parallel, place))
        case .approve(let approval):
            place.bind(step.id, try await self.approve(step, approval, place, record))
        case .wait(let wait):
            place.bind(step.id, try await self.wait(step, wait, place, record))
        case .run(let child):
            place.bind(step.id, try await self.child(step, child, place, record))
        }
        return nil
    }

    private func choose(
        _ step: Step,
        _ choice: ChooseStep,
        _ place: inout Place,
        _ record: StepRecord?
    ) async throws(RunStop) -> StepValue? {
        var chosen = record?.output?.integer
        if record == nil {
            let scope = place.scope
            chosen = try formula { () throws(WorkflowError) in
                for (position, branch) in choice.branches.enumerated() {
                    guard let condition = branch.condition else { return position }
                    if try condition.isTrue(scope) { return position }
                }
                return nil
            }
            try await note(step, place, .done, output: chosen.map { .integer($0) })
        }
        guard let chosen, choice.branches.indices.contains(chosen) else { return nil }
        if case .gave(let value) = try await block(choice.branches[chosen].steps, &place) { return value }
        return nil
    }

    private func report(_ step: Step, _ report: ReportStep, _ place: Place) async throws(RunStop) {
        let page = try formula { () throws(WorkflowError) in
            ReportRecord(
                title: try report.title.text(place.scope),
                body: try report.body.text(place.scope),
                sources: try report.sources?.evaluate(place.scope),
                rows: try report.rows?.evaluate(place.scope)
            )
        }
        if isShadow { return }
        let record = self.record(step, place, .done, since: place.scope.now)
        try await stored { () async throws(WorkflowError) in
            try await self.journal.keep(page, step: record, of: self.run.id)
        }
        services.report(.step(record), of: run.id)
    }

    /// Runs branches side by side; what one sets the others do not see.
    private func parallel(_ step: Step, _ parallel: ParallelStep, _ place: Place) async throws(RunStop) -> StepValue {
        let started = place.scope.now
        let outcomes = await withTaskGroup(of: (Int, Result<BlockEnd, RunStop>).self) { group in
            for (position, branch) in parallel.branches.enumerated() {
                group.addTask {
                    var own = place
                    do throws(RunStop) {
                        return (position, .success(try await self.block(branch.steps, &own)))
                    } catch {
                        return (position, .failure(error))
                    }
                }
            }
            var outcomes = [Result<BlockEnd, RunStop>?](repeating: nil, count: parallel.branches.count)
            for await (position, outcome) in group { outcomes[position] = outcome }
            return outcomes.compactMap(\.self)
        }
        var value = JSONObject()
        for (branch, outcome) in zip(parallel.branches, outcomes) {
            switch outcome {
            case .failure(let stop): throw stop
            case .success(.gave(let given)): value[branch.name] = given.json
            case .success(.fell): break
            }
        }
        try await note(step, place, .done, output: .object(value), since: started)
        return .value(.object(value))
    }

    // MARK: - The journal

    /// Writes down what came of a step, and tells whoever watches.
    func note(
        _ step: Step,
        _ place: Place,
        _ state: StepRecord.State,
        output: JSONValue? = nil,
        failure: StepFailure? = nil,
        subject: String? = nil,
        since start: Timestamp? = nil,
        charge: StepCharge = StepCharge()
    ) async throws(RunStop) {
        if isShadow { return }
        let record = self.record(
            step,
            place,
            state,
            output: output,
            failure: failure,
            subject: subject,
            since: start ?? place.scope.now
        )
        try await stored { () async throws(WorkflowError) in
            try await self.journal.record(record, of: self.run.id, charge: charge)
        }
        services.report(.step(record), of: run.id)
    }

    private func record(
        _ step: Step,
        _ place: Place,
        _ state: StepRecord.State,
        output: JSONValue? = nil,
        failure: StepFailure? = nil,
        subject: String? = nil,
        since start: Timestamp
    ) -> StepRecord {
        StepRecord(
            address: address(step, place),
            kind: step.kind.key,
            subject: subject,
            state: state,
            startedAt: start,
            endedAt: services.clock.now(),
            output: output,
            failure: failure
        )
    }

    func address(_ step: Step, _ place: Place) -> StepAddress { StepAddress(path: step.path, item: place.item) }

    /// Writes down that a step failed.
    ///
    /// - Returns: What to throw.
    func failed(
        _ step: Step,
        _ place: Place,
        _ failure: StepFailure,
        subject: String? = nil,
        since start: Timestamp? = nil,
        charge: StepCharge = StepCharge()
    ) async throws(RunStop) -> RunStop {
        var failure = failure
        failure.place = failure.place ?? step.id ?? step.path
        try await note(
            step,
            place,
            failure.isUnknown ? .unknown : .failed,
            failure: failure,
            subject: subject,
            since: start,
            charge: charge
        )
        return .failure(failure)
    }

    /// Reads or writes the journal; a run whose journal fails stops without an outcome of its own.
    func stored<Result: Sendable>(
        _ body: () async throws(WorkflowError) -> Result
    ) async throws(RunStop) -> Result {
        do {
            return try await body()
        } catch {
            throw .suspended(
                .upstream(reason: "the journal (\(error.message))", until: services.wall.now().adding(seconds: 10))
            )
        }
    }

    /// Evaluates formulas.
    func formula<Result>(_ body: () throws(WorkflowError) -> Result) throws(RunStop) -> Result {
        do {
            return try body()
        } catch {
            throw .failure(StepFailure(error.code, error.message))
        }
    }

    private func checkMinutes() throws(RunStop) {
        guard let minutes = workflow.limits.minutes, run.elapsed + elapsed > Int64(minutes) * 60_000 else { return }
        throw .failure(
            StepFailure(
                "out_of_time",
                "the run has used up its \(minutes) minutes; raise limits.minutes, or redrive it"
            )
        )
    }

    /// What a write that a preview only lists gives.
    static let plannedValue: JSONValue = ["id": "(preview)", "status": "(preview)"]
}
