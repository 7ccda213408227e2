import Agents
import Basics
import HTTP
import JSON
import LanguageModels
import TestSupport
import Testing
import Tools
import Transcripts

@Suite(.timeLimit(.minutes(5))) struct AgentSessionTests {
    private static let echo: FakeTools.Body = { ToolResult(.object($0.arguments), origin: .ats) }

    private func session(
        _ server: FakeModelServer,
        _ tools: FakeTools,
        transcript: (any TranscriptSink)? = nil,
        limits change: (inout AgentLimits) -> Void = { _ in },
        monotonic: @escaping @Sendable () -> UInt64 = monotonicNanoseconds
    ) throws -> AgentSession {
        var limits = AgentLimits()
        change(&limits)
        let model = OpenAIChatModel(
            OpenAIChatConfiguration(model: "m", baseURL: "http://fake/v1"),
            transport: InMemoryTransport(server),
            sleep: { _ in }
        )
        let agent = Agent(name: "a", description: "", instructions: "Be brief.", toolkits: ["test"], limits: limits)
        return try AgentSession(
            agent: agent,
            model: model,
            tools: tools,
            user: "ada",
            transcript: transcript,
            monotonic: monotonic
        )
    }

    private func messages(_ server: FakeModelServer, _ request: Int) -> [JSONValue] {
        server.requests.indices.contains(request) ? server.requests[request]["messages"]?.array ?? [] : []
    }

    private func contents(_ server: FakeModelServer, _ request: Int) -> [String] {
        messages(server, request).filter { $0["role"] == "tool" }.compactMap { $0["content"]?.string }
    }

    private func text(_ words: String...) -> FakeModelServer.Reply { .stream(FakeModelServer.text(words)) }

    private func calls(_ calls: FakeModelServer.Call...) -> FakeModelServer.Reply {
        .stream(FakeModelServer.calls(calls))
    }

    @Test func `a question is answered with the help of a tool`() async throws {
        let server = FakeModelServer([calls(.init("c1", "echo", #"{"x":1}"#)), text("It ", "is 1.")])
        let tools = FakeTools(["echo": AgentSessionTests.echo])
        let events = Collector<AgentEvent>()
        let outcome = try await session(server, tools).send("What is x?") { events.add($0) }
        #expect(outcome.reason == .answered && outcome.text == "It is 1." && outcome.explanation == nil)
        #expect(outcome.modelCalls == 2 && outcome.toolCalls == 1)
        #expect(outcome.usage == ModelUsage(inputTokens: 200, outputTokens: 20))
        #expect(tools.calls == [ToolCall(tool: "echo", arguments: ["x": 1], user: "ada", origin: .model)])
        #expect(contents(server, 1) == [#"{"x":1}"#])
        #expect(server.violations.isEmpty)
        let shown = events.all.compactMap { event -> String? in
            switch event {
            case .modelCallStarted(let number): "model \(number)"
            case .text(let words): words
            case .toolCallStarted(_, let tool, _): "start \(tool)"
            case .toolCallFinished(let call): "end \(call.tool)"
            case .usage(let usage): "\(usage.totalTokens)"
            default: nil
            }
        }
        #expect(shown == ["model 1", "110", "start echo", "end echo", "model 2", "It ", "is 1.", "220"])
    }

    @Test func `a conversation goes on, and what was sent is sent again byte for byte`() async throws {
        let server = FakeModelServer([calls(.init("c1", "echo", "{}")), text("one"), text("two")])
        let session = try session(server, FakeTools(["echo": AgentSessionTests.echo]))
        _ = await session.send("first")
        #expect(await session.send("second").text == "two")
        #expect(messages(server, 2).starts(with: messages(server, 1)))
        #expect(
            messages(server, 2).suffix(2) == [
                ["role": "assistant", "content": "one"], ["role": "user", "content": "second"],
            ]
        )
        #expect(server.violations.isEmpty)
    }

    @Test func `calls run together and their results are in the order of the calls`() async throws {
        let ids = (0..<5).map { FakeModelServer.Call("c\($0)", "wait", "{\"n\":\($0)}") }
        let server = FakeModelServer([.stream(FakeModelServer.calls(ids)), text("done")])
        let meeting = Meeting(of: 5)
        let tools = FakeTools([
            "wait": { call in
                await meeting.arrive()
                return ToolResult(call.arguments["n"] ?? nil, origin: .ats)
            }
        ])
        #expect(try await session(server, tools).send("go").reason == .answered)
        #expect(contents(server, 1) == ["0", "1", "2", "3", "4"])
        #expect(tools.mostAtOnce == 5)
        #expect(server.violations.isEmpty)
    }

    @Test func `no more calls run together than allowed`() async throws {
        let ids = (0..<9).map { FakeModelServer.Call("c\($0)", "echo", "{}") }
        let server = FakeModelServer([.stream(FakeModelServer.calls(ids)), text("done")])
        let tools = FakeTools([
            "echo": { call in
                await Task.yield()
                return ToolResult(.object(call.arguments), origin: .ats)
            }
        ])
        let session = try session(server, tools) { $0.parallelToolCalls = 2 }
        #expect(await session.send("go").toolCalls == 9)
        #expect(tools.mostAtOnce <= 2)
        #expect(server.violations.isEmpty)
    }

    @Test func `a failing tool is a result, and its siblings are not harmed`() async throws {
        let server = FakeModelServer([calls(.init("c1", "bad", "{}"), .init("c2", "echo", "{}")), text("ok")])
        let tools = FakeTools(["bad": { _ in .failure("oops", "It broke.") }, "echo": AgentSessionTests.echo])
        #expect(try await session(server, tools).send("go").reason == .answered)
        #expect(contents(server, 1) == ["It broke.", "{}"])
        #expect(server.violations.isEmpty)
    }

    @Test(arguments: [#"{"x":"#, "[]", "null", "7"])
    func `malformed arguments become an error under the same id, and nothing runs`(_ arguments: String) async throws {
        let server = FakeModelServer([calls(.init("c1", "echo", arguments)), text("sorry")])
        let tools = FakeTools(["echo": AgentSessionTests.echo])
        #expect(try await session(server, tools).send("go").reason == .answered)
        #expect(tools.calls.isEmpty)
        #expect(contents(server, 1).first?.contains("JSON") == true)
        #expect(server.violations.isEmpty)
    }

    @Test func `an unknown tool is answered with the nearest names`() async throws {
        let server = FakeModelServer([calls(.init("c1", "ecko", "{}")), text("sorry")])
        let tools = FakeTools(["echo": AgentSessionTests.echo])
        _ = try await session(server, tools).send("go")
        #expect(contents(server, 1) == ["There is no tool 'ecko'. Did you mean echo?"])
        #expect(server.violations.isEmpty)
    }

    @Test func `at the cap the model is asked once more without tools, and the stop reason says so`() async throws {
        let server = FakeModelServer([
            calls(.init("c1", "echo", "{}")), calls(.init("c2", "echo", "{}")), text("what I have"),
        ])
        let tools = FakeTools(["echo": AgentSessionTests.echo])
        let outcome = try await session(server, tools) { $0.maximumToolIterations = 2 }.send("go")
        #expect(outcome.reason == .maximumToolIterations && outcome.text == "what I have")
        #expect(outcome.explanation?.contains("2 rounds") == true)
        #expect(server.requests.map { $0["tools"] != nil } == [true, true, false])
        #expect(server.violations.isEmpty)
    }

    @Test func `a model that calls tools even then is not obeyed`() async throws {
        let server = FakeModelServer([
            calls(.init("c1", "echo", "{}")),
            .stream(FakeModelServer.calls([.init("c2", "echo", "{}")], saying: "words")), text("next"),
        ])
        let tools = FakeTools(["echo": AgentSessionTests.echo])
        let session = try session(server, tools) { $0.maximumToolIterations = 1 }
        let outcome = await session.send("go")
        #expect(outcome.reason == .maximumToolIterations && outcome.text == "words")
        #expect(tools.calls.count == 1)
        #expect(await session.send("on").text == "next")
        #expect(server.violations.isEmpty)
    }

    @Test func `calls beyond the budget are refused one by one, and the reason is told`() async throws {
        let server = FakeModelServer([
            calls(.init("c1", "echo", "{}"), .init("c2", "echo", "{}"), .init("c3", "echo", "{}")), text("partly"),
        ])
        let tools = FakeTools(["echo": AgentSessionTests.echo])
        let outcome = try await session(server, tools) { $0.maximumToolCalls = 2 }.send("go")
        #expect(outcome.reason == .maximumToolCalls && outcome.toolCalls == 2)
        #expect(contents(server, 1).last?.contains("limit of 2 tool calls") == true)
        #expect(server.violations.isEmpty)
    }

    @Test func `the token budget is checked before a call, not after the run`() async throws {
        let server = FakeModelServer([calls(.init("c1", "echo", "{}"))])
        let tools = FakeTools(["echo": AgentSessionTests.echo])
        let outcome = try await session(server, tools) { $0.maximumTotalTokens = 115 }.send("go")
        #expect(outcome.reason == .maximumTotalTokens && outcome.explanation?.contains("115") == true)
        #expect(server.requests.count == 1)
    }

    @Test func `the time budget is checked before a call`() async throws {
        let server = FakeModelServer([calls(.init("c1", "slow", "{}")), text("after")])
        let time = Locked(UInt64(0))
        let tools = FakeTools([
            "slow": { _ in
                time.withLock { $0 += 700_000_000_000 }
                return ToolResult("x", origin: .ats)
            }
        ])
        let session = try session(server, tools, monotonic: { time.withLock { $0 } })
        #expect(await session.send("go").reason == .maximumSeconds)
        #expect(server.requests.count == 1)
        #expect(await session.send("on").text == "after")
        #expect(server.violations.isEmpty)
    }

    @Test func `a tool that does not end in time is cancelled, and the conversation can go on`() async throws {
        let server = FakeModelServer([calls(.init("c1", "hang", "{}"), .init("c2", "echo", "{}")), text("after")])
        let tools = FakeTools(["hang": AgentSessionTests.hang, "echo": AgentSessionTests.echo])
        let session = try session(server, tools) { $0.maximumSeconds = 0.05 }
        #expect(await session.send("go").reason == .maximumSeconds)
        let events = Collector<AgentEvent>()
        _ = await session.send("on") { events.add($0) }
        #expect(contents(server, 1).first?.contains("time for this message ran out") == true)
        #expect(server.violations.isEmpty)
    }

    private static let hang: FakeTools.Body = { _ in
        try? await Task.sleep(for: .seconds(3600))
        return .failure("cancelled", "interrupted")
    }

    @Test func `a reply cut anywhere is asked for again once, visibly, and never taken for the answer`() async throws {
        let pieces = FakeModelServer.calls([.init("c1", "echo", #"{"x":1}"#)], saying: "Let me see.")
        for count in 0..<pieces.count - 2 {
            for breaksOff in [true, false] {
                let cut = Array(pieces[..<count])
                let server = FakeModelServer([.stream(cut, breaksOff: breaksOff), .stream(pieces), text("1")])
                let tools = FakeTools(["echo": AgentSessionTests.echo])
                let events = Collector<AgentEvent>()
                let outcome = try await session(server, tools).send("go") { events.add($0) }
                #expect(outcome.reason == .answered && outcome.text == "1" && tools.calls.count == 1)
                #expect(events.all.count { if case .interrupted = $0 { true } else { false } } == 1)
                #expect(server.violations.isEmpty)
            }
        }
    }

    @Test func `two interruptions in a row are an error, and the conversation can go on`() async throws {
        let cut = Array(FakeModelServer.text(["half"]).prefix(2))
        let server = FakeModelServer([.stream(cut), .stream(cut, breaksOff: true), text("again")])
        let session = try session(server, FakeTools([:]))
        let outcome = await session.send("go")
        #expect(outcome.reason == .failed && outcome.errorCode == .interrupted && outcome.text.isEmpty)
        #expect(await session.send("again?").text == "again")
        #expect(server.violations.isEmpty)
    }

    @Test func `calls that the output limit cut off are dropped and the model is told`() async throws {
        let server = FakeModelServer([
            .stream(FakeModelServer.calls([.init("c1", "echo", #"{"x":"#)], finish: "length")), text("short"),
        ])
        let tools = FakeTools(["echo": AgentSessionTests.echo])
        let events = Collector<AgentEvent>()
        #expect(try await session(server, tools).send("go") { events.add($0) }.text == "short")
        #expect(tools.calls.isEmpty)
        #expect(messages(server, 1).last?["content"]?.string?.contains("cut off at the output limit") == true)
        #expect(events.all.contains { if case .notice = $0 { true } else { false } })
        #expect(server.violations.isEmpty)
    }

    @Test func `silence is not an answer`() async throws {
        let outcome = try await session(FakeModelServer([text("", " \n")]), FakeTools([:])).send("go")
        #expect(outcome.reason == .emptyAnswer && outcome.explanation != nil)
    }

    @Test func `cancelling during the answer keeps what was said and the conversation`() async throws {
        let words = FakeModelServer.chunk(delta: ["content": "So far"])
        let server = FakeModelServer([.stall(after: [words]), text("next")])
        let session = try session(server, FakeTools([:]))
        let (seen, signal) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            await session.send("go") { event in if case .text = event { signal.yield() } }
        }
        var first = seen.makeAsyncIterator()
        _ = await first.next()
        task.cancel()
        let outcome = await task.value
        #expect(outcome.reason == .cancelled && outcome.text == "So far" && outcome.usage.isEstimate)
        #expect(server.abandonedStreams == 1)
        #expect(await session.send("on").text == "next")
        #expect(messages(server, 1)[2]["content"]?.string?.hasPrefix("So far") == true)
        #expect(server.violations.isEmpty)
    }

    @Test func `cancelling during tools gives every call a result`() async throws {
        let server = FakeModelServer([calls(.init("c1", "hang", "{}"), .init("c2", "echo", "{}")), text("next")])
        let (seen, signal) = AsyncStream.makeStream(of: Void.self)
        let tools = FakeTools(["hang": AgentSessionTests.hang, "echo": AgentSessionTests.echo])
        let session = try session(server, tools)
        let task = Task {
            await session.send("go") { event in
                if case .toolCallFinished(let call) = event, call.tool == "echo" { signal.yield() }
            }
        }
        var first = seen.makeAsyncIterator()
        _ = await first.next()
        task.cancel()
        #expect(await task.value.reason == .cancelled)
        #expect(await session.send("on").text == "next")
        let results = contents(server, 1)
        #expect(results.count == 2 && results[0].contains("the user cancelled") && results[1] == "{}")
        #expect(server.violations.isEmpty)
    }

    @Test func `a large result is shortened between characters, and says how to get the rest`() async throws {
        let server = FakeModelServer([calls(.init("c1", "big", "{}")), text("ok")])
        let tools = FakeTools([
            "big": { _ in ToolResult(.null, text: String(repeating: "é", count: 100), origin: .ats) }
        ])
        _ = try await session(server, tools) { $0.maximumResultBytes = 51 }.send("go")
        let shown = try #require(contents(server, 1).first)
        #expect(shown.hasPrefix(String(repeating: "é", count: 25) + "\n\n[Shortened: 50 of 200 bytes"))
        #expect(shown.contains("next_cursor"))
    }

    @Test func `an agent whose tools are not on offer is refused by name`() throws {
        let agent = Agent(name: "a", description: "", instructions: "", toolNames: ["search_tools"])
        let model = OpenAIChatModel(
            OpenAIChatConfiguration(model: "m"),
            transport: InMemoryTransport(FakeModelServer([]))
        )
        #expect { try AgentSession(agent: agent, model: model, tools: FakeTools([:]), user: "u") } throws: {
            String(describing: $0).contains("search_tools")
        }
    }

    @Test func `an agent does without an optional tool that is not on offer, and says so once`() async throws {
        let server = FakeModelServer([text("a"), text("b")])
        let model = OpenAIChatModel(
            OpenAIChatConfiguration(model: "m", baseURL: "http://fake/v1"),
            transport: InMemoryTransport(server)
        )
        let agent = Agent(
            name: "a",
            description: "",
            instructions: "",
            toolNames: ["echo"],
            optionalTools: ["get_run", "other", "run_workflow"]
        )
        let tools = FakeTools(["echo": AgentSessionTests.echo, "other": AgentSessionTests.echo])
        let session = try AgentSession(agent: agent, model: model, tools: tools, user: "u")
        let events = Collector<AgentEvent>()
        for message in ["one", "two"] { _ = await session.send(message) { events.add($0) } }
        let notices = events.all.compactMap { if case .notice(let text) = $0 { text } else { nil } }
        #expect(notices == ["without get_run, run_workflow, which are not on offer here"])
        let offered = server.requests[0]["tools"]?.array?.compactMap { $0["function"]?["name"]?.string }
        #expect(offered == ["echo", "other"])
    }

    @Test func `the transcript tells the whole run with its origins`() async throws {
        let server = FakeModelServer([calls(.init("c1", "echo", "{}")), text("ok")])
        let sink = MemorySink()
        let tools = FakeTools(["echo": AgentSessionTests.echo])
        _ = try await session(server, tools, transcript: sink).send("go")
        let kinds = sink.entries.all.map { entry, origin -> String in
            switch entry {
            case .user: "user \(origin)"
            case .modelRequest: "request \(origin)"
            case .modelReply: "reply \(origin)"
            case .toolCall: "call \(origin)"
            case .toolResult: "result \(origin)"
            case .usage: "usage \(origin)"
            case .end(let reason): "end \(reason)"
            default: "other"
            }
        }
        #expect(
            kinds == [
                "user user", "request workflow", "usage workflow", "reply model", "call model", "result ats",
                "request workflow", "usage workflow", "reply model", "end answered",
            ]
        )
    }
}

private final class Collector<Value: Sendable>: Sendable {
    private let values = Locked<[Value]>([])

    var all: [Value] { values.withLock { $0 } }

    func add(_ value: Value) { values.withLock { $0.append(value) } }
}

private struct MemorySink: TranscriptSink {
    let entries = Collector<(TranscriptEntry, Origin)>()

    func record(_ entry: TranscriptEntry, origin: Origin) { entries.add((entry, origin)) }
}
