import Basics
import JSON
import Testing
import ToolRouter
import Workflows

struct WorkflowTriggerTests {
    private static let steps = """
        [{"id": "said", "call": "comment", "on": "ats", "with": {"id": "= $string($input.n)"}}, {"return": "= $input.n"}]
        """
    private static let top = """
        "triggers": [{"toolkit": "fake", "event": "hired", "if": "= $event.n > 1", "input": {"n": "= $event.n"}}],
        """

    private static func event(_ id: String, _ body: JSONValue, trigger: String = "hired") -> TriggerEvent {
        TriggerEvent(
            id: id,
            toolkit: "fake",
            trigger: trigger,
            connection: "conn_1",
            receivedAt: Timestamp(milliseconds: 1_760_000_000_000),
            handledAt: nil,
            body: body
        )
    }

    private static func subscriber(_ bench: EngineBench, _ engine: WorkflowEngine) async throws -> WorkflowTriggers {
        let workflow = try await bench.library.workflow(named: "test")
        return WorkflowTriggers(engine: engine, workflows: { [workflow] }, owner: { _ in "grace" }, defaultUser: "ada")
    }

    @Test func `a report starts the workflow with its payload, once however often it comes`() async throws {
        let bench = try await EngineBench(Self.steps, top: Self.top)
        let engine = bench.engine()
        let subscriber = try await Self.subscriber(bench, engine)
        for _ in 0..<3 { try await subscriber.received(Self.event("evt_1", ["n": 7])) }
        let runs = try await bench.journal.runs(limit: 10)
        #expect(runs.count == 1)
        let run = try await engine.settled(runs[0].id)
        #expect(run.result == 7)
        #expect(run.trigger == "webhook" && run.user == "grace" && run.connections == ["ats": "conn_1"])
        try await subscriber.received(Self.event("evt_2", ["n": 8]))
        #expect(try await bench.journal.runs(limit: 10).count == 2)
    }

    @Test func `what does not suit starts nothing, and is taken`() async throws {
        let bench = try await EngineBench(Self.steps, top: Self.top)
        let subscriber = try await Self.subscriber(bench, bench.engine())
        try await subscriber.received(Self.event("evt_1", ["n": 1]))
        try await subscriber.received(Self.event("evt_2", ["n": 7], trigger: "moved"))
        try await subscriber.received(Self.event("evt_3", ["n": 7.5]))
        try await subscriber.received(Self.event("evt_4", "nothing of the kind"))
        #expect(try await bench.journal.runs(limit: 10).isEmpty)
    }

    @Test func `a report comes again when its run could not be written down`() async throws {
        let bench = try await EngineBench(Self.steps, top: Self.top)
        let mortal = bench.engine(journal: bench.mortal(commits: 0, losesLast: true))
        let failing = try await Self.subscriber(bench, mortal)
        await #expect(throws: WorkflowError.self) { try await failing.received(Self.event("evt_1", ["n": 7])) }
        let engine = bench.engine()
        try await Self.subscriber(bench, engine).received(Self.event("evt_1", ["n": 7]))
        #expect(try await bench.journal.runs(limit: 10).count == 1)
    }

    @Test(arguments: [
        (#"[{"toolkit": "fake"}]"#, "event"), (#"[{"toolkit": "fake", "event": "hired", "when": 1}]"#, "unknown key"),
        (#"{"toolkit": "fake"}"#, "must be an array of triggers"),
        (#"[{"toolkit": "fake", "event": "hired", "input": 3}]"#, "must be an object"),
    ])
    func `the loader is strict about triggers`(triggers: String, part: String) {
        let text = EngineBench.file("test", Self.steps, top: #""triggers": \#(triggers),"#)
        let (workflow, diagnostics) = WorkflowLoader.load(WorkflowSource(text: Array(text.utf8)), file: "test.json")
        #expect(workflow == nil)
        #expect(diagnostics.contains { $0.description.contains(part) }, "\(diagnostics.map(\.description))")
    }
}
