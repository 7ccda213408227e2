import Basics
import JSON
import Testing
import Tools
import Workflows

struct SchedulerTests {
    private static let writing = """
        [{"id": "said", "call": "comment", "on": "ats", "with": {"id": "= $run.scheduledFor"}},
         {"return": "= $run.scheduledFor"}]
        """
    private static let waiting = #"[{"wait": {"signal": "go", "max": "P1D"}}, {"return": 1}]"#
    private static let id = "sch_test"

    private static func record(
        _ bench: EngineBench,
        overlap: WorkflowSchedule.Overlap = .skip,
        catchUp: WorkflowSchedule.CatchUp = .latest,
        input: JSONObject = [:]
    ) -> ScheduleRecord {
        ScheduleRecord(
            id: id,
            workflow: "test",
            cron: "0 * * * *",
            timezone: "UTC",
            catchUp: catchUp,
            overlap: overlap,
            input: input,
            user: "ada",
            createdBy: "grace",
            at: bench.clock.now()
        )
    }

    private static func scheduler(
        _ bench: EngineBench,
        _ engine: WorkflowEngine,
        _ store: ScheduleStore? = nil
    ) -> Scheduler {
        var parts = Scheduler.Parts(store: store ?? bench.schedules, engine: engine)
        parts.wall = bench.clock
        parts.pause = { _ in try? await Task.sleep(for: .seconds(3600)) }
        return Scheduler(parts)
    }

    /// The runs of the schedule, oldest slot first.
    private static func runs(_ bench: EngineBench) async throws -> [RunRecord] {
        try await bench.journal.runs(limit: 100).filter { $0.schedule == id }.sorted {
            ($0.scheduledFor ?? $0.createdAt) < ($1.scheduledFor ?? $1.createdAt)
        }
    }

    /// Goes on until nothing is due and nothing runs.
    private static func finish(_ bench: EngineBench, _ scheduler: Scheduler, _ engine: WorkflowEngine) async throws {
        for _ in 0..<20 {
            await scheduler.look()
            let open = try await runs(bench).filter { !$0.state.isEnded }
            for run in open { _ = try await engine.settled(run.id) }
            if open.isEmpty, try await bench.schedules.due(id).isEmpty { return }
        }
    }

    @Test(arguments: [true, false])
    func `killed at any commit, no slot is lost and none is started twice`(losesLast: Bool) async throws {
        var points = 0
        for commits in 0..<60 {
            let bench = try await EngineBench(Self.writing)
            try await bench.schedules.add([Self.record(bench, overlap: .queue, catchUp: .all)])
            bench.clock.advance(seconds: 3 * 3600)
            let dying = bench.dying(commits: commits, losesLast: losesLast)
            let mortal = bench.engine(journal: RunJournal(database: dying))
            let first = Self.scheduler(bench, mortal, ScheduleStore(database: dying))
            await first.look()
            for run in try await bench.journal.openRuns() { _ = try? await mortal.settled(run.id) }
            await first.look()
            let isOver = !dying.isDead
            await mortal.abandon()
            let engine = bench.engine()
            try await engine.recover()
            try await Self.finish(bench, Self.scheduler(bench, engine), engine)
            let runs = try await Self.runs(bench)
            #expect(runs.count == 3, "killed after \(commits) commits")
            #expect(runs.allSatisfy { $0.state == .done && $0.trigger == "schedule" && $0.actor == "grace" })
            #expect(bench.system.comments.count == 3)
            #expect(Set(runs.map(\.scheduledFor)).count == 3)
            #expect(
                try await bench.schedules.history(Self.id, limit: 9).map(\.state) == [.started, .started, .started]
            )
            points += 1
            if isOver { break }
        }
        #expect(points > 8)
    }

    @Test func `the calls of its runs say that the schedule made them, and those of others who did`() async throws {
        let bench = try await EngineBench(Self.writing)
        try await bench.schedules.add([Self.record(bench)])
        bench.clock.advance(seconds: 3600)
        let engine = bench.engine()
        try await Self.finish(bench, Self.scheduler(bench, engine), engine)
        let scheduled = try #require(try await Self.runs(bench).first)
        let request = RunRequest(workflow: "test", user: "ada", actor: "person:ben", trigger: "command")
        let own = try await engine.start(request)
        _ = try await engine.settled(own.id)
        #expect(bench.system.contexts.map(\.actor) == ["schedule:" + Self.id, "person:ben"])
        #expect(bench.system.contexts.map(\.run) == [scheduled.id, own.id])
        #expect(scheduled.actor == "grace", "an approval still knows who is behind it")
    }

    @Test func `two schedulers over one database start a slot once`() async throws {
        let bench = try await EngineBench(Self.writing)
        try await bench.schedules.add([Self.record(bench)])
        bench.clock.advance(seconds: 3600)
        let engine = bench.engine()
        async let one = Self.scheduler(bench, engine).look()
        async let two = Self.scheduler(bench, engine).look()
        _ = await (one, two)
        try await Self.finish(bench, Self.scheduler(bench, engine), engine)
        #expect(try await Self.runs(bench).count == 1)
        #expect(bench.system.comments.count == 1)
    }

    @Test func `while a run goes on the next slot is passed over, and the record says why`() async throws {
        let bench = try await EngineBench(Self.waiting)
        try await bench.schedules.add([Self.record(bench)])
        let engine = bench.engine()
        let scheduler = Self.scheduler(bench, engine)
        for _ in 0..<2 {
            bench.clock.advance(seconds: 3600)
            await scheduler.look()
        }
        let runs = try await Self.runs(bench)
        #expect(runs.count == 1)
        let slots = try await bench.schedules.history(Self.id, limit: 9)
        #expect(slots.map(\.state) == [.skipped, .started])
        #expect(slots.first?.note == "the run \(runs[0].id) had not ended")
    }

    @Test func `a queued slot starts when the run before it has ended`() async throws {
        let bench = try await EngineBench(Self.waiting)
        try await bench.schedules.add([Self.record(bench, overlap: .queue)])
        let engine = bench.engine()
        let scheduler = Self.scheduler(bench, engine)
        for _ in 0..<2 {
            bench.clock.advance(seconds: 3600)
            await scheduler.look()
        }
        let first = try await Self.runs(bench)
        #expect(first.count == 1)
        _ = try await engine.settled(first[0].id)
        try await engine.signal(first[0].id, name: "go", payload: nil)
        #expect(try await engine.settled(first[0].id).state == .done)
        await scheduler.look()
        #expect(try await Self.runs(bench).count == 2)
    }

    @Test func `an old run is cancelled for the new slot`() async throws {
        let bench = try await EngineBench(Self.waiting)
        try await bench.schedules.add([Self.record(bench, overlap: .cancelOld)])
        let engine = bench.engine()
        let scheduler = Self.scheduler(bench, engine)
        for _ in 0..<2 {
            bench.clock.advance(seconds: 3600)
            await scheduler.look()
            for run in try await Self.runs(bench) { _ = try await engine.settled(run.id) }
        }
        await scheduler.look()
        #expect(try await Self.runs(bench).map { $0.state == .cancelled } == [true, false])
    }

    @Test func `three failures in a row pause it, and resuming counts anew`() async throws {
        let bench = try await EngineBench(#"[{"fail": "no"}]"#)
        try await bench.schedules.add([Self.record(bench)])
        let engine = bench.engine()
        let scheduler = Self.scheduler(bench, engine)
        for hour in 1...5 {
            bench.clock.advance(seconds: 3600)
            try await Self.finish(bench, scheduler, engine)
            #expect(try await Self.runs(bench).count == min(hour, 3))
        }
        let paused = try await bench.schedules.schedule(Self.id)
        #expect(paused.isPaused)
        #expect(paused.reason == "its last 3 runs failed; see why, then resume it")
        bench.clock.advance(seconds: 1)
        try await bench.schedules.resume(Self.id, at: bench.clock.now())
        bench.clock.advance(seconds: 3600)
        try await Self.finish(bench, scheduler, engine)
        #expect(try await Self.runs(bench).count == 4)
        #expect(try await bench.schedules.schedule(Self.id).isPaused == false)
    }

    @Test func `slots that cannot be started count as failures and say why`() async throws {
        let bench = try await EngineBench(Self.writing)
        try await bench.schedules.add([Self.record(bench, catchUp: .all, input: ["n": "many"])])
        bench.clock.advance(seconds: 5 * 3600)
        let engine = bench.engine()
        await Self.scheduler(bench, engine).look()
        let slots = try await bench.schedules.history(Self.id, limit: 9)
        #expect(slots.map(\.state) == [.skipped, .skipped, .failed, .failed, .failed])
        #expect(slots.last?.note?.contains("n") == true)
        #expect(try await bench.schedules.schedule(Self.id).isPaused)
        #expect(try await Self.runs(bench).isEmpty)
    }

    @Test func `a zone that is gone pauses only its own schedule`() async throws {
        let bench = try await EngineBench(Self.writing)
        var broken = Self.record(bench)
        broken.id = "sch_broken"
        broken.timezone = "Mars/Base"
        try await bench.schedules.add([broken, Self.record(bench)])
        bench.clock.advance(seconds: 3600)
        let engine = bench.engine()
        try await Self.finish(bench, Self.scheduler(bench, engine), engine)
        #expect(try await Self.runs(bench).count == 1)
        #expect(try await bench.schedules.schedule("sch_broken").reason?.contains("Mars/Base") == true)
    }

    @Test func `it sleeps until the next slot, never longer than a minute, and starts without delay`() async throws {
        let bench = try await EngineBench(Self.writing)
        try await bench.schedules.add([Self.record(bench)])
        let engine = bench.engine()
        let sleeps = Locked<[Double]>([])
        var parts = Scheduler.Parts(store: bench.schedules, engine: engine)
        let clock = bench.clock
        let (isOver, over) = AsyncStream.makeStream(of: Void.self)
        let end = clock.now().adding(seconds: 3 * 3600 + 60)
        parts.wall = clock
        parts.pause = { seconds in
            sleeps.withLock { $0.append(seconds) }
            guard clock.now() >= end else { return clock.advance(seconds: seconds) }
            over.finish()
            try? await Task.sleep(for: .seconds(3600))
        }
        let scheduler = Scheduler(parts)
        let task = Task { await scheduler.run() }
        for await _ in isOver {}
        task.cancel()
        await task.value
        #expect(sleeps.withLock { $0.allSatisfy { $0 <= 60 } })
        let runs = try await Self.runs(bench)
        #expect(try await bench.schedules.history(Self.id, limit: 9).count == 3)
        #expect(!runs.isEmpty)
        for run in runs { #expect(run.createdAt.milliseconds - (run.scheduledFor?.milliseconds ?? 0) < 2000) }
    }
}
