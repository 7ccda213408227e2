import JSON
import LanguageModels
import TestSupport
import Testing

@Suite struct OpenAIChatDecoderTests {
    private let names = ToolNames(["get_weather", "add", "search_tools", "search"])

    private func events(_ pieces: [[UInt8]], chunk size: Int? = nil, allowsCalls: Bool = true) throws -> [ModelEvent] {
        var decoder = OpenAIChatDecoder(names: names, callIDPrefix: "made", requestSize: 400, allowsCalls: allowsCalls)
        var events: [ModelEvent] = []
        let stream = pieces.flatMap { $0 }
        let size = size ?? max(1, stream.count)
        for start in stride(from: 0, to: stream.count, by: size) {
            try decoder.push(Array(stream[start..<min(start + size, stream.count)]), into: &events)
        }
        try decoder.end(into: &events)
        return events
    }

    private func reply(_ pieces: [[UInt8]], allowsCalls: Bool = true) throws -> ModelReply {
        guard case .finished(let reply)? = try events(pieces, allowsCalls: allowsCalls).last else {
            throw ModelError(.interrupted, "no reply")
        }
        return reply
    }

    private func calls(_ fragments: [JSONValue], finish: String = "tool_calls") throws -> [ModelToolCall] {
        let pieces = fragments.map { FakeModelServer.chunk(delta: ["tool_calls": [$0]]) }
        return try reply(pieces + FakeModelServer.ending(finish)).toolCalls
    }

    private let usage = ModelUsage(inputTokens: 100, outputTokens: 10)

    @Test func `words come as they arrive and the reply is whole`() throws {
        let pieces = FakeModelServer.text(["Hel", "lo 🦊"])
        let expected: [ModelEvent] = [
            .text("Hel"), .text("lo 🦊"), .usage(usage),
            .finished(ModelReply(finish: .stop, items: [.text("Hello 🦊")], usage: usage)),
        ]
        for size in [1, 2, 5, 64, 4096] { #expect(try events(pieces, chunk: size) == expected) }
    }

    @Test func `parallel calls are put together by index`() throws {
        let pieces = FakeModelServer.calls(
            [.init("c1", "add", #"{"a":1}"#), .init("c2", "get_weather", #"{"city":"Rome"}"#)],
            saying: "Let me look."
        )
        #expect(
            try reply(pieces).items == [
                .text("Let me look."), .toolCall(.init(callID: "c1", name: "add", arguments: #"{"a":1}"#)),
                .toolCall(.init(callID: "c2", name: "get_weather", arguments: #"{"city":"Rome"}"#)),
            ]
        )
    }

    @Test func `a stream cut at any byte is an error or the same complete answer`() throws {
        let stream = FakeModelServer.calls([.init("c1", "add", #"{"a":1}"#)], saying: "ok").flatMap { $0 }
        let whole = try reply([stream])
        var complete = 0
        for length in 0..<stream.count {
            do {
                let cut = try reply([Array(stream[..<length])])
                #expect(cut.items == whole.items)
                complete += 1
            } catch let error as ModelError {
                #expect(error.code == .interrupted)
            }
        }
        // Complete only from the finish reason on.
        #expect(complete > 0 && complete < stream.count / 2)
    }

    @Test func `DONE without a finish reason is an interruption`() {
        let pieces = [FakeModelServer.chunk(delta: ["content": "half"]), Array("data: [DONE]\n\n".utf8)]
        #expect { try reply(pieces) } throws: { ($0 as? ModelError)?.code == .interrupted }
    }

    @Test func `nothing after DONE counts`() throws {
        let extra = FakeModelServer.chunk(delta: ["content": "more"])
        #expect(try reply(FakeModelServer.text(["a"]) + [extra]).text == "a")
    }

    @Test func `another id at the same index is another call`() throws {
        #expect(
            try calls([
                ["index": 0, "id": "c1", "function": ["name": "add", "arguments": "{\"a\":1}"]],
                ["index": 0, "id": "c2", "function": ["name": "add", "arguments": "{\"a\":2}"]],
            ]) == [
                .init(callID: "c1", name: "add", arguments: "{\"a\":1}"),
                .init(callID: "c2", name: "add", arguments: "{\"a\":2}"),
            ]
        )
    }

    @Test func `id and name repeated with every fragment are not doubled`() throws {
        #expect(
            try calls([
                ["index": 0, "id": "c1", "function": ["name": "add", "arguments": "{\"a\""]],
                ["index": 0, "id": "c1", "function": ["name": "add", "arguments": ":1}"]],
            ]) == [.init(callID: "c1", name: "add", arguments: "{\"a\":1}")]
        )
    }

    @Test func `a name in fragments is joined`() throws {
        #expect(
            try calls([
                ["index": 0, "id": "c1", "function": ["name": "get_"]],
                ["index": 0, "function": ["name": "weather", "arguments": "{}"]],
            ]) == [.init(callID: "c1", name: "get_weather", arguments: "{}")]
        )
        #expect(
            try calls([
                ["index": 0, "id": "c1", "function": ["name": "search"]],
                ["index": 0, "function": ["name": "_tools", "arguments": "{}"]],
            ]) == [.init(callID: "c1", name: "search_tools", arguments: "{}")]
        )
    }

    @Test func `without an index the id decides, then the last open call`() throws {
        #expect(
            try calls([
                ["id": "c1", "function": ["name": "add", "arguments": "{\"a\""]],
                ["function": ["arguments": ":1}"]],
                ["id": "c2", "function": ["name": "add", "arguments": "{"]],
                ["id": "c2", "function": ["arguments": "}"]],
            ]) == [
                .init(callID: "c1", name: "add", arguments: "{\"a\":1}"),
                .init(callID: "c2", name: "add", arguments: "{}"),
            ]
        )
    }

    @Test(arguments: [JSONValue.null, "", ["a": 1] as JSONValue, " \n"])
    func `arguments may be an object or nothing`(_ arguments: JSONValue) throws {
        let made = try calls([["index": 0, "id": "c1", "function": ["name": "add", "arguments": arguments]]])
        #expect(made.map(\.arguments) == [arguments.object == nil ? "{}" : #"{"a":1}"#])
    }

    @Test func `missing and repeated ids are made up`() throws {
        let made = try calls([
            ["index": 0, "function": ["name": "add", "arguments": "{}"]],
            ["index": 1, "id": "x", "function": ["name": "add", "arguments": "{}"]],
            ["index": 2, "id": "x", "function": ["name": "add", "arguments": "{}"]],
        ])
        #expect(made.map(\.callID) == ["made_0", "x", "made_2"])
    }

    @Test func `calls count whatever the finish reason says`() throws {
        let fragment: JSONValue = ["index": 0, "id": "c", "function": ["name": "add", "arguments": "{}"]]
        #expect(try calls([fragment], finish: "stop").count == 1)
    }

    @Test func `content and calls in one delta are both kept`() throws {
        let delta: JSONValue = [
            "content": "hm", "tool_calls": [["index": 0, "id": "c", "function": ["name": "add", "arguments": "{}"]]],
        ]
        let reply = try reply([FakeModelServer.chunk(delta: delta)] + FakeModelServer.ending("tool_calls"))
        #expect(reply.text == "hm" && reply.toolCalls.count == 1)
    }

    @Test func `calls cut off by the output limit are dropped and named`() throws {
        let fragment: JSONValue = ["index": 0, "id": "c", "function": ["name": "add", "arguments": "{\"a"]]
        let reply = try reply(
            [FakeModelServer.chunk(delta: ["tool_calls": [fragment]])] + FakeModelServer.ending("length")
        )
        #expect(reply == ModelReply(finish: .outputLimit, items: [], droppedCalls: ["add"], usage: usage))
    }

    @Test func `calls that were not allowed are dropped and named`() throws {
        let reply = try reply(FakeModelServer.calls([.init("c", "add", "{}")], saying: "so"), allowsCalls: false)
        #expect(reply == ModelReply(finish: .stop, items: [.text("so")], droppedCalls: ["add"], usage: usage))
    }

    @Test(arguments: ["reasoning", "reasoning_content"])
    func `reasoning is kept apart`(_ field: String) throws {
        let thought = FakeModelServer.chunk(delta: .object([field: "hmm", "content": nil]))
        #expect(
            try reply([thought] + FakeModelServer.text(["a"])).items == [
                .reasoning(text: "hmm", opaque: nil), .text("a"),
            ]
        )
    }

    @Test func `a refusal is final but no success`() throws {
        let reply = try reply([FakeModelServer.chunk(delta: ["refusal": "no"])] + FakeModelServer.ending("stop"))
        #expect(reply.finish == .refusal && reply.items == [.refusal("no")])
    }

    @Test func `an error within the stream is an error`() {
        let error = FakeModelServer.event(["error": ["code": 500, "message": "parser failed"]])
        #expect { try reply([FakeModelServer.chunk(delta: ["content": "x"]), error]) } throws: {
            ($0 as? ModelError)?.code == .unavailable && String(describing: $0).contains("parser failed")
        }
    }

    @Test func `a corrupt chunk is a malformed reply, not a crash`() {
        #expect { try reply([Array("data: {\"choices\":[\n\n".utf8)]) } throws: {
            ($0 as? ModelError)?.code == .malformedReply
        }
    }

    @Test func `cost is estimated when the server does not tell it`() throws {
        let pieces = [
            FakeModelServer.chunk(delta: ["content": "12345678"]), FakeModelServer.chunk(delta: [:], finish: "stop"),
        ]
        #expect(try reply(pieces).usage == ModelUsage(inputTokens: 100, outputTokens: 2, isEstimate: true))
    }

    @Test func `usage may ride on the finish chunk, and unknown fields are skipped`() throws {
        let chunk = FakeModelServer.event([
            "x": 1, "choices": [["delta": ["content": "a", "y": []], "finish_reason": "stop"]],
            "usage": [
                "prompt_tokens": 5, "completion_tokens": 6, "prompt_tokens_details": ["cached_tokens": 3],
                "completion_tokens_details": ["reasoning_tokens": 4],
            ],
        ])
        #expect(
            try reply([chunk])
                == ModelReply(
                    finish: .stop,
                    items: [.text("a")],
                    usage: ModelUsage(inputTokens: 5, outputTokens: 6, cachedTokens: 3, reasoningTokens: 4)
                )
        )
    }
}
