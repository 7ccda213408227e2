import Basics
import JSON
import TestSupport
import Testing
import Tools
import Workflows

struct EngineWaitTests {
    private static let gated = """
        [{"id": "apps", "call": "list_applications", "on": "ats", "all": {"max": 1000}},
         {"id": "ok", "approve": {"title": "Comment on {{ $count($apps) }}?", "plan": "= $apps.{'application': id}",
            "from": ["role:recruiting-lead"], "expires": "P2D", "onExpire": "cancel"}},
         {"id": "done", "forEach": "= $apps", "as": "app", "key": "= $app.id", "concurrency": 2, "maxItems": 100,
          "do": [{"id": "said", "call": "comment", "on": "ats", "with": {"id": "= $app.id"}}, {"return": "= $said.id"}]},
         {"return": {"by": "= $ok.by", "count": "= $count($done.succeeded)", "gone": "= [$ok.gone.application]"}}]
        """

    @Test func `nothing is written before a person has approved the exact list`() async throws {
        let bench = try await EngineBench(Self.gated)
        let engine = bench.engine()
        let id = try await engine.start(bench.request()).id
        let waiting = try await engine.settled(id)
        #expect(waiting.state == .waiting)
        #expect(bench.system.comments.isEmpty)
        #expect(bench.approvals.asked.withLock { $0.map(\.plan.count) } == [10])
        bench.approvals.decide("ap0", .approved(by: "grace", at: bench.clock.now(), comment: nil))
        await engine.wake(id)
        let run = try await engine.settled(id)
        #expect(run.result == ["by": "grace", "count": 10, "gone": []])
    }

    @Test func `a rejection ends the run without a write`() async throws {
        let bench = try await EngineBench(Self.gated)
        let engine = bench.engine()
        let id = try await engine.start(bench.request()).id
        _ = try await engine.settled(id)
        bench.approvals.decide("ap0", .rejected(by: "grace", at: bench.clock.now(), comment: "not yet"))
        await engine.wake(id)
        let run = try await engine.settled(id)
        #expect(run.failure?.message == "grace rejected it: not yet")
        #expect(bench.system.comments.isEmpty)
    }

    @Test func `an approval that nobody gave in time cancels the run`() async throws {
        let bench = try await EngineBench(Self.gated)
        let engine = bench.engine()
        let id = try await engine.start(bench.request()).id
        _ = try await engine.settled(id)
        bench.approvals.decide("ap0", .expired)
        await engine.wake(id)
        #expect(try await engine.settled(id).state == .cancelled)
    }

    private static let mail = """
        [{"id": "mails", "forEach": "= ['a', 'b', 'c']", "as": "who", "key": "= $who", "maxItems": 5,
          "do": [{"id": "sent", "call": "send_email", "on": "ats", "with": {"id": "= $who"}}, {"return": "= $sent.id"}]},
         {"return": "= $mails"}]
        """

    private static func asked(_ id: String, _ bench: EngineBench) -> ToolResult {
        .failure(
            "approval_required",
            "A person must approve this call first.",
            details: [
                "approval_id": .string(id), "expires_at": .string(bench.clock.now().adding(seconds: 60).iso8601),
            ]
        )
    }

    @Test func `a call that the rules hold back waits for its approval while other items go on, and is made once`()
        async throws
    {
        let bench = try await EngineBench(Self.mail, writes: "3")
        bench.system.fail("b", [Self.asked("ap7", bench)])
        let engine = bench.engine()
        let id = try await engine.start(bench.request()).id
        let waiting = try await engine.settled(id)
        #expect(waiting.state == .waiting && waiting.waiting?.json["id"] == "ap7")
        #expect(bench.system.calls == ["send_email a", "send_email b", "send_email c"])
        bench.approvals.decide("ap7", .approved(by: "grace", at: bench.clock.now(), comment: nil))
        await engine.wake(id)
        let run = try await engine.settled(id)
        #expect(run.state == .done && run.writes == 3)
        #expect(run.result?["succeeded"]?.array?.compactMap { $0["key"]?.string } == ["a", "b", "c"])
        #expect(bench.system.calls == ["send_email a", "send_email b", "send_email c", "send_email b"])
    }

    @Test func `a call whose approval nobody gave in time fails and is not asked for again`() async throws {
        let bench = try await EngineBench(Self.mail, writes: "3")
        bench.system.fail("b", [Self.asked("ap7", bench)])
        let engine = bench.engine()
        let id = try await engine.start(bench.request()).id
        _ = try await engine.settled(id)
        bench.approvals.decide("ap7", .expired)
        await engine.wake(id)
        let run = try await engine.settled(id)
        #expect(run.state == .done && run.writes == 2)
        #expect(run.result?["failed"]?.array?.compactMap { $0["code"]?.string } == ["expired"])
        #expect(bench.system.calls.count == 3)
    }

    @Test(arguments: [("command", Origin.workflow), ("schedule", .workflow), ("chat", .model), ("mcp", .model)])
    func `what a model asked for is told from what a person asked for, also in a run that it starts`(
        trigger: String,
        origin: Origin
    ) async throws {
        let child = EngineBench.file("child", #"[{"call": "send_email", "on": "ats", "with": {"id": "x"}}]"#)
        let bench = try await EngineBench(
            #"[{"call": "comment", "on": "ats", "with": {"id": "y"}}, {"run": {"workflow": "child", "input": {}}}]"#,
            others: ["child": child]
        )
        let engine = bench.engine()
        var request = bench.request()
        request.trigger = trigger
        let id = try await engine.start(request).id
        var run = try await engine.settled(id)
        while !run.state.isEnded { run = try await engine.settled(id) }
        #expect(bench.system.origins == [origin, origin])
    }

    @Test func `a plan that has grown since it was approved stops the run and says what is new`() async throws {
        let bench = try await EngineBench(Self.gated)
        let id = try await bench.run().id
        // The same run goes on in front of a system that has two more applications by now.
        let grown = try await EngineBench(Self.gated, system: FakeSystem(applications: 12))
        bench.approvals.decide("ap0", .approved(by: "grace", at: bench.clock.now(), comment: nil))
        let engine = grown.engine(journal: bench.journal, approvals: bench.approvals)
        try await engine.recover()
        let run = try await engine.settled(id)
        #expect(run.failure?.code == "plan_grew")
        #expect(run.failure?.message.contains("a11") == true)
        #expect(grown.system.comments.isEmpty)
    }

    @Test func `rows that are gone since the approval are told, and the rest is done`() async throws {
        let bench = try await EngineBench(Self.gated)
        let id = try await bench.run().id
        let shrunk = try await EngineBench(Self.gated, system: FakeSystem(applications: 8))
        bench.approvals.decide("ap0", .approved(by: "grace", at: bench.clock.now(), comment: nil))
        let engine = shrunk.engine(journal: bench.journal, approvals: bench.approvals)
        try await engine.recover()
        #expect(try await engine.settled(id).result?["gone"] == ["a8", "a9"])
    }

    @Test func `a run that waits for a time goes on when it has come, also in a new process`() async throws {
        let bench = try await EngineBench(#"[{"wait": "PT1H"}, {"return": "later"}]"#)
        let first = bench.engine()
        let id = try await first.start(bench.request()).id
        #expect(try await first.settled(id).state == .waiting)
        await first.close()
        bench.clock.advance(seconds: 3599)
        let second = bench.engine()
        try await second.recover()
        #expect(try await bench.journal.run(id)?.state == .waiting)
        bench.clock.advance(seconds: 2)
        await second.wake(id)
        #expect(try await second.settled(id).result == "later")
    }

    @Test func `a signal wakes its run with its payload, once`() async throws {
        let bench = try await EngineBench(
            #"[{"id": "s", "wait": {"signal": "hired", "max": "P1D"}}, {"return": "= $s.name"}]"#
        )
        let engine = bench.engine()
        let id = try await engine.start(bench.request()).id
        _ = try await engine.settled(id)
        try await engine.signal(id, name: "hired", payload: ["name": "Ada"])
        #expect(try await engine.settled(id).result == "Ada")
        await #expect(throws: WorkflowError.self) {
            try await engine.signal(id, name: "hired", payload: ["name": "Bea"])
        }
    }

    @Test func `a run that another one starts is started once and its value comes back`() async throws {
        let child = EngineBench.file(
            "child",
            #"[{"wait": "PT1M"}, {"id": "c", "call": "comment", "on": "ats", "with": {"id": "x"}}, {"return": "= $c.id"}]"#
        )
        let bench = try await EngineBench(
            #"[{"id": "r", "run": {"workflow": "child", "input": {}}}, {"return": "= 'child said ' & $r"}]"#,
            others: ["child": child]
        )
        let engine = bench.engine()
        let id = try await engine.start(bench.request()).id
        #expect(try await engine.settled(id).waiting.map { $0.json["for"] } == "run")
        let children = try await bench.journal.runs(parent: id, limit: 10)
        #expect(children.count == 1)
        bench.clock.advance(seconds: 61)
        await engine.wake(children[0].id)
        var events = engine.events(of: id).makeAsyncIterator()
        while try await bench.journal.run(id)?.state.isEnded != true { _ = await events.next() }
        #expect(try await bench.journal.run(id)?.result == "child said c-x")
        #expect(bench.system.calls == ["comment x"])
    }

    @Test func `a paused run does nothing more until it is resumed`() async throws {
        let gate = Gate()
        let bench = try await EngineBench(
            #"[{"call": "comment", "on": "ats", "with": {"id": "x"}}, {"call": "comment", "on": "ats", "with": {"id": "y"}}]"#,
            system: FakeSystem(gate: gate)
        )
        let engine = bench.engine()
        let id = try await engine.start(bench.request()).id
        while bench.system.calls.isEmpty { await Task.yield() }
        try await engine.pause(id)
        gate.open()
        #expect(try await engine.settled(id).state == .paused)
        #expect(bench.system.calls == ["comment x"])
        try await engine.resume(id)
        #expect(try await engine.settled(id).state == .done)
        #expect(bench.system.calls == ["comment x", "comment y"])
    }

    @Test func `a cancelled run finishes what is under way and begins nothing`() async throws {
        let gate = Gate()
        let bench = try await EngineBench(
            #"[{"call": "comment", "on": "ats", "with": {"id": "x"}}, {"call": "comment", "on": "ats", "with": {"id": "y"}}]"#,
            system: FakeSystem(gate: gate)
        )
        let engine = bench.engine()
        let id = try await engine.start(bench.request()).id
        while bench.system.calls.isEmpty { await Task.yield() }
        try await engine.cancel(id)
        #expect(try await bench.journal.run(id)?.state == .cancelling)
        gate.open()
        #expect(try await engine.settled(id).state == .cancelled)
        #expect(bench.system.comments.count == 1)
    }

    @Test(arguments: [true, false])
    func `a run that is stopped just before it would wait is stopped`(isCancelled: Bool) async throws {
        let gate = Gate()
        let bench = try await EngineBench(
            #"[{"parallel": {"a": [{"call": "comment", "on": "ats", "with": {"id": "x"}}], "b": [{"wait": "PT1H"}]}}]"#,
            system: FakeSystem(gate: gate)
        )
        let engine = bench.engine()
        let id = try await engine.start(bench.request()).id
        while try await bench.journal.steps(of: id, in: [.waiting]).isEmpty || bench.system.calls.isEmpty {
            await Task.yield()
        }
        if isCancelled { try await engine.cancel(id) } else { try await engine.pause(id) }
        gate.open()
        #expect(try await engine.settled(id).state == (isCancelled ? .cancelled : .paused))
    }
}
