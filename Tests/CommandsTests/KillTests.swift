import ATSSandbox
import Basics
import Glibc
import TestSupport
import Testing

/// The program is killed wherever it hurts; afterwards each write is there, and there once.
///
/// `SWITCHBOARD_KILL_ITEMS` sets how many writes are made, each of which is killed several times.
@Suite(.serialized) struct KillTests {
    /// Places where a child kills itself, on the way of a first attempt, of a look, and of a second attempt.
    private static let points = [
        "before-intent", "after-intent", "before-send", "after-reply", "after-outcome", "after-doubt", "before-look",
        "after-look", "after-adopt", "before-resend",
    ]

    private static func fault(_ number: Int) -> SandboxFault? {
        let kinds: [SandboxFault.Kind?] = [
            nil, .lateWork(0.1), .delayAfter(0.1), .failAfterWork(500), .listLag(0.1),
            .status(500, headers: [:], body: nil), .cutOff(10),
            .malformed, nil,
        ]
        return kinds[number % kinds.count].map {
            SandboxFault($0, system: "pinpoint", operation: "comments.create", count: 1)
        }
    }

    private struct Tally: Sendable {
        var kills = 0
        var unfinished: [String] = []
    }

    @Test(.timeLimit(.minutes(60)))
    func `killed at every point and at random instants, nothing is doubled and nothing lost`() async throws {
        let bench = try await KillBench()
        let count = getenv("SWITCHBOARD_KILL_ITEMS").flatMap { Int(String(cString: $0)) } ?? 20
        let workers = getenv("SWITCHBOARD_KILL_WORKERS").flatMap { Int(String(cString: $0)) } ?? 4
        let items = (0..<count).map { "item-\($0)" }
        let result = try await withThrowingTaskGroup(of: Tally.self) { group in
            for worker in 0..<workers {
                let own = stride(from: worker, to: count, by: workers).map { ($0, items[$0]) }
                group.addTask { try await KillTests.work(own, worker, workers, bench) }
            }
            var result = Tally()
            for try await tally in group {
                result.kills += tally.kills
                result.unfinished += tally.unfinished
            }
            return result
        }
        let counts = try await bench.counts(of: items)
        let doubled = counts.reduce(0) { $0 + max(0, $1 - 1) }
        let lost = counts.count { $0 == 0 }
        KillTally.say(
            "ledger kills \(result.kills), writes \(count), doubled \(doubled), lost \(lost), "
                + "unfinished \(result.unfinished)"
        )
        #expect(doubled == 0 && lost == 0 && result.unfinished == [])
        #expect(result.kills >= count * 2, "a test that kills too little shows nothing")
        await bench.close()
    }

    private static func work(
        _ items: [(number: Int, name: String)],
        _ worker: Int,
        _ workers: Int,
        _ bench: KillBench
    ) async throws -> Tally {
        var random = SeededGenerator(seed: UInt64(worker) + 1)
        var tally = Tally()
        let data = "data-\(worker)"
        for item in items {
            // Last, because the limit that it teaches would hold up the others.
            let isLast = item.name == items.last?.name
            let refusal = SandboxFault(
                .status(429, headers: ["Retry-After": "1"], body: nil),
                operation: "comments.create",
                count: 1
            )
            if let fault = isLast ? refusal : fault(item.number / workers) { bench.sandbox.control.arm(fault) }
            tally.kills += try await harass(item.name, bench, data, item.number, &random)
            if !(try await bench.finish(item.name, data: data)) { tally.unfinished.append(item.name) }
        }
        return tally
    }

    /// Kills children that make a write, at places and at instants, and returns how many died.
    private static func harass(
        _ item: String,
        _ bench: KillBench,
        _ data: String,
        _ number: Int,
        _ random: inout SeededGenerator
    ) async throws -> Int {
        var kills = 0
        let first = points[number % points.count]
        let second = points[Int.random(in: 0..<points.count, using: &random)]
        for point in [first, second, "before-send", "after-reply"] {
            if try await bench.start(item, data: data, fault: point + ":1").end() == .killed { kills += 1 }
        }
        for _ in 0..<3 {
            let child = try bench.start(item, data: data)
            let life = Double.random(in: 0.05...0.5, using: &random)
            let timer = Task {
                try await Task.sleep(for: .seconds(life))
                child.kill()
            }
            if await child.end() == .killed { kills += 1 }
            timer.cancel()
        }
        return kills
    }

    @Test func `without the ledger writes are doubled`() async throws {
        // The control: the faults are real ones.
        let bench = try await KillBench()
        let items = (0..<3).map { "bare-\($0)" }
        for item in items {
            bench.sandbox.control.arm(SandboxFault(.failAfterWork(500), operation: "comments.create", count: 1))
            #expect(try await bench.finish(item, data: "data", fault: "no-ledger"))
        }
        #expect(try await bench.counts(of: items) == [2, 2, 2])
        await bench.close()
    }

    @Test func `without its settle time the ledger doubles`() async throws {
        // The control: looking at once, where a list lags, sees nothing and sends again.
        let bench = try await KillBench(settle: 0)
        let items = (0..<3).map { "hasty-\($0)" }
        for item in items {
            bench.sandbox.control.arm(SandboxFault(.failAfterWork(500), operation: "comments.create", count: 1))
            bench.sandbox.control.arm(SandboxFault(.listLag(5), operation: "comments.create", count: 1))
            #expect(try await bench.finish(item, data: "data"))
        }
        #expect(try await bench.counts(of: items).allSatisfy { $0 == 2 })
        await bench.close()
    }
}
