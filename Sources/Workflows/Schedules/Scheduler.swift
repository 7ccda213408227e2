package import Basics

/// Starts the runs of schedules at their times.
///
/// It sleeps until the earliest slot and never longer than a minute, and asks the wall clock anew each time, so a clock that
/// is set, or a machine that slept, is noticed within that minute.
package actor Scheduler {
    /// What a scheduler works with.
    package struct Parts: Sendable {
        package var store: ScheduleStore
        package var engine: WorkflowEngine
        package var zones = TimeZoneFolder()
        package var wall: any WallClock = SystemClock()
        package var monotonic: @Sendable () -> UInt64 = monotonicNanoseconds
        /// Waits for seconds, or until its task is cancelled.
        package var pause: @Sendable (Double) async -> Void = { seconds in
            try? await Task.sleep(for: .milliseconds(Int64(seconds * 1000)))
        }
        package var log = Log.none

        package init(store: ScheduleStore, engine: WorkflowEngine) {
            self.store = store
            self.engine = engine
        }
    }

    private static let longestSleep = 60.0
    /// Until a slot that could not be started for now is tried again, in seconds.
    private static let retryDelay = 30.0
    /// Schedules that are dealt with side by side, so that those of one instant share commits.
    private static let width = 32

    private let parts: Parts
    private var sleeper: Task<Void, Never>?
    private var isStale = false
    private var watchers: [String: Task<Void, Never>] = [:]
    /// Schedules of which a run has ended since they were looked at; nil before the first look, which is at all of them.
    private var touched: Set<String>?
    private var lastLook: (wall: Timestamp, monotonic: UInt64)?

    package init(_ parts: Parts) {
        self.parts = parts
    }

    /// Starts what is due, until its task is cancelled.
    package func run() async {
        while !Task.isCancelled {
            isStale = false
            let wake = await look()
            if isStale { continue }
            let now = parts.wall.now()
            let seconds = wake.map { Double($0.milliseconds - now.milliseconds) / 1000 } ?? Scheduler.longestSleep
            let pause = parts.pause
            let sleeper = Task { await pause(min(max(seconds, 0), Scheduler.longestSleep)) }
            self.sleeper = sleeper
            await withTaskCancellationHandler {
                await sleeper.value
            } onCancel: {
                sleeper.cancel()
            }
            self.sleeper = nil
        }
        for watcher in watchers.values { watcher.cancel() }
        watchers.removeAll()
    }

    /// Looks at all schedules anew, because one has changed or a run has ended.
    package func wake() {
        isStale = true
        sleeper?.cancel()
    }

    /// Starts what is due now.
    ///
    /// - Returns: When to look again; nil when no schedule has a time to come.
    @discardableResult
    package func look() async -> Timestamp? {
        noticeJump()
        let now = parts.wall.now()
        let touched = touched
        self.touched = []
        do throws(WorkflowError) {
            let waiting = try await parts.store.waiting()
            let records = try await parts.store.all().filter { !$0.isPaused }
            return await withTaskGroup(of: Timestamp?.self) { group in
                var wake: Timestamp?
                func take(_ next: Timestamp??) {
                    if case .some(.some(let next)) = next { wake = min(wake ?? next, next) }
                }
                for (position, record) in records.enumerated() {
                    if position >= Scheduler.width { take(await group.next()) }
                    let isOpen = waiting.contains(record.id) || touched?.contains(record.id) ?? true
                    group.addTask { await self.look(at: record, now, isOpen: isOpen) }
                }
                while let next = await group.next() { take(next) }
                return wake
            }
        } catch {
            if let touched { self.touched?.formUnion(touched) } else { self.touched = nil }
            parts.log.error("the schedules cannot be looked at for now", ["error": error.message])
            return now.adding(seconds: Scheduler.retryDelay)
        }
    }

    private func noticeJump() {
        let (wall, monotonic) = (parts.wall.now(), parts.monotonic())
        if let last = lastLook {
            let shown = Double(wall.milliseconds - last.wall.milliseconds) / 1000
            let passed = Double(monotonic &- last.monotonic) / 1e9
            if abs(shown - passed) > 60 {
                parts.log.warning("the clock of the machine was set", ["seconds": "\(Int(shown - passed))"])
            }
        }
        lastLook = (wall, monotonic)
    }

    /// Deals with one schedule; what is wrong with it does not hold up the others.
    ///
    /// - Parameter isOpen: Whether there may be something to do although no time has come.
    private func look(at record: ScheduleRecord, _ now: Timestamp, isOpen: Bool) async -> Timestamp? {
        do throws(WorkflowError) {
            let plan = try record.clock(parts.zones).plan(cursor: record.cursor, now: now)
            if !plan.due.isEmpty || plan.missed > 0 || plan.cursor < record.cursor {
                try await parts.store.keep(plan, for: record.id)
            } else if !isOpen {
                return plan.wake
            }
            if try await pausesAfterFailures(record, now) { return nil }
            guard try await startDue(record, now) else { return now.adding(seconds: Scheduler.retryDelay) }
            return plan.wake
        } catch {
            parts.log.error("a schedule cannot be followed", ["schedule": record.id, "error": error.message])
            guard error.code != "storage" else {
                touched?.insert(record.id)
                return now.adding(seconds: Scheduler.retryDelay)
            }
            try? await parts.store.pause(record.id, because: error.message, at: now)
            return nil
        }
    }

    private func pausesAfterFailures(_ record: ScheduleRecord, _ now: Timestamp) async throws(WorkflowError) -> Bool {
        guard record.pauseAfterFailures > 0,
            try await parts.store.failuresInARow(record) >= record.pauseAfterFailures
        else { return false }
        let count = record.pauseAfterFailures
        try await parts.store.pause(
            record.id,
            because: "its last \(count == 1 ? "run" : "\(count) runs") failed; see why, then resume it",
            at: now
        )
        parts.log.warning("a schedule was paused because its runs fail", ["schedule": record.id])
        return true
    }

    // MARK: - Starting

    private enum Outcome {
        case settled(ScheduleSlot.State, run: String?, note: String?)
        /// It stays due until a run ends.
        case waits
        /// It stays due and is tried again soon.
        case retry
    }

    /// Starts the slots that are due.
    ///
    /// - Returns: False when one has to be tried again soon.
    private func startDue(_ record: ScheduleRecord, _ now: Timestamp) async throws(WorkflowError) -> Bool {
        let due = try await parts.store.due(record.id)
        for (index, slot) in due.enumerated() {
            let outcome: Outcome
            if record.overlap == .cancelOld, index < due.count - 1, record.catchUp != .all {
                outcome = .settled(.skipped, run: nil, note: "a later time is due as well")
            } else {
                outcome = try await begin(record, slot, now)
            }
            switch outcome {
            case .settled(let state, let run, let note):
                let settled = ScheduleSlot(schedule: record.id, slot: slot, state: state, run: run, note: note)
                try await parts.store.settle(settled, at: parts.wall.now())
                if let run { watch(run, of: record.id) }
                if state != .started {
                    parts.log.warning(
                        "a time of a schedule started nothing",
                        ["schedule": record.id, "why": note ?? ""]
                    )
                }
                // A workflow that cannot be started fails at once, so this may be the failure that pauses it.
                if state == .failed, try await pausesAfterFailures(record, now) { return true }
            case .waits: return true
            case .retry: return false
            }
        }
        return true
    }

    private func begin(
        _ record: ScheduleRecord,
        _ slot: Timestamp,
        _ now: Timestamp
    ) async throws(WorkflowError) -> Outcome {
        // A crash may have come between the start and the note of it; then it is that very run that is open.
        if let run = try await parts.store.run(record.id, for: slot) { return .settled(.started, run: run, note: nil) }
        let open = try await parts.store.openRuns(record.id, besides: slot)
        if let old = open.last {
            let isLate = now.milliseconds - slot.milliseconds > record.jitterMilliseconds + ScheduleClock.grace
            switch record.overlap {
            // Times that are caught up come at once; to skip all but the first would be to catch up one.
            case .skip where record.catchUp != .all || !isLate:
                return .settled(.skipped, run: nil, note: "the run \(old) had not ended")
            case .cancelOld where record.catchUp != .all || !isLate:
                for run in open {
                    watch(run, of: record.id)
                    try? await parts.engine.cancel(run)
                }
                if !(try await parts.store.openRuns(record.id, besides: slot)).isEmpty { return .waits }
            default:
                for run in open { watch(run, of: record.id) }
                return .waits
            }
        }
        return try await start(record, slot)
    }

    private func start(_ record: ScheduleRecord, _ slot: Timestamp) async throws(WorkflowError) -> Outcome {
        let request = RunRequest(
            workflow: record.workflow,
            input: record.input,
            user: record.user,
            actor: record.createdBy,
            trigger: "schedule",
            connections: record.connections,
            schedule: record.id,
            scheduledFor: slot
        )
        do throws(WorkflowError) {
            return .settled(.started, run: try await parts.engine.start(request).id, note: nil)
        } catch {
            switch error.code {
            case "already_started":
                return .settled(.started, run: try await parts.store.run(record.id, for: slot), note: nil)
            case "already_running" where record.overlap == .skip:
                return .settled(.skipped, run: nil, note: error.message)
            case "already_running", "closed", "storage": return .retry
            default: return .settled(.failed, run: nil, note: error.message)
            }
        }
    }

    /// Looks again when a run has ended: another may wait for that, or it was one failure too many.
    private func watch(_ run: String, of schedule: String) {
        guard watchers[run] == nil else { return }
        let engine = parts.engine
        let events = engine.events(of: run)
        watchers[run] = Task { [weak self] in
            // It may have ended before its events were asked for, and then none comes.
            if let record = try? await engine.journal.run(run), !record.state.isEnded {
                for await _ in events {}
            }
            await self?.ended(run, of: schedule)
        }
    }

    private func ended(_ run: String, of schedule: String) {
        watchers[run] = nil
        touched?.insert(schedule)
        wake()
    }
}

extension ScheduleRecord {
    fileprivate var jitterMilliseconds: Int64 { Int64(jitter) * 1000 }
}
