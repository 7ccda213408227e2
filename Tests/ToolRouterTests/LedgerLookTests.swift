import Basics
import JSON
import Storage
import TestSupport
import Testing
import ToolRouter
import Tools

/// What is found out about unknown writes while nobody asks.
struct LedgerLookTests {
    private let day = 86_400.0

    /// A write whose looks have all failed, so that it is unknown.
    private func unknown(
        _ bench: LedgerBench,
        _ fate: FakeATS.Fate,
        tool: String = "add_note",
        once: String? = "a"
    ) async throws -> WriteEntry {
        bench.ats.set { world in
            world.fates = [fate]
            world.blindLooks = 5
        }
        let result = await bench.call(tool, once: once)
        let entry = try #require(try await bench.entry(result))
        #expect(entry.state == .unknown)
        bench.ats.set { world in (world.looks, world.blindLooks) = (0, 0) }
        return entry
    }

    private func look(_ bench: LedgerBench, after seconds: Double = 0) async throws -> [WriteLook] {
        bench.clock.advance(seconds: seconds)
        return try await bench.ledger.lookAgain(at: bench.clock.now(), in: ToolCatalog([bench.ats]))
    }

    private func counts(_ bench: LedgerBench) -> [Int] {
        bench.ats.world.withLock { [$0.calls.count, $0.records.count, $0.looks] }
    }

    @Test func `what was done is found a minute later, and never sent`() async throws {
        let bench = try await LedgerBench.open()
        let entry = try await unknown(bench, .doneThenLost)
        #expect(try await look(bench, after: 59).isEmpty && counts(bench) == [1, 1, 0])
        let looks = try await look(bench, after: 1)
        #expect(looks.map(\.write.id) == [entry.id] && looks.map(\.outcome.state) == [.done])
        let settled = try #require(try await bench.store.entry(entry.id))
        #expect(settled.evidence == "lookup" && settled.remoteID == "r1" && settled.arguments == nil)
        #expect(counts(bench) == [1, 1, 1])
        #expect(try await look(bench, after: 10 * day).isEmpty)
        // Whoever asks under the same name is told so.
        #expect(try Fixture.json(await bench.call(once: "a").payload)["already_done"] == true)
        await bench.close()
    }

    @Test func `what was not done is failed, not sent, and may be asked for again`() async throws {
        let bench = try await LedgerBench.open()
        let entry = try await unknown(bench, .lost)
        #expect(try await look(bench, after: 60).map(\.outcome.state) == [.failed])
        #expect(counts(bench) == [1, 0, 1], "it is for the caller to send it again")
        #expect(try await bench.store.entry(entry.id)?.evidence == "lookup")
        #expect(await bench.call(once: "a").isError == false && counts(bench) == [2, 1, 1])
        await bench.close()
    }

    @Test func `looks that fail come 1, 5 and 30 minutes apart, then daily for a week, and then no more`() async throws
    {
        let bench = try await LedgerBench.open()
        let entry = try await unknown(bench, .doneThenLost)
        bench.ats.set { $0.blindLooks = 99 }
        let start = bench.clock.now()
        var times: [Double] = []
        // Every half minute for an hour, then every hour for ten days.
        for step in Array(repeating: 30.0, count: 120) + Array(repeating: 3600.0, count: 240) {
            for look in try await look(bench, after: step) {
                #expect(look.outcome.state == .unknown)
                times.append(Double(bench.clock.now().milliseconds - start.milliseconds) / 1000)
            }
        }
        #expect(times.prefix(3) == [60, 360, 2160])
        #expect(times.count == 10 && counts(bench) == [1, 1, 10])
        for (earlier, later) in zip(times.dropFirst(2), times.dropFirst(3)) {
            #expect((day...(day + 3600)).contains(later - earlier))
        }
        let left = try #require(try await bench.store.entry(entry.id))
        #expect(left.state == .unknown && left.nextLook == nil && left.arguments != nil, "it waits for a person")
        await bench.close()
    }

    @Test func `a restart neither forgets a look nor makes it sooner`() async throws {
        var bench = try await LedgerBench.open()
        let entry = try await unknown(bench, .doneThenLost)
        bench.ats.set { $0.blindLooks = 1 }
        #expect(try await look(bench, after: 60).map(\.outcome.state) == [.unknown])
        bench = try await bench.reopened()
        try await bench.ledger.recover(from: ToolCatalog([bench.ats]))
        await bench.ledger.drain()
        #expect(try await look(bench, after: 299).isEmpty)
        #expect(try await bench.store.entry(entry.id)?.json(isWhole: false)["next_look"] != nil)
        #expect(try await look(bench, after: 1).map(\.outcome.state) == [.done])
        await bench.close()
    }

    @Test func `a write that cannot be looked up stays unknown, and nothing is read`() async throws {
        let bench = try await LedgerBench.open()
        bench.ats.set { world in
            world.canBeFound = false
            world.fates = [.doneThenLost, .doneThenLost]
        }
        let mail = try #require(await bench.call("send_mail").write)
        let note = try #require(await bench.call("add_note").write)
        for _ in 0..<30 { #expect(try await look(bench, after: day / 2).isEmpty) }
        for id in [mail, note] { #expect(try await bench.store.entry(id)?.state == .unknown) }
        #expect(counts(bench) == [2, 2, 0])
        await bench.close()
    }

    @Test func `a tool that is gone is no answer`() async throws {
        let bench = try await LedgerBench.open()
        let entry = try await unknown(bench, .doneThenLost)
        bench.clock.advance(seconds: 60)
        #expect(try await bench.ledger.lookAgain(at: bench.clock.now(), in: ToolCatalog([])).isEmpty)
        #expect(try await bench.store.entry(entry.id)?.state == .unknown)
        #expect(try await look(bench, after: 300).map(\.outcome.state) == [.done], "and when it is back it is asked")
        await bench.close()
    }

    @Test func `a row that cannot be read is passed over`() async throws {
        let bench = try await LedgerBench.open()
        let broken = try await unknown(bench, .doneThenLost)
        let entry = try await unknown(bench, .doneThenLost, once: "b")
        try await bench.database.write {
            try $0.execute("UPDATE ledger SET key = x'00' WHERE id = ?", .text(broken.id))
        }
        #expect(try await look(bench, after: 60).map(\.write.id) == [entry.id])
        #expect(try await look(bench, after: 10 * day).isEmpty)
        await bench.close()
    }

    @Test func `a look does not touch what a person has settled or a caller is asking for`() async throws {
        let bench = try await LedgerBench.open()
        let entry = try await unknown(bench, .doneThenLost)
        _ = try await bench.ledger.settle(entry.id, isDone: false, remoteID: nil, by: "ada")
        #expect(try await look(bench, after: 60).isEmpty && counts(bench)[2] == 0)
        #expect(try await bench.store.entry(entry.id)?.evidence == "person:ada")
        let other = try await unknown(bench, .lost, once: "b")
        let (sent, over) = (Gate(), Gate())
        bench.ats.pause.withLock { pause in
            pause = {
                sent.open()
                await over.pass()
            }
        }
        let asking = Task { await bench.call(once: "b") }
        await sent.pass()
        let looked = bench.ats.world.withLock { $0.looks }
        #expect(try await look(bench, after: 60).isEmpty && counts(bench)[2] == looked)
        over.open()
        #expect(await asking.value.write == other.id)
        await bench.close()
    }

    @Test func `the columns of an older data folder are added, and its unknown writes looked for`() async throws {
        let folder = TemporaryFolder()
        let database = try await SQLiteDatabase.open(folder.path + "/ledger.db")
        try await database.migrate(LedgerStore.migrations.filter { $0.version == 1 })
        await database.close()
        let bench = try await LedgerBench.open(folder)
        #expect(await bench.call().isError == false)
        await bench.close()
    }

    @Test func `each look is a row of the audit under the write's id`() async throws {
        let bench = try await LedgerBench.open()
        let entry = try await unknown(bench, .doneThenLost)
        let database = try await SQLiteDatabase.open(bench.folder.file("audit.db"))
        try await database.migrate(AuditLog.migrations)
        let audit = AuditLog(database: database)
        let watched = LookAudit(audit: audit, clock: bench.clock)
        bench.ats.set { $0.blindLooks = 1 }
        for after in [60.0, 300] { for made in try await look(bench, after: after) { await watched.record(made) } }
        let rows = try await audit.rows(AuditFilter()).map(\.entry)
        #expect(rows.map(\.tool) == ["look writes", "look writes"] && rows.map(\.outcome) == ["write_unknown", "ok"])
        #expect(rows.allSatisfy { $0.object == entry.id && $0.via == "ledger" && $0.actor == "switchboard" })
        #expect(rows.map(\.records) == [["1"], ["1", "r1"]])
        await database.close()
        await bench.close()
    }
}
