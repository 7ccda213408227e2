import Agents
import Basics
import HTTP
import JSON
import LanguageModels
import Testing
import Tools
import Transcripts

@Suite(.timeLimit(.minutes(5))) struct ReplayTests {
    private let recording = Recording(
        name: "demo",
        title: "Demo",
        agent: "a",
        provenance: "authored for a test",
        ignores: ["/seconds"],
        steps: [
            .user("Who is Ada?"),
            .reply(
                RecordedReply(
                    finish: "tool_calls",
                    items: [
                        .text("Let me look, I need a tool for that first."),
                        .toolCall(id: "call_1", name: "search", arguments: #"{"query":"people"}"#),
                        .toolCall(id: "call_2", name: "find", arguments: #"{"name":"Ada Lovelace","limit":1}"#),
                    ]
                )
            ),
            .result(
                RecordedResult(
                    callID: "call_1",
                    tool: "search",
                    arguments: ["query": "people"],
                    check: .mentions(["find"])
                )
            ),
            .result(RecordedResult(callID: "call_2", tool: "find", arguments: ["name": "Ada"], check: .content(nil))),
            .reply(RecordedReply(finish: "stop", items: [.text("Ada (id 7) is a mathematician.\n\n- one\n- two\n")])),
        ]
    )

    private func tools(job: String = "mathematician", seconds: Int = 1, found: String = "find") -> FakeTools {
        FakeTools([
            "search": { _ in ToolResult(["tools": [.string(found)]], origin: .ats) },
            "find": { _ in
                ToolResult(["people": [["id": 7, "job": .string(job)]], "seconds": .integer(seconds)], origin: .ats)
            },
        ])
    }

    private func session(_ server: ReplayModelServer, _ tools: FakeTools) throws -> AgentSession {
        let model = OpenAIChatModel(
            OpenAIChatConfiguration(model: "recording", baseURL: "http://replay/v1"),
            transport: InMemoryTransport(server)
        )
        let agent = Agent(name: "a", description: "", instructions: "I.", toolkits: ["test"])
        return try AgentSession(agent: agent, model: model, tools: tools, user: "u")
    }

    private func recorded() async throws -> Recording {
        let server = ReplayModelServer(recording: recording, mode: .record)
        _ = try await session(server, tools()).send("Who is Ada?")
        return try server.rebased()
    }

    @Test func `a recording is replayed over live results`() async throws {
        let recording = try await recorded()
        let tools = tools(seconds: 2)
        let outcome = try await session(ReplayModelServer(recording: recording), tools).send("Who is Ada? \n")
        #expect(outcome.reason == .answered && outcome.text == "Ada (id 7) is a mathematician.\n\n- one\n- two\n")
        #expect(Set(tools.calls.map(\.tool)) == ["search", "find"])
        #expect(tools.calls.first { $0.tool == "find" }?.arguments == ["name": "Ada Lovelace", "limit": 1])
    }

    @Test func `a recording without fingerprints is not believed`() async throws {
        let outcome = try await session(ReplayModelServer(recording: recording), tools()).send("Who is Ada?")
        #expect(outcome.errorCode == .replayMismatch && outcome.explanation?.contains("no fingerprint") == true)
    }

    @Test func `a live result that differs stops the run and is named`() async throws {
        let server = ReplayModelServer(recording: try await recorded())
        let outcome = try await session(server, tools(job: "poet")).send("Who is Ada?")
        #expect(outcome.reason == .failed && outcome.errorCode == .replayMismatch && outcome.modelCalls == 2)
        let why = try #require(outcome.explanation)
        #expect(why.contains("find (call_2)") && why.contains("/people/0/job has another value"))
        #expect(!why.contains("poet"))
    }

    @Test func `a tool that is no longer found stops the run and is named`() async throws {
        let server = ReplayModelServer(recording: try await recorded())
        let outcome = try await session(server, tools(found: "seek")).send("Who is Ada?")
        #expect(
            outcome.errorCode == .replayMismatch && outcome.explanation?.contains("no longer mentions find") == true
        )
    }

    @Test func `another question, and one after the end, are told what to do`() async throws {
        let server = ReplayModelServer(recording: try await recorded())
        let other = try await session(server, tools()).send("Who is Bob?")
        #expect(other.errorCode == .replayMismatch && other.explanation?.contains("Who is Ada?") == true)
        let session = try session(server, tools())
        _ = await session.send("Who is Ada?")
        let after = await session.send("And Bob?")
        #expect(after.errorCode == .replayMismatch && after.explanation?.contains("ends here") == true)
    }

    @Test func `nothing is recorded from a run that ended early`() async throws {
        let server = ReplayModelServer(recording: recording, mode: .record)
        _ = try await session(server, tools()).send("Who is Bob?")
        #expect(throws: TranscriptError.self) { try server.rebased() }
    }

    @Test func `a history that was changed is refused`() async throws {
        let server = ReplayModelServer(recording: try await recorded())
        let call: JSONValue = [
            "id": "call_1", "type": "function", "function": ["name": "search", "arguments": #"{"query":"other"}"#],
        ]
        let histories: [JSONValue] = [
            [["role": "user", "content": "Who is Ada?"], ["role": "assistant", "content": "x"]],
            [
                ["role": "user", "content": "Who is Ada?"],
                [
                    "role": "assistant", "content": "Let me look, I need a tool for that first.",
                    "tool_calls": [call, call],
                ],
            ],
            [
                ["role": "user", "content": "Who is Ada?"],
                ["role": "tool", "tool_call_id": "call_1", "content": "{}"],
            ],
            [],
        ]
        for messages in histories {
            let body = JSONWriter.bytes(of: ["model": "m", "stream": true, "messages": messages])
            let request = try HTTPRequest(method: "POST", url: "http://r/v1/chat/completions", body: .bytes(body))
            #expect(await server.respond(to: request).status == 422)
        }
    }

    @Test func `a recording is read as it was written, and holds no results`() async throws {
        let recording = try await recorded()
        let bytes = recording.encoded()
        #expect(Recording.read(bytes, file: "r.jsonl").recording == recording)
        #expect(!String(decoding: bytes, as: UTF8.self).contains("\"job\":\"mathematician\""))
        let withResult = String(decoding: bytes, as: UTF8.self).replacingFirst("\"mentions\"", by: "\"content\"")
        #expect(Recording.read(Array(withResult.utf8), file: "r.jsonl").recording == nil)
    }

    @Test func `steps out of order are told`() {
        var disordered = recording
        disordered.steps.swapAt(2, 3)
        let (read, diagnostics) = Recording.read(disordered.encoded(), file: "r.jsonl")
        #expect(read == nil && diagnostics.first?.message.contains("call_2 is not expected") == true)
    }
}

extension String {
    fileprivate func replacingFirst(_ text: String, by other: String) -> String {
        let parts = split(separator: text, maxSplits: 1, omittingEmptySubsequences: false)
        return parts.joined(separator: other)
    }
}
