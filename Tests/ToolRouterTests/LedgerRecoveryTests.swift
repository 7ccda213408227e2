import Basics
import JSON
import Storage
import TestSupport
import Testing
import ToolRouter
import Tools

/// What the next life of the program does with what the last one left, and what a person does with the rest.
struct LedgerRecoveryTests {
    /// A write that was on its way when the program ended.
    private func crashed(
        _ fate: FakeATS.Fate,
        tool: String = "add_note",
        once: String? = nil,
        run: String? = nil
    ) async throws -> LedgerBench {
        let bench = try await LedgerBench.open()
        bench.ats.set { $0.fates = [fate] }
        let (sent, over) = (Gate(), Gate())
        bench.ats.pause.withLock { pause in
            pause = {
                sent.open()
                await over.pass()
            }
        }
        let lost = Task { await bench.call(tool, once: once, run: run) }
        await sent.pass()
        bench.ats.pause.withLock { $0 = nil }
        await bench.database.close()
        over.open()
        #expect(await lost.value.problem?.outcome == .unknown, "its outcome could not be written down")
        return try await bench.reopened()
    }

    private func only(_ bench: LedgerBench) async throws -> WriteEntry {
        try #require(try await bench.store.entries(WriteQuery()).entries.first)
    }

    private func catalog(_ bench: LedgerBench) -> ToolCatalog { ToolCatalog([bench.ats]) }

    @Test func `what was done is found at the next start, and what was not is not sent again`() async throws {
        for (fate, state) in [(FakeATS.Fate.doneThenLost, WriteState.done), (.doneLate, .done), (.lost, .failed)] {
            let bench = try await crashed(fate)
            #expect(try await only(bench).state == .intent)
            try await bench.ledger.recover(from: catalog(bench))
            await bench.ledger.drain()
            let entry = try await only(bench)
            #expect(entry.state == state && entry.evidence == "lookup")
            #expect(bench.ats.world.withLock { $0.calls.count } == 1)
            await bench.close()
        }
    }

    @Test(arguments: [3600.0, -3600, 86_400, -86_400])
    func `a look waits for its time, however the clock was set between two lives of the program`(
        seconds: Double
    ) async throws {
        let bench = try await crashed(.doneLate, once: "a")
        // A second life gives it its time, and ends before that is over.
        try await bench.store.reopen()
        bench.clock.jump(seconds: seconds)
        let third = try await bench.reopened()
        try await third.store.reopen()
        #expect(await third.call(once: "a").isError == false)
        #expect(third.ats.world.withLock { $0.records.count } == 1)
        #expect(third.waits.seconds.withLock { $0.reduce(0, +) } <= 61, "no longer than the settle time")
        await third.close()
    }

    @Test func `after a new start of the machine a look waits for as long as may be missing`() async throws {
        for (up, left) in [(10.0, 50.0), (500, 0)] {
            let bench = try await crashed(.doneLate, once: "a")
            try await bench.store.reopen()
            bench.clock.jump(seconds: 3600)
            bench.clock.reboot(up: up)
            let entry = try await only(bench)
            #expect(entry.settling(now: bench.clock.now(), uptime: bench.clock.uptime()) == left)
            await bench.close()
        }
    }

    @Test func `a mail that may have left is for a person, who settles it once`() async throws {
        let bench = try await crashed(.doneThenLost, tool: "send_mail")
        try await bench.ledger.recover(from: catalog(bench))
        await bench.ledger.drain()
        let entry = try await only(bench)
        #expect(entry.state == .unknown && entry.arguments?["note"] == "hello")
        let settled = try await bench.ledger.settle(entry.id, isDone: true, remoteID: "m1", by: "ada")
        #expect(settled.state == .done && settled.evidence == "person:ada" && settled.remoteID == "m1")
        #expect(settled.arguments == nil)
        await #expect(throws: LedgerError.self) {
            _ = try await bench.ledger.settle(entry.id, isDone: false, remoteID: nil, by: "ada")
        }
        await #expect(throws: LedgerError.self) {
            _ = try await bench.ledger.settle("wr_none", isDone: false, remoteID: nil, by: "ada")
        }
        await bench.close()
    }

    @Test func `what a person did not find may be made again`() async throws {
        let bench = try await LedgerBench.open()
        bench.ats.set { $0.fates = [.lost] }
        let first = await bench.call("send_mail", once: "mail")
        let id = try #require(first.write)
        _ = try await bench.ledger.settle(id, isDone: false, remoteID: nil, by: "ada")
        let again = await bench.call("send_mail", once: "mail")
        #expect(!again.isError && again.write == id)
        await bench.close()
    }

    @Test func `a write of a run waits for its run, which asks under the same name`() async throws {
        for fate in [FakeATS.Fate.doneThenLost, .lost] {
            let bench = try await crashed(fate, once: "step", run: "run_1")
            try await bench.ledger.recover(from: catalog(bench))
            await bench.ledger.drain()
            #expect(try await only(bench).state == .intent)
            #expect(try await bench.store.counts(run: "run_1") == [.intent: 1])
            let result = await bench.call(once: "step", run: "run_1")
            #expect(!result.isError)
            #expect(try await bench.store.counts(run: "run_1") == [.done: 1])
            #expect(bench.ats.world.withLock { $0.records.count } == 1)
            await bench.close()
        }
    }

    @Test func `a caller who comes back while it is looked up gets what was wanted`() async throws {
        for fate in [FakeATS.Fate.doneThenLost, .lost] {
            let bench = try await crashed(fate, once: "a")
            try await bench.ledger.recover(from: catalog(bench))
            let result = await bench.call(once: "a")
            #expect(!result.isError)
            #expect(bench.ats.world.withLock { $0.records.count } == 1)
            await bench.close()
        }
    }

    @Test func `a tool that is gone leaves its writes to a person`() async throws {
        let bench = try await crashed(.doneThenLost)
        try await bench.ledger.recover(from: ToolCatalog([]))
        await bench.ledger.drain()
        #expect(try await only(bench).state == .unknown)
        await bench.close()
    }

    @Test func `each event is allowed where it makes sense, and nowhere else`() async throws {
        let bench = try await LedgerBench.open()
        let tool = try #require(bench.ats.tools.first)
        var call = ToolCall(tool: tool.name, arguments: ["note": "planned"], user: "ada", origin: .workflow)
        call.once = "plan"
        let rules = WriteRules(connection: "conn_1", takesMark: true, canBeFound: true)
        let planned = try await bench.ledger.plan(call, tool: tool, rules: rules)
        #expect(planned.state == .planned && planned.attempts == 0)
        #expect(try await bench.ledger.plan(call, tool: tool, rules: rules).id == planned.id)
        #expect(try await bench.ledger.approve(planned.id).state == .approved)
        await #expect(throws: LedgerError.self) { _ = try await bench.ledger.approve(planned.id) }
        let result = await bench.execute(call)
        #expect(result.write == planned.id && !result.isError)
        await #expect(throws: LedgerError.self) {
            _ = try await bench.ledger.withdraw(planned.id, reason: "no longer wanted")
        }
        call.once = "other"
        let other = try await bench.ledger.plan(call, tool: tool, rules: rules)
        #expect(try await bench.ledger.withdraw(other.id, reason: "no longer wanted").state == .failed)
        await bench.close()
    }

    @Test(arguments: 0..<4) func `whatever happens in whatever order, nothing is doubled and the rows are right`(
        seed: Int
    ) async throws {
        var random = SeededGenerator(seed: UInt64(seed) &+ 77)
        var bench = try await LedgerBench.open()
        let names = (0..<6).map { "item \($0);" }
        for _ in 0..<60 {
            let name = try #require(names.randomElement(using: &random))
            bench.ats.set { world in
                world.fates = (0..<Int.random(in: 0...4, using: &random)).map { _ in
                    FakeATS.Fate.allCases.randomElement(using: &random) ?? .done
                }
                world.blindLooks = Int.random(in: 0...6, using: &random) == 0 ? 5 : 0
            }
            let patience = Bool.random(using: &random) ? 25.0 : 10_000
            let run = Bool.random(using: &random) ? "run_1" : nil
            _ = await bench.call(note: name, once: name, run: run, options: WriteOptions(patience: patience))
            if Int.random(in: 0...9, using: &random) == 0 {
                await bench.ledger.close()
                bench = try await bench.reopened()
                try await bench.ledger.recover(from: catalog(bench))
            }
            await bench.ledger.drain()
            if Int.random(in: 0...2, using: &random) == 0 {
                bench.clock.advance(seconds: 300)
                _ = try await bench.ledger.lookAgain(at: bench.clock.now(), in: catalog(bench))
            }
        }
        bench.ats.set { world in (world.fates, world.blindLooks) = ([], 0) }
        let records = bench.ats.world.withLock { $0.records }
        for entry in try await bench.store.entries(WriteQuery()).entries {
            let name = try #require(entry.once)
            let count = records.count { $0.text.hasPrefix(name) }
            #expect(count <= 1, "\(name) was doubled")
            if entry.state == .done { #expect(count == 1) }
            if entry.state == .failed { #expect(count == 0) }
        }
        for name in names { #expect(await bench.call(note: name, once: name).isError == false) }
        #expect(bench.ats.world.withLock { $0.records.count } == names.count)
        await bench.close()
    }
}
