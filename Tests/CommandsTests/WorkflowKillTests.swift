import ATSSandbox
import Basics
import Glibc
import JSON
import TestSupport
import Testing
import Workflows

/// Whole runs of the real program, killed at every commit of the journal and the ledger, in the middle of writes, and at
/// random instants.
///
/// | variable | |
/// |---|---|
/// | `SWITCHBOARD_WORKFLOW_KILLS` | how often is killed |
/// | `SWITCHBOARD_KILL_SECONDS` | after how long it is enough anyway; 0 for never |
/// | `SWITCHBOARD_KILL_WORKERS` | how many runs go on side by side |
/// | `SWITCHBOARD_KILL_SEED` | which places, faults and clocks come up |
/// | `SWITCHBOARD_KILL_PROGRAM` | the program to kill, built with `-DFAULT_POINTS` or for debugging |
@Suite(.serialized) struct WorkflowKillTests {
    private static let points: [String] =
        [
            "run-start", "run-move", "run-wait", "run-end", "step", "step-wait", "items", "item-end", "page", "report",
            "reopen",
        ].flatMap { ["before-" + $0, "after-" + $0] }
        + [
            "after-ask", "before-intent", "after-intent", "before-send", "after-reply", "after-outcome", "after-doubt",
            "before-look", "after-look", "after-adopt", "before-resend",
        ]

    /// Places that a run passes before its loop.
    private static let early =
        ["run-start", "run-move", "run-wait", "step-wait", "items", "page"].flatMap { ["before-" + $0, "after-" + $0] }
        + ["after-ask"]

    /// Places that only a write passes whose outcome is in doubt.
    private static let doubtful = ["after-doubt", "before-look", "after-look", "after-adopt", "before-resend"]

    /// Places that every item of a loop passes.
    private static let often =
        ["step", "item-end"].flatMap { ["before-" + $0, "after-" + $0] }
        + ["before-intent", "after-intent", "before-send", "after-reply", "after-outcome"]

    private static func setting(_ name: String, _ usual: Int) -> Int {
        getenv(name).flatMap { Int(String(cString: $0)) } ?? usual
    }

    @Test(.timeLimit(.minutes(180)))
    func `runs killed everywhere write everything once and report what they wrote`() async throws {
        let bench = try await WorkflowKillBench(settle: 1.5)
        let kills = WorkflowKillTests.setting("SWITCHBOARD_WORKFLOW_KILLS", 80)
        let seconds = WorkflowKillTests.setting("SWITCHBOARD_KILL_SECONDS", 30)
        let workers = WorkflowKillTests.setting("SWITCHBOARD_KILL_WORKERS", 6)
        let seed = WorkflowKillTests.setting("SWITCHBOARD_KILL_SEED", 1)
        let tally = KillTally(wanted: kills, seconds: seconds > 0 ? Double(seconds) : nil)
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<workers {
                group.addTask { try await WorkflowKillTests.work(worker, of: workers, seed: seed, bench, tally) }
            }
            try await group.waitForAll()
        }
        KillTally.say(tally.summary(seed: seed))
        #expect(tally.verdict.isClean, "\(tally.verdict); seed \(seed)")
        #expect(tally.kills >= min(kills, 20), "a test that kills too little shows nothing")
        if kills >= 5000 {
            // Every place and every fault must have come up, or the figure says less than it seems to.
            #expect(Set(WorkflowKillTests.points).subtracting(tally.places) == [])
            #expect(Set(KillWeather.allCases).subtracting(tally.weathers) == [])
        }
        await bench.close()
    }

    /// Makes one run after the other until enough was killed.
    private static func work(
        _ worker: Int,
        of workers: Int,
        seed: Int,
        _ bench: WorkflowKillBench,
        _ tally: KillTally
    ) async throws {
        var number = worker
        while !tally.isOver {
            var random = SeededGenerator(seed: UInt64(seed) &* 1_000_003 &+ UInt64(number))
            try await run(number, bench, tally, &random)
            number += workers
        }
    }

    /// One run, from its first child to its end and the verdict on it.
    private static func run(
        _ number: Int,
        _ bench: WorkflowKillBench,
        _ tally: KillTally,
        _ random: inout SeededGenerator
    ) async throws {
        // What a storm teaches about the limit slows the rest of the run down, so it has little to do.
        let isStormy = number % 5 == 4
        var job = KillLane.Job.dispose()
        if isStormy {
            job = number % 2 == 0 ? .dispose(except: bench.mostCommentable) : .noteAndMove(at: 5)
        } else if number % 3 == 1 {
            job = .noteAndMove()
        }
        let lane = try await KillLane(job, bench: bench, number: number)
        let weathers = isStormy ? [.storm, .calm, .everything, .storm] : KillWeather.allCases.filter { $0 != .storm }
        // Within a run clocks are wrong one way only, so that no more than a day passes for it.
        let direction = Bool.random(using: &random) ? 1 : -1
        // Some runs have items that are refused, and are run again for these.
        let isRefused = number % 4 == 3 && job.workflow != "note-and-move"
        var id: String?
        var ended: KillLane.Ended?
        for life in 0..<400 {
            if id == nil { id = try await lane.run() }
            let isHunted = life < 60 && !tally.isOver
            let weather: KillWeather = isHunted ? weathers.randomElement(using: &random) ?? .calm : .calm
            let skipped = Int.random(in: 0...4, using: &random)
            await lane.set(weather, skipping: skipped, isRefusing: isRefused && life < 60)
            let isRight = Int.random(in: 0..<4, using: &random) != 0
            let clock = isRight ? 0 : direction * ([3600, 86_400].randomElement(using: &random) ?? 0)
            if isHunted {
                if let manner = try await hunt(lane, id, weather, clock, &random) {
                    let isCalm = weather == .calm
                    let hasStruck = try await lane.hasStruck() || isCalm
                    tally.count(manner, under: hasStruck ? weather : nil, clock: clock)
                    continue
                }
            } else {
                let child = try lane.start(id)
                _ = await child.end()
            }
            guard let id else {
                // A run that ends before it is written down does not come to be by asking again.
                if life > 40 { break }
                continue
            }
            ended = try await lane.ended(id)
            if ended != nil { break }
            // It waits for something that takes longer than its child.
            try await Task.sleep(for: .milliseconds(200))
        }
        if let id, ended?.hasFailed == true { ended = try await redrive(lane, id, tally, &random) }
        if let ended {
            tally.add(try await lane.judge(ended))
        } else {
            tally.add(
                KillVerdict(runs: 1, failed: ["run \(number), \(job.workflow), has not ended: \(lane.log.suffix(300))"])
            )
        }
        await lane.close()
    }

    /// Runs an ended run again for what was refused, kills that too, and gives its end.
    private static func redrive(
        _ lane: KillLane,
        _ id: String,
        _ tally: KillTally,
        _ random: inout SeededGenerator
    ) async throws -> KillLane.Ended? {
        await lane.set(.calm, skipping: 0)
        for life in 0..<40 {
            let ended = try await lane.ended(id)
            if let ended, !ended.hasFailed { return ended }
            let place = life < 3 ? (["before-reopen", "after-reopen"] + often).randomElement(using: &random) : nil
            let child = try lane.start(id, verb: ended == nil ? "resume" : "redrive", fault: place.map { $0 + ":1" })
            if await child.end() == .killed { tally.count(place ?? "", under: .calm, clock: 0) }
        }
        return nil
    }

    /// One child that is to be killed, and how it was; nil when it ended before.
    private static func hunt(
        _ lane: KillLane,
        _ run: String?,
        _ weather: KillWeather,
        _ clock: Int,
        _ random: inout SeededGenerator
    ) async throws -> String? {
        let isLate = [.lateWork, .lateAnswer, .everything].contains(weather)
        let isDoubtful = [.failsAfterWork, .failsBeforeWork, .brokenAnswers, .everything].contains(weather)
        var place: String?
        var instant: Double?
        switch Int.random(in: 0..<6, using: &random) {
        case 0...1: place = (run == nil ? early : isDoubtful ? doubtful : often).randomElement(using: &random)
        case 2: place = points.randomElement(using: &random)
        case 3...4 where isLate: break
        default: instant = Double.random(in: 0.03...0.5, using: &random)
        }
        let isOften = place.map(often.contains) ?? true
        let times = isOften ? Int.random(in: 1...4, using: &random) : 1
        let child = try lane.start(run, fault: place.map { "\($0):\(times)" }, clock: clock)
        if place == nil, instant == nil {
            lane.hunt(child, atArrival: times, after: Double.random(in: 0...KillWeather.late, using: &random))
        }
        // Whatever has not come about by then ends too, so that a run which waits is killed as well.
        let patience = instant ?? 3
        let timer = Task {
            try await Task.sleep(for: .seconds(patience))
            child.kill()
        }
        let start = monotonicNanoseconds()
        let end = await child.end()
        timer.cancel()
        let wasHunted = lane.endHunt()
        guard end == .killed else { return nil }
        if wasHunted { return "while a write is under way" }
        let lasted = Double(monotonicNanoseconds() - start) / 1e9
        return lasted < patience ? place ?? "an instant" : "an instant"
    }

    @Test func `without the ledger a run doubles`() async throws {
        // The control: without it, a kill between the answer and the journal writes again.
        let bench = try await WorkflowKillBench()
        let lane = try await KillLane(.dispose(), bench: bench, number: 0)
        let verdict = try await bare(lane, fault: "no-ledger", kills: 4)
        #expect(verdict.doubled > 0)
        await lane.close()
        await bench.close()
    }

    @Test func `without its settle time a run doubles`() async throws {
        // The control: a look that comes at once, where a list lags, sees nothing and sends again.
        let bench = try await WorkflowKillBench(settle: 0)
        let lane = try await KillLane(.dispose(except: bench.mostCommentable), bench: bench, number: 0)
        lane.sandbox.control.arm(
            SandboxFault(.failAfterWork(500), operation: "comments.create", after: 1, count: 1)
        )
        lane.sandbox.control.arm(SandboxFault(.listLag(5), operation: "comments.create"))
        let verdict = try await bare(lane, fault: nil, kills: 0)
        #expect(verdict.doubled > 0)
        await lane.close()
        await bench.close()
    }

    /// One run, whose first children are killed while a write of theirs is under way.
    private func bare(_ lane: KillLane, fault: String?, kills: Int) async throws -> KillVerdict {
        var id: String?
        for life in 0..<100 {
            if id == nil { id = try await lane.run() }
            if life < kills { await lane.set(.lateAnswer, skipping: 0) }
            let child = try lane.start(id, fault: fault)
            if life < kills { lane.hunt(child, atArrival: 2, after: 0.02) }
            let end = await child.end()
            _ = lane.endHunt()
            if end != .killed, let id, let ended = try await lane.ended(id) { return try await lane.judge(ended) }
        }
        return KillVerdict()
    }
}
