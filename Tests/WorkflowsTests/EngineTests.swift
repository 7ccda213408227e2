import Basics
import JSON
import Testing
import Tools
import Workflows

struct EngineTests {
    private static let bulk = """
        [{"id": "apps", "call": "list_applications", "on": "ats", "all": {"max": 1000}},
         {"id": "targets", "set": "= [$apps[status = 'active']]"},
         {"id": "done", "forEach": "= $targets", "as": "app", "key": "= $app.id", "concurrency": 3, "maxItems": 1000,
          "do": [
            {"id": "fresh", "call": "get_application", "on": "ats", "with": {"id": "= $app.id"}},
            {"if": "= $fresh.status != 'active'", "return": "already closed"},
            {"id": "said", "call": "comment", "on": "ats", "with": {"id": "= $app.id", "text": "filled"},
             "once": "= 'close:' & $app.id"},
            {"return": "= $said.id"}]},
         {"report": {"title": "Closed", "body": "{{ $count($done.succeeded) }} of {{ $count($targets) }}"}},
         {"return": {"updated": "= [$done.succeeded.key]", "failed": "= [$done.failed.key]",
                     "unknown": "= [$done.unknown.key]"}}]
        """

    private static let all: JSONValue = .array((0..<10).map { .string("a\($0)") })

    @Test func `a loop writes once for each item and tells which`() async throws {
        let bench = try await EngineBench(Self.bulk)
        let run = try await bench.run()
        #expect(run.state == .done)
        #expect(run.result == ["updated": Self.all, "failed": [], "unknown": []])
        #expect(run.writes == 10)
        #expect(bench.system.comments.count == 10)
        #expect(try await bench.journal.reports(of: run.id).map(\.body) == ["10 of 10"])
        #expect(bench.system.state.withLock { $0.mostRunning } <= 3)
    }

    @Test func `a preview lists every write and sends none`() async throws {
        let bench = try await EngineBench(Self.bulk)
        let run = try await bench.run(preview: true)
        #expect(run.state == .done)
        #expect(bench.system.comments.isEmpty)
        let planned = try await bench.journal.steps(of: run.id, in: [.planned])
        #expect(planned.count == 10)
        #expect(
            planned.first?.output
                == ["tool": "comment", "arguments": ["id": "a0", "text": "filled"], "once": "close:a0"]
        )
    }

    @Test func `a failed item does not stop the others, and redrive does only it again`() async throws {
        let bench = try await EngineBench(Self.bulk)
        bench.system.fail("a4", [ToolResult(["id": "a4", "status": "active"], origin: .ats), Self.refused])
        let engine = bench.engine()
        let id = try await engine.start(bench.request()).id
        let run = try await engine.settled(id)
        #expect(run.state == .done)
        #expect(run.result?["failed"] == ["a4"])
        let before = bench.system.calls.count
        try await engine.redrive(id)
        let again = try await engine.settled(id)
        #expect(again.result == ["updated": Self.all, "failed": [], "unknown": []])
        #expect(Array(bench.system.calls.dropFirst(before)) == ["comment a4"])
        #expect(try await bench.journal.reports(of: id).map(\.body) == ["10 of 10"])
        await #expect(throws: WorkflowError.self) { try await engine.redrive(id) }
    }

    @Test func `an outcome that nobody knows is told by its key`() async throws {
        let bench = try await EngineBench(Self.bulk)
        let lost = ToolResult.failure("timeout", "no answer", details: ["outcome": "unknown", "write": "wr_1"])
        bench.system.fail("a2", [ToolResult(["id": "a2", "status": "active"], origin: .ats), lost])
        let run = try await bench.run()
        #expect(run.result?["unknown"] == ["a2"])
        let unknown = try await bench.journal.steps(of: run.id, in: [.unknown])
        #expect(unknown.map(\.failure?.write) == ["wr_1"])
        #expect(unknown.map(\.address.item) == ["a2"])
    }

    @Test func `a limit of the other side is waited for without spending attempts`() async throws {
        let bench = try await EngineBench(Self.bulk)
        let limited = ToolResult.failure(
            "rate_limited",
            "too many",
            details: ["outcome": "not_executed", "status": 429, "retry_after": 1]
        )
        bench.system.fail("comment", Array(repeating: limited, count: 30))
        let run = try await bench.run()
        #expect(run.result == ["updated": Self.all, "failed": [], "unknown": []])
    }

    @Test func `what surely was not done is tried again, what was refused is not`() async throws {
        let bench = try await EngineBench(
            """
            [{"id": "one", "call": "comment", "on": "ats", "with": {"id": "x"}, "retry": {"attempts": 3}},
             {"id": "two", "call": "comment", "on": "ats", "with": {"id": "y"}, "onError": "continue"},
             {"return": "= $two.error.code"}]
            """
        )
        let unreachable = ToolResult.failure("unreachable", "no", details: ["outcome": "not_executed"])
        bench.system.fail("x", [unreachable, unreachable])
        bench.system.fail("y", [Self.refused])
        let run = try await bench.run()
        #expect(run.result == "rejected")
        #expect(bench.system.calls == ["comment x", "comment x", "comment x", "comment y"])
    }

    @Test func `a run that may not write more stops before it does`() async throws {
        let bench = try await EngineBench(Self.bulk, writes: "4")
        let run = try await bench.run()
        #expect(run.result?["failed"]?.array?.count == 6)
        #expect(bench.system.comments.count == 4)
    }

    @Test func `what was not written does not count, so that it can be redriven within the limit`() async throws {
        let bench = try await EngineBench(
            #"[{"id": "one", "call": "comment", "on": "ats", "with": {"id": "x"}}, {"return": "= $one.id"}]"#,
            writes: "1"
        )
        let lost = ToolResult.failure("timeout", "no answer", details: ["outcome": "unknown", "write": "wr_1"])
        bench.system.fail("x", [Self.refused, lost])
        let engine = bench.engine()
        let id = try await engine.start(bench.request()).id
        let failed = try await engine.settled(id)
        #expect(failed.failure?.code == "rejected" && failed.writes == 0)
        try await engine.redrive(id)
        let unknown = try await engine.settled(id)
        #expect(unknown.failure?.code == "timeout" && unknown.writes == 1, "it may have been written")
        try await engine.redrive(id)
        let done = try await engine.settled(id)
        #expect(done.result == "c-x" && done.writes == 1, "the same write, by its name")
    }

    @Test func `a redrive has the calls of the file again`() async throws {
        let bench = try await EngineBench(
            """
            [{"call": "get_application", "on": "ats", "with": {"id": "a"}},
             {"call": "get_application", "on": "ats", "with": {"id": "b"}},
             {"call": "get_application", "on": "ats", "with": {"id": "c"}}, {"return": "all"}]
            """,
            writes: #"0, "toolCalls": 2"#
        )
        let engine = bench.engine()
        let id = try await engine.start(bench.request()).id
        #expect(try await engine.settled(id).failure?.code == "call_limit")
        try await engine.redrive(id)
        #expect(try await engine.settled(id).result == "all")
        #expect(bench.system.calls.count == 3)
    }

    @Test func `a run that must be alone is not redriven beside another`() async throws {
        let bench = try await EngineBench(
            #"[{"wait": "PT1H"}, {"return": 1}]"#,
            top: #""oneAtATime": "= 'same'","#
        )
        let engine = bench.engine()
        let first = try await engine.start(bench.request()).id
        _ = try await engine.settled(first)
        try await engine.cancel(first)
        let second = try await engine.start(bench.request()).id
        _ = try await engine.settled(second)
        do throws(WorkflowError) {
            try await engine.redrive(first)
            Issue.record("two runs with one key")
        } catch {
            #expect(error.code == "already_running" && error.message.contains(second))
        }
        try await engine.cancel(second)
        try await engine.redrive(first)
        #expect(try await engine.settled(first).state == .waiting)
    }

    @Test func `a file with an error that only the tools show is refused before anything runs`() async throws {
        let bench = try await EngineBench(#"[{"call": "comment", "on": "ats", "with": {"id": "x"}}]"#)
        let problem = Diagnostic(.error, file: "test.json", pointer: "/steps/0", "no such argument")
        let engine = bench.engine(check: { _ in [problem] })
        do throws(WorkflowError) {
            _ = try await engine.start(bench.request())
            Issue.record("it runs")
        } catch {
            #expect(error.code == "invalid_workflow" && error.message.contains("no such argument"))
        }
        #expect(bench.system.calls.isEmpty)
    }

    @Test func `a list that is longer than the file allows fails before anything is done`() async throws {
        let steps = Self.bulk.replacing(#""maxItems": 1000"#, with: #""maxItems": 5"#)
        let bench = try await EngineBench(steps)
        let run = try await bench.run()
        #expect(run.failure?.code == "too_many")
        #expect(bench.system.comments.isEmpty)
    }

    @Test func `two items with one key are refused`() async throws {
        let bench = try await EngineBench(Self.bulk.replacing(#""key": "= $app.id""#, with: #""key": "= $app.status""#))
        let run = try await bench.run()
        #expect(run.failure?.code == "duplicate_key")
        #expect(bench.system.comments.isEmpty)
    }

    @Test func `too many failures end the loop, and a redrive goes on with the rest`() async throws {
        let steps = Self.bulk.replacing(#""maxItems": 1000"#, with: #""maxItems": 1000, "stopAfterFailures": 2"#)
            .replacing(#""concurrency": 3"#, with: #""concurrency": 1"#)
        let bench = try await EngineBench(steps)
        bench.system.fail("comment", [Self.refused, Self.refused])
        let engine = bench.engine()
        let id = try await engine.start(bench.request()).id
        #expect(try await engine.settled(id).failure?.code == "too_many_failures")
        #expect(bench.system.comments.isEmpty)
        try await engine.redrive(id)
        #expect(try await engine.settled(id).result == ["updated": Self.all, "failed": [], "unknown": []])
    }

    @Test func `branches run side by side and give their values by name`() async throws {
        let bench = try await EngineBench(
            """
            [{"id": "both", "parallel": {
                "left": [{"id": "x", "set": 1}, {"return": "= $x + $input.n"}],
                "right": [{"id": "x", "set": 10}, {"return": "= $x"}]}},
             {"switch": [{"if": "= $both.left > 100", "do": [{"fail": "no", "code": "never"}]},
                         {"do": [{"return": "= $both"}]}]}]
            """
        )
        #expect(try await bench.run().result == ["left": 4, "right": 10])
    }

    @Test func `input that does not fit is refused with its place`() async throws {
        let bench = try await EngineBench(#"[{"return": 1}]"#)
        await #expect(throws: WorkflowError.self) { try await bench.run(["n": "many"]) }
    }

    @Test func `a run of the same key is refused while one is open`() async throws {
        let bench = try await EngineBench(
            #"[{"wait": "PT1H"}]"#,
            top: #""oneAtATime": "= 'job:' & $input.n","#
        )
        let engine = bench.engine()
        let first = try await engine.start(bench.request()).id
        _ = try await engine.settled(first)
        await #expect(throws: WorkflowError.self) { try await engine.start(bench.request()) }
        let other = try await engine.start(bench.request(["n": 4])).id
        try await engine.cancel(first)
        let second = try await engine.start(bench.request()).id
        #expect(try await engine.settled(second).state == .waiting)
        #expect(try await engine.settled(other).state == .waiting)
        #expect(try await bench.journal.run(first)?.state == .cancelled)
    }

    static let refused = ToolResult.failure("rejected", "no", details: ["outcome": "failed", "status": 422])
}
