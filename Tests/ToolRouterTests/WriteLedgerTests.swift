import Basics
import JSON
import Storage
import TestSupport
import Testing
import ToolRouter
import Tools

/// What the ledger does with one write, whatever comes back.
struct WriteLedgerTests {
    @Test func `a write that is answered is done, and its arguments are kept no longer`() async throws {
        let bench = try await LedgerBench.open()
        let result = await bench.call(once: "a")
        let entry = try #require(try await bench.entry(result))
        #expect(!result.isError && entry.state == .done && entry.evidence == "reply" && entry.remoteID == "r1")
        #expect(entry.arguments == nil && entry.attempts == 1)
        #expect(bench.ats.world.withLock { $0.records[0].text }.hasSuffix(try #require(entry.mark)))
        await bench.close()
    }

    @Test func `the intent is on disk before anything is sent`() async throws {
        let bench = try await LedgerBench.open()
        let seen = Locked<[WriteState]>([])
        bench.ats.pause.withLock { [store = bench.store] pause in
            pause = {
                let states = (try? await store.entries(WriteQuery()))?.entries.map(\.state) ?? []
                seen.withLock { $0 += states }
            }
        }
        _ = await bench.call()
        #expect(seen.withLock { $0 } == [.intent])
        await bench.close()
    }

    @Test(arguments: [
        (FakeATS.Fate.refused, CallProblem.Outcome.failed), (.turnedAway, .notExecuted), (.unsent, .notExecuted),
    ])
    func `a certain no is failed, and the next call under the name is sent`(
        fate: FakeATS.Fate,
        outcome: CallProblem.Outcome
    ) async throws {
        let bench = try await LedgerBench.open()
        bench.ats.set { $0.fates = [fate] }
        let first = await bench.call(once: "a")
        #expect(first.problem?.outcome == outcome)
        #expect(try await bench.entry(first)?.state == .failed)
        let second = await bench.call(once: "a")
        let entry = try await bench.entry(second)
        #expect(entry?.state == .done && entry?.attempts == 2 && second.write == first.write)
        #expect(bench.ats.world.withLock { $0.records.count } == 1)
        await bench.close()
    }

    @Test(arguments: [FakeATS.Fate.doneThen500, .doneThenLost, .doneLate])
    func `a write whose answer was lost is found by its mark`(fate: FakeATS.Fate) async throws {
        let bench = try await LedgerBench.open()
        bench.ats.set { $0.fates = [fate] }
        let result = await bench.call()
        let entry = try #require(try await bench.entry(result))
        #expect(!result.isError && entry.state == .done && entry.evidence == "lookup" && entry.remoteID == "r1")
        #expect(bench.ats.world.withLock { $0.records.count } == 1)
        await bench.close()
    }

    @Test(arguments: [FakeATS.Fate.failedWith500, .lost])
    func `a write that is not there after the settle time is sent again`(fate: FakeATS.Fate) async throws {
        let bench = try await LedgerBench.open()
        bench.ats.set { $0.fates = [fate] }
        let result = await bench.call()
        let entry = try #require(try await bench.entry(result))
        #expect(!result.isError && entry.state == .done && entry.attempts == 2)
        #expect(bench.ats.world.withLock { [$0.records.count, $0.calls.count] } == [1, 2])
        await bench.close()
    }

    @Test func `without its settle time a late write is doubled`() async throws {
        // The control of the two tests above: the fault is real.
        var settings = LedgerSettings()
        settings.longestSettle = 0
        let bench = try await LedgerBench.open(settings: settings)
        bench.ats.set { $0.fates = [.doneLate] }
        _ = await bench.call()
        #expect(bench.ats.world.withLock { $0.records.count } == 2)
        await bench.close()
    }

    @Test func `attempts end, and what is not there was not done`() async throws {
        let bench = try await LedgerBench.open()
        bench.ats.set { $0.fates = Array(repeating: .lost, count: 9) }
        let result = await bench.call()
        #expect(result.problem?.code == "write_not_done" && result.problem?.outcome == .notExecuted)
        #expect(try await bench.entry(result)?.state == .failed)
        #expect(bench.ats.world.withLock { $0.calls.count } == 3)
        await bench.close()
    }

    @Test func `what cannot be looked up is unknown, and never sent again`() async throws {
        let bench = try await LedgerBench.open()
        for (tool, once) in [("send_mail", "a"), ("add_note", "b")] {
            bench.ats.set { world in
                world.canBeFound = false
                world.fates = [.doneThenLost]
            }
            let result = await bench.call(tool, once: once)
            #expect(result.problem?.code == "write_unknown" && result.problem?.outcome == .unknown)
            #expect(try await bench.entry(result)?.state == .unknown)
            #expect(await bench.call(tool, once: once).problem?.outcome == .unknown)
        }
        #expect(bench.ats.world.withLock { $0.calls.count } == 2)
        await bench.close()
    }

    @Test func `setting the same state again needs no look, and a look saves it`() async throws {
        let bench = try await LedgerBench.open()
        bench.ats.set { $0.fates = [.doneThenLost] }
        #expect(await bench.call("set_stage").isError == false)
        #expect(bench.ats.world.withLock { $0.calls.count } == 1)
        bench.ats.set { world in
            world.canBeFound = false
            world.fates = [.lost]
        }
        let result = await bench.call("set_stage", note: "other")
        #expect(!result.isError && bench.ats.world.withLock { $0.stage } == "other")
        #expect(bench.ats.world.withLock { $0.calls.count } == 3)
        await bench.close()
    }

    @Test func `what was removed is gone, and what is still there is for a person`() async throws {
        let bench = try await LedgerBench.open()
        bench.ats.set { $0.fates = [.doneThenLost] }
        #expect(await bench.call("remove").isError == false)
        bench.ats.set { world in
            world.isRemoved = false
            world.fates = [.lost]
        }
        let result = await bench.call("remove")
        #expect(try await bench.entry(result)?.state == .unknown)
        #expect(bench.ats.world.withLock { $0.calls.count } == 2)
        await bench.close()
    }

    @Test func `a look that fails is tried again, and not for ever`() async throws {
        let bench = try await LedgerBench.open()
        bench.ats.set { world in
            world.fates = [.doneThenLost]
            world.blindLooks = 4
        }
        #expect(await bench.call().isError == false)
        bench.ats.set { world in
            world.fates = [.doneThenLost]
            world.blindLooks = 5
        }
        let result = await bench.call(note: "two", once: "two")
        #expect(try await bench.entry(result)?.state == .unknown)
        #expect(bench.ats.world.withLock { $0.records.count } == 2)
        // Asked again, it is looked for again, and found.
        let again = await bench.call(note: "two", once: "two")
        #expect(!again.isError && again.write == result.write)
        #expect(bench.ats.world.withLock { $0.records.count } == 2)
        await bench.close()
    }

    @Test func `a conflict on a second attempt may be with the first`() async throws {
        let bench = try await LedgerBench.open()
        bench.ats.set { $0.fates = [.conflict] }
        #expect(await bench.call(once: "a").problem?.status == 409)
        bench.ats.set { $0.fates = [.conflict, .done] }
        #expect(await bench.call(once: "a").isError == false, "it was looked for, not there, and sent again")
        #expect(bench.ats.world.withLock { [$0.looks, $0.records.count] } == [1, 1])
        await bench.close()
    }

    // MARK: - Names

    @Test func `under one name a write is made once, in this life and the next`() async throws {
        var bench = try await LedgerBench.open()
        let first = await bench.call(note: "one", once: "close:8899")
        let second = await bench.call(note: "other words", once: "close:8899")
        let value = try Fixture.json(second.payload)
        #expect(value["already_done"] == true && value["id"] == "r1" && second.write == first.write)
        bench = try await bench.reopened()
        let third = await bench.call(once: "close:8899")
        #expect(try Fixture.json(third.payload)["text"] == Fixture.json(first.payload)["text"])
        #expect(bench.ats.world.withLock { $0.calls.count } == 1)
        await bench.close()
    }

    @Test func `an idempotency key belongs to its arguments and to its owner`() async throws {
        let bench = try await LedgerBench.open()
        _ = await bench.call(note: "one", once: "1", rule: .sameArguments)
        #expect(
            try Fixture.json(await bench.call(note: "one", once: "1", rule: .sameArguments).payload)["already_done"]
                == true
        )
        let other = await bench.call(note: "two", once: "1", rule: .sameArguments)
        #expect(other.problem?.code == "idempotency_conflict" && other.problem?.outcome == .notExecuted)
        var call = ToolCall(tool: "add_note", arguments: ["id": "1", "note": "two"], user: "ada", origin: .model)
        (call.once, call.onceRule, call.context.endpoint) = ("1", .sameArguments, "ep_2")
        #expect(await bench.execute(call).isError == false)
        #expect(bench.ats.world.withLock { $0.records.count } == 2)
        await bench.close()
    }

    @Test func `two calls of one name at once are one write`() async throws {
        let bench = try await LedgerBench.open()
        let gate = Gate()
        bench.ats.pause.withLock { $0 = { await gate.pass() } }
        async let first = bench.call(once: "a")
        async let second = bench.call(once: "a")
        async let other = bench.call(note: "not the same", once: "a", rule: .adopts)
        while bench.ats.world.withLock({ $0.calls.isEmpty }) { await Task.yield() }
        gate.open()
        let results = await [first, second, other]
        #expect(results.allSatisfy { !$0.isError } && Set(results.map(\.write)).count == 1)
        #expect(bench.ats.world.withLock { $0.calls.count } == 1)
        await bench.close()
    }

    @Test func `calls without a name are writes of their own`() async throws {
        let bench = try await LedgerBench.open()
        let ids = [await bench.call().write, await bench.call().write]
        #expect(Set(ids).count == 2 && bench.ats.world.withLock { $0.records.count } == 2)
        await bench.close()
    }

    // MARK: - Records without marks

    @Test func `a record that was there before is not ours`() async throws {
        let bench = try await LedgerBench.open()
        bench.ats.set { $0.takesMark = false }
        _ = await bench.call(note: "same")
        bench.clock.advance(seconds: 3600)
        bench.ats.set { $0.fates = [.lost] }
        let result = await bench.call(note: "same")
        #expect(try await bench.entry(result)?.remoteID == "r2")
        await bench.close()
    }

    @Test func `a record of another write of ours is not this one's`() async throws {
        let bench = try await LedgerBench.open()
        bench.ats.set { $0.takesMark = false }
        _ = await bench.call(note: "same")
        bench.ats.set { $0.fates = [.lost] }
        let result = await bench.call(note: "same")
        #expect(try await bench.entry(result)?.remoteID == "r2", "the first one's record was not taken for it")
        await bench.close()
    }

    @Test func `one record for two open writes is nobody's until both are known`() async throws {
        let bench = try await LedgerBench.open()
        bench.ats.set { world in
            world.takesMark = false
            world.canBeFound = false
            world.fates = [.doneThenLost, .lost]
        }
        let first = await bench.call(note: "same", once: "a")
        #expect(try await bench.entry(first)?.state == .unknown)
        bench.ats.set { $0.canBeFound = true }
        let second = await bench.call(note: "same", once: "b")
        #expect(try await bench.entry(second)?.state == .unknown)
        #expect(bench.ats.world.withLock { [$0.records.count, $0.calls.count] } == [1, 2])
        await bench.close()
    }

    // MARK: - Patience, leases, refusals

    @Test func `who cannot wait is told so at once, and it is followed up without being sent again`() async throws {
        let bench = try await LedgerBench.open()
        bench.ats.set { $0.fates = [.lost] }
        let result = await bench.call(options: WriteOptions(patience: 25))
        #expect(result.problem?.outcome == .unknown && result.text?.contains("writes show") == true)
        await bench.ledger.drain()
        #expect(try await bench.entry(result)?.state == .failed)
        #expect(bench.ats.world.withLock { $0.calls.count } == 1)
        bench.ats.set { $0.fates = [.doneThenLost] }
        let other = await bench.call(options: WriteOptions(patience: 25))
        await bench.ledger.drain()
        #expect(try await bench.entry(other)?.state == .done)
        await bench.close()
    }

    @Test func `who lost its lease does not send`() async throws {
        let bench = try await LedgerBench.open()
        let result = await bench.call(once: "a", options: WriteOptions(fence: { false }))
        #expect(result.problem?.code == "lost_lease" && result.problem?.outcome == .notExecuted)
        #expect(bench.ats.world.withLock { $0.calls.isEmpty })
        #expect(await bench.call(once: "a", options: WriteOptions(fence: { true })).isError == false)
        await bench.close()
    }

    @Test func `what can never be sent leaves no row`() async throws {
        let bench = try await LedgerBench.open()
        let call = ToolCall(tool: "add_note", arguments: ["bad": true], user: "ada", origin: .model)
        #expect(await bench.execute(call).problem?.code == "invalid_arguments")
        #expect(try await bench.store.entries(WriteQuery()).entries.isEmpty)
        await bench.close()
    }

    @Test func `what cannot be written down is not sent`() async throws {
        let bench = try await LedgerBench.open()
        await bench.database.close()
        let result = await bench.call()
        #expect(result.problem?.code == "ledger_unavailable" && result.problem?.outcome == .notExecuted)
        #expect(bench.ats.world.withLock { $0.calls.isEmpty })
        await bench.close()
    }

    @Test func `a row that cannot be read stops its name, and no other`() async throws {
        let bench = try await LedgerBench.open()
        let first = await bench.call(once: "a")
        let id = try #require(first.write)
        try await bench.database.write {
            try $0.execute("UPDATE ledger SET effect = 'nonsense' WHERE id = ?", .text(id))
        }
        let again = await bench.call(once: "a")
        #expect(again.problem?.code == "ledger_unavailable" && again.text?.contains(id) == true)
        #expect(try await bench.store.entries(WriteQuery()).damaged == [id])
        #expect(await bench.call(once: "b").isError == false)
        #expect(bench.ats.world.withLock { $0.calls.count } == 2)
        await bench.close()
    }
}
