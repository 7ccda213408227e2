import ATSSandbox
import Basics
import Glibc
import JSON
import Testing
import Workflows

/// Whole runs of the real program, killed at every commit of the journal and the ledger and at random instants.
///
/// `SWITCHBOARD_WORKFLOW_KILLS` sets how often is killed, `SWITCHBOARD_KILL_WORKERS` how many runs go on side by side,
/// and `SWITCHBOARD_KILL_SEED` which places come up.
@Suite(.serialized) struct WorkflowKillTests {
    private static let points: [String] =
        [
            "run-start", "run-move", "run-wait", "run-end", "step", "step-wait", "items", "item-end", "page", "report",
        ].flatMap { ["before-" + $0, "after-" + $0] }
        + [
            "after-ask", "before-intent", "after-intent", "before-send", "after-reply", "after-outcome", "after-doubt",
            "before-look", "after-look", "after-adopt", "before-resend",
        ]

    /// How the other side misbehaves while a run goes on; both systems' writes.
    private static let faults: [SandboxFault.Kind?] = [
        nil, .lateWork(0.1), .delayAfter(0.1), .failAfterWork(500), .listLag(0.1),
        .status(500, headers: [:], body: nil), .cutOff(10), .malformed, nil,
    ]

    private struct Tally: Sendable {
        var kills = 0
        var byPoint: [String: Int] = [:]
        var ended: [WorkflowKillBench.Ended] = []
        var unfinished: [String] = []
    }

    private static func setting(_ name: String, _ usual: Int) -> Int {
        getenv(name).flatMap { Int(String(cString: $0)) } ?? usual
    }

    private static func job(_ worker: Int, _ round: Int) -> WorkflowKillBench.Job {
        let text = "Kill \(worker)-\(round)"
        // One worker alone moves applications, so that no run sees another's stages.
        return worker == 0 && round % 2 == 1
            ? WorkflowKillBench.Job(workflow: "note-and-move", input: ["note": .string(text + ".")], text: text)
            : WorkflowKillBench.Job(
                workflow: "bulk-disposition",
                input: ["jobId": "8899", "comment": .string(text + ".")],
                text: text
            )
    }

    @Test(.timeLimit(.minutes(120)))
    func `runs killed everywhere write everything once and report what they wrote`() async throws {
        let bench = try await WorkflowKillBench()
        let kills = WorkflowKillTests.setting("SWITCHBOARD_WORKFLOW_KILLS", 100)
        let workers = WorkflowKillTests.setting("SWITCHBOARD_KILL_WORKERS", 4)
        let tally = try await withThrowingTaskGroup(of: Tally.self) { group in
            for worker in 0..<workers {
                group.addTask { try await WorkflowKillTests.work(worker, (kills + workers - 1) / workers, bench) }
            }
            var all = Tally()
            for try await tally in group {
                all.kills += tally.kills
                all.byPoint.merge(tally.byPoint, uniquingKeysWith: +)
                all.ended += tally.ended
                all.unfinished += tally.unfinished
            }
            return all
        }
        // Lists may lag for a moment still.
        try await Task.sleep(for: .milliseconds(300))
        let verdict = try await WorkflowKillTests.judge(tally.ended, bench)
        print(
            "workflow kills \(tally.kills) at \(tally.byPoint.count) places, runs \(tally.ended.count), \(verdict), "
                + "unfinished \(tally.unfinished)"
        )
        #expect(verdict == Verdict(writes: verdict.writes))
        #expect(tally.unfinished == [])
        #expect(tally.kills >= kills, "a test that kills too little shows nothing")
        await bench.close()
    }

    /// Starts runs and kills them until it has killed enough; the last run is left to end.
    private static func work(_ worker: Int, _ kills: Int, _ bench: WorkflowKillBench) async throws -> Tally {
        var random = SeededGenerator(seed: UInt64(setting("SWITCHBOARD_KILL_SEED", 1) * 1000 + worker))
        var tally = Tally()
        var round = 0
        while tally.kills < kills {
            let job = job(worker, round)
            for number in 0..<6 {
                guard let fault = faults.randomElement(using: &random) ?? nil else { continue }
                let isNote = job.workflow == "note-and-move"
                let operations = isNote ? ["candidate.createNote", "application.changeStage"] : ["comments.create"]
                bench.sandbox.control.arm(
                    SandboxFault(fault, operation: operations[number % operations.count], after: number * 4, count: 1)
                )
            }
            if round % 3 == 2 {
                // Late, because what it teaches about the limit holds up the rest of the run.
                bench.sandbox.control.arm(
                    SandboxFault(
                        .status(429, headers: ["Retry-After": "1"], body: nil),
                        operation: "comments.create",
                        after: 36,
                        count: 1
                    )
                )
            }
            if let ended = try await harass(job, "data-\(worker)-\(round)", kills, bench, &tally, &random) {
                tally.ended.append(ended)
            } else {
                tally.unfinished.append(job.text)
            }
            bench.forget("data-\(worker)-\(round)")
            round += 1
        }
        return tally
    }

    /// Any place one time in three, else one that every item passes.
    private static func place(_ random: inout SeededGenerator) -> String {
        let often = ["before-step", "after-step", "before-item-end", "after-item-end"] + points.suffix(11)
        let isAny = Int.random(in: 0..<3, using: &random) == 0
        let places = isAny ? points : often
        let name = places[Int.random(in: 0..<places.count, using: &random)]
        return "\(name):\(Int.random(in: 1...(isAny ? 2 : 6), using: &random))"
    }

    /// Executes one run in children that die, until it has ended.
    private static func harass(
        _ job: WorkflowKillBench.Job,
        _ data: String,
        _ kills: Int,
        _ bench: WorkflowKillBench,
        _ tally: inout Tally,
        _ random: inout SeededGenerator
    ) async throws -> WorkflowKillBench.Ended? {
        var id: String?
        for life in 0..<400 {
            if id == nil {
                id = try await bench.look(data) { try await $0.runs(workflow: job.workflow, limit: 1).first?.id }
            }
            let isHunted = tally.kills < kills && life < 100
            let fault = isHunted && life % 2 == 0 ? place(&random) : nil
            let child = try bench.start(job, run: id, data: data, fault: fault)
            var timer: Task<Void, any Error>?
            if isHunted {
                let seconds = Double.random(in: 0.1...(fault == nil ? 0.5 : 1.5), using: &random)
                timer = Task {
                    try await Task.sleep(for: .seconds(seconds))
                    child.kill()
                }
            }
            let end = await child.end()
            timer?.cancel()
            if end == .killed {
                tally.kills += 1
                tally.byPoint[fault.map { String($0.prefix { $0 != ":" }) } ?? "an instant", default: 0] += 1
                continue
            }
            guard let id else { continue }
            if let ended = try await bench.ended(job, id, data: data) { return ended }
            // It waits for something that takes longer than its child.
            try await Task.sleep(for: .milliseconds(200))
        }
        return nil
    }

    /// What is wrong with what the other side has.
    private struct Verdict: Equatable, CustomStringConvertible {
        var writes = 0
        var doubled = 0
        var lost = 0
        var wrongReports = 0
        var overPlan = 0
        var failed: [String] = []

        var description: String {
            "writes \(writes), doubled \(doubled), lost \(lost), wrong reports \(wrongReports), over plan \(overPlan), "
                + "not done \(failed)"
        }
    }

    private static func judge(_ runs: [WorkflowKillBench.Ended], _ bench: WorkflowKillBench) async throws -> Verdict {
        let written = try await bench.written()
        let candidates = Dictionary(
            try await bench.applications().map { ($0["id"]?.string ?? "", $0["candidate"]?["id"]?.string ?? "") },
            uniquingKeysWith: { a, _ in a }
        )
        var verdict = Verdict()
        for ended in runs {
            let there = written[ended.job.text] ?? []
            verdict.writes += there.count
            guard ended.run.state == .done else {
                verdict.failed.append("\(ended.job.text): \(ended.run.failure?.message ?? ended.run.state.rawValue)")
                continue
            }
            var about: [String: Int] = [:]
            for note in there { about[note.about, default: 0] += 1 }
            verdict.doubled += about.values.reduce(0) { $0 + $1 - 1 }
            let wanted = Set(ended.targets.map { candidates[$0] ?? $0 })
            verdict.lost += wanted.subtracting(about.keys).count
            if wanted.isEmpty { verdict.lost += 1 }
            verdict.overPlan += Set(about.keys).subtracting(wanted).count
            if ended.reported.sorted() != there.map(\.id).sorted() { verdict.wrongReports += 1 }
        }
        return verdict
    }

    @Test func `without the ledger a run doubles`() async throws {
        // The control: without it, a kill between the answer and the journal writes again.
        let bench = try await WorkflowKillBench()
        let verdict = try await bare(bench, fault: "no-ledger")
        #expect(verdict.doubled > 0)
        await bench.close()
    }

    @Test func `without its settle time a run doubles`() async throws {
        // The control: a look that comes at once, where a list lags, sees nothing and sends again.
        let bench = try await WorkflowKillBench(settle: 0)
        for after in [2, 5] {
            bench.sandbox.control.arm(
                SandboxFault(.failAfterWork(500), operation: "comments.create", after: after, count: 1)
            )
        }
        bench.sandbox.control.arm(SandboxFault(.listLag(5), operation: "comments.create"))
        let verdict = try await bare(bench, fault: nil)
        #expect(verdict.doubled > 0)
        await bench.close()
    }

    /// One run whose children are killed at instants only.
    private func bare(_ bench: WorkflowKillBench, fault: String?) async throws -> Verdict {
        let job = WorkflowKillTests.job(0, 0)
        bench.sandbox.control.arm(SandboxFault(.delayAfter(0.2), operation: "comments.create"))
        var id: String?
        for life in 0..<100 {
            if id == nil { id = try await bench.look("data") { try await $0.runs(limit: 1).first?.id } }
            let child = try bench.start(job, run: id, data: "data", fault: fault)
            let timer = Task {
                try await Task.sleep(for: .milliseconds(life < 6 ? 900 : 30_000))
                child.kill()
            }
            let end = await child.end()
            timer.cancel()
            if end != .killed, let id, let ended = try await bench.ended(job, id, data: "data") {
                return try await WorkflowKillTests.judge([ended], bench)
            }
        }
        return Verdict()
    }
}

/// Numbers that are the same in every run (SplitMix64).
private struct SeededGenerator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
