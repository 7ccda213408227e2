import Basics
import Glibc
import JSON
import Storage
import TestSupport
import Testing
import Tools
import Workflows

/// Disks that are full or fail, files that are damaged, and clocks that jump.
struct EngineFaultTests {
    private static let steps = """
        [{"id": "apps", "call": "list_applications", "on": "ats", "all": {"max": 1000}},
         {"id": "done", "forEach": "= $apps", "as": "app", "key": "= $app.id", "concurrency": 2, "maxItems": 100,
          "do": [{"id": "said", "call": "comment", "on": "ats", "with": {"id": "= $app.id"}}, {"return": "= $said.id"}]},
         {"report": {"title": "Closed", "body": "{{ $join($done.succeeded.output, ' ') }}"}},
         {"return": "= [$done.succeeded.key]"}]
        """
    private static let result: JSONValue = ["a0", "a1", "a2", "a3", "a4"]

    @Test(arguments: [StorageError.Code.full, .readOnly, .locked, .io])
    func `a journal that cannot be written for a while stops a run, and then it goes on by itself`(
        code: StorageError.Code
    ) async throws {
        for after in 1..<24 {
            let bench = try await EngineBench(Self.steps, system: FakeSystem(applications: 5))
            let (journal, database) = bench.failing()
            database.fail(5, after: after, code)
            let engine = bench.engine(journal: journal, jumps: true)
            let id = try await engine.start(bench.request()).id
            var run = try await engine.settled(id)
            // Nobody wakes it: it looks by itself every ten seconds, which the clock of the test leaps over.
            for _ in 0..<10_000 where !run.state.isEnded {
                await Task.yield()
                run = try await engine.settled(id)
            }
            #expect(run.state == .done, "after \(after) commits")
            #expect(run.result == Self.result)
            #expect(bench.system.comments.count == 5)
            #expect(database.failed > 0)
        }
    }

    @Test func `a ledger that cannot be written is waited for, and takes none of the attempts`() async throws {
        let bench = try await EngineBench(Self.steps, system: FakeSystem(applications: 5))
        let full = ToolResult.failure("ledger_unavailable", "No space is left.")
        bench.system.fail("comment", [ToolResult](repeating: full, count: 40))
        let run = try await bench.run()
        #expect(run.result == Self.result)
        #expect(run.toolCalls == 7)
    }

    @Test(arguments: [3600.0, -3600, 86_400, -86_400])
    func `a clock that jumps at each call changes nothing`(seconds: Double) async throws {
        let limits = "100, \"minutes\": 5"
        let bench = try await EngineBench(Self.steps, writes: limits, system: FakeSystem(applications: 5))
        let system = bench.system
        let clock = bench.clock
        system.onCall.withLock { $0 = { clock.jump(seconds: seconds) } }
        let run = try await bench.run()
        #expect(run.state == .done)
        #expect(run.result == Self.result)
        #expect(system.comments.count == 5)
    }

    @Test func `a wait ends once, whichever way the clock has jumped`() async throws {
        for seconds in [3600.0, -3600, 86_400, -86_400] {
            let bench = try await EngineBench(
                #"[{"wait": "PT10M"}, {"call": "comment", "on": "ats", "with": {"id": "late"}}, {"return": "ok"}]"#
            )
            let waiting = try await bench.run()
            #expect(waiting.state == .waiting)
            bench.clock.jump(seconds: seconds)
            let engine = bench.engine(jumps: true)
            try await engine.recover()
            var run = try await engine.settled(waiting.id)
            for _ in 0..<10_000 where !run.state.isEnded {
                await Task.yield()
                run = try await engine.settled(waiting.id)
            }
            #expect(run.state == .done)
            #expect(bench.system.calls == ["comment late"])
        }
    }

    @Test(arguments: [3600.0, -3600, 86_400, -86_400])
    func `a run that waits for its journal looks after ten seconds, however the clock was set meanwhile`(
        seconds: Double
    ) async throws {
        let bench = try await EngineBench(Self.steps, system: FakeSystem(applications: 5))
        let (journal, database) = bench.failing()
        database.fail(3, after: 9, .full)
        let clock = bench.clock
        let pauses = Locked<[Double]>([])
        let engine = bench.engine(
            journal: journal,
            jumps: true,
            onPause: { pause in
                // The clock is set while the run waits for its disk.
                let isFirst = pauses.withLock { pauses in
                    pauses.append(pause)
                    return pauses.count == 1
                }
                if isFirst { clock.jump(seconds: seconds) }
            }
        )
        let id = try await engine.start(bench.request()).id
        var run = try await engine.settled(id)
        for _ in 0..<10_000 where !run.state.isEnded {
            await Task.yield()
            run = try await engine.settled(id)
        }
        #expect(run.state == .done && run.result == Self.result)
        #expect(bench.system.comments.count == 5)
        #expect(pauses.withLock { $0.reduce(0, +) } < 120, "it waited for a clock instead of the disk")
    }

    @Test func `an approval that a jump of the clock ends is over, with nothing written, and one set back stays open`()
        async throws
    {
        let steps = """
            [{"approve": {"title": "Sure?", "plan": "= [{'application': 'a0'}]", "from": ["role:lead"], "expires": "PT12H",
               "onExpire": "cancel"}},
             {"call": "comment", "on": "ats", "with": {"id": "a0"}}, {"return": "ok"}]
            """
        for seconds in [3600.0, -3600, 86_400, -86_400] {
            let bench = try await EngineBench(steps)
            let waiting = try await bench.run()
            #expect(waiting.state == .waiting)
            bench.clock.jump(seconds: seconds)
            // As the approvals that are kept say it themselves.
            if seconds > 43_200 { bench.approvals.decide("ap0", .expired) }
            let engine = bench.engine()
            try await engine.recover()
            #expect(try await engine.settled(waiting.id).state == (seconds > 43_200 ? .cancelled : .waiting))
            #expect(bench.system.comments.isEmpty)
            guard seconds < 43_200 else { continue }
            bench.approvals.decide("ap0", .approved(by: "grace", at: bench.clock.now(), comment: nil))
            await engine.wake(waiting.id)
            #expect(try await engine.settled(waiting.id).result == "ok")
            #expect(bench.system.comments.count == 1)
        }
    }

    @Test func `a journal cut short anywhere in its log loses at most what nobody was told of`() async throws {
        let folder = TemporaryFolder()
        var (bench, id, content) = try await abandoned()
        // A writer that has had nothing to do for a while empties the log; then there is nothing to cut.
        for _ in 0..<10 where content.log.isEmpty { (bench, id, content) = try await abandoned() }
        #expect(content.log.count > 20_000)
        for (number, cut) in [0, 1, 100, 4096, 4120, 9000, 20_000].enumerated() {
            let copy = folder.file("copy\(number).db")
            try TextFile.write(content.main, to: copy)
            try TextFile.write(Array(content.log.dropLast(cut)), to: copy + "-wal")
            let database = try await SQLiteDatabase.open(copy)
            let journal = RunJournal(database: database)
            let engine = bench.engine(journal: journal)
            // So much may be cut that the run itself is gone; then it is as if it had never been asked for.
            if (try? await journal.run(id)) ?? nil != nil {
                try await engine.recover()
                let run = try await engine.settled(id)
                #expect(run.result == Self.result, "\(cut) bytes cut")
            }
            await database.close()
        }
        #expect(bench.system.comments.count == 5)
    }

    /// A run that nobody goes on with, and the files of its journal; the log without the zeros that it is lengthened by.
    private func abandoned() async throws -> (EngineBench, String, (main: [UInt8], log: [UInt8])) {
        let bench = try await EngineBench(Self.steps, system: FakeSystem(applications: 5))
        let mortal = bench.engine(journal: bench.mortal(commits: 9, losesLast: true))
        let id = try await mortal.start(bench.request()).id
        _ = try? await mortal.settled(id)
        await mortal.abandon()
        let log = try bench.file("-wal")
        // A log that was emptied meanwhile went into the file before it.
        return (bench, id, (try bench.file(""), Array(log.prefix((log.lastIndex { $0 != 0 } ?? -1) + 1))))
    }

    @Test func `a damaged journal says so, and nothing is called`() async throws {
        let bench = try await EngineBench(Self.steps, system: FakeSystem(applications: 5))
        let mortal = bench.engine(journal: bench.mortal(commits: 3, losesLast: true))
        let id = try await mortal.start(bench.request()).id
        _ = try? await mortal.settled(id)
        await mortal.abandon()
        await bench.close()
        let calls = bench.system.calls.count
        let folder = TemporaryFolder()
        var bytes = try bench.file("")
        for position in stride(from: 4096, to: bytes.count, by: 7) { bytes[position] = 0xA5 }
        try TextFile.write(bytes, to: folder.file("damaged.db"))
        await #expect(throws: (any Error).self) {
            let database = try await SQLiteDatabase.open(folder.file("damaged.db"))
            try await bench.engine(journal: RunJournal(database: database)).recover()
        }
        try TextFile.write(Array(bytes.prefix(5000)), to: folder.file("short.db"))
        await #expect(throws: (any Error).self) {
            let database = try await SQLiteDatabase.open(folder.file("short.db"))
            try await bench.engine(journal: RunJournal(database: database)).recover()
        }
        #expect(bench.system.calls.count == calls)
    }
}
