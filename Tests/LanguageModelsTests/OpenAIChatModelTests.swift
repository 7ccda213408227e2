import Basics
import HTTP
import JSON
import LanguageModels
import TestSupport
import Testing

@Suite struct OpenAIChatModelTests {
    private let key = ModelCredential(key: Secret("sk-test-123"), baseURL: "http://fake/v1")

    private func model(
        _ server: FakeModelServer,
        credential: ModelCredential? = nil,
        slept: Recorder<Double> = Recorder()
    ) -> OpenAIChatModel {
        OpenAIChatModel(
            OpenAIChatConfiguration(model: "m", baseURL: "http://fake/v1/", credential: credential),
            transport: InMemoryTransport(server),
            clock: ManualClock(Timestamp(milliseconds: 784_111_777_000)),
            sleep: { slept.add($0) }
        )
    }

    private func request(_ model: OpenAIChatModel, tools: [ModelTool] = []) -> ModelRequest {
        var history = ConversationHistory(dialect: model.dialect)
        history.append(user: "hello")
        return ModelRequest(
            instructions: "Be brief.",
            history: history,
            tools: ModelToolSet(tools, dialect: model.dialect)
        )
    }

    private func ask(_ model: OpenAIChatModel, tools: [ModelTool] = []) async throws -> [ModelEvent] {
        var events: [ModelEvent] = []
        var iterator = model.events(for: request(model, tools: tools)).makeAsyncIterator()
        while let event = try await iterator.next() { events.append(event) }
        return events
    }

    private func text(_ events: [ModelEvent]) -> String {
        events.reduce(into: "") { if case .text(let words) = $1 { $0 += words } }
    }

    private func failure(_ server: FakeModelServer, credential: ModelCredential? = nil) async -> ModelError? {
        do {
            _ = try await ask(model(server, credential: credential))
            return nil
        } catch {
            return error as? ModelError
        }
    }

    private func problem(_ status: Int, _ error: JSONValue, _ fields: HTTPFields = [:]) -> FakeModelServer.Reply {
        .response(.json(JSONWriter.bytes(of: ["error": error]), status: status, fields: fields))
    }

    @Test func `a request carries the conversation and asks for a stream with usage`() async throws {
        let server = FakeModelServer([.stream(FakeModelServer.text(["hi"]))])
        let tool = ModelTool(name: "ats.find", description: "Finds.", inputSchema: [:])
        #expect(text(try await ask(model(server), tools: [tool])) == "hi")
        let wire = ToolNames(["ats.find"]).wire("ats.find")
        #expect(
            server.requests == [
                [
                    "model": "m",
                    "tools": [
                        [
                            "type": "function",
                            "function": [
                                "name": .string(wire), "description": "Finds.",
                                "parameters": ["type": "object", "properties": [:]],
                            ],
                        ]
                    ],
                    "messages": [["role": "system", "content": "Be brief."], ["role": "user", "content": "hello"]],
                    "stream": true, "stream_options": ["include_usage": true],
                ]
            ]
        )
        #expect(server.violations.isEmpty)
    }

    @Test func `the key goes to its own base URL and nowhere else`() async throws {
        let server = FakeModelServer([.stream(FakeModelServer.text(["a"])), .stream(FakeModelServer.text(["b"]))])
        _ = try await ask(model(server, credential: key))
        _ = try await ask(model(server, credential: ModelCredential(key: key.key, baseURL: "https://other/v1")))
        #expect(server.authorizations == ["Bearer sk-test-123", nil])
    }

    @Test func `a busy server is asked again, as late as it wishes`() async throws {
        let slept = Recorder<Double>()
        let server = FakeModelServer([
            problem(429, ["message": "slow down"], ["Retry-After": "7"]),
            .response(HTTPResponse(status: 503, fields: ["Retry-After": "Sun, 06 Nov 1994 08:49:47 GMT"])),
            .stream(FakeModelServer.text(["hi"])),
        ])
        let events = try await ask(model(server, slept: slept))
        #expect(text(events) == "hi")
        #expect(slept.all == [7, 10])
        #expect(events.filter { if case .retry = $0 { true } else { false } }.count == 2)
    }

    @Test func `there are two retries and not more`() async {
        let server = FakeModelServer((0..<4).map { _ in problem(500, ["message": "broken"]) })
        #expect(await failure(server)?.code == .unavailable)
        #expect(server.requests.count == 3)
    }

    @Test(arguments: ["insufficient_quota", "credit_balance_exhausted"])
    func `an empty account is never asked again`(_ code: String) async {
        let server = FakeModelServer([problem(429, ["code": .string(code), "type": .string(code), "message": "no"])])
        #expect(await failure(server)?.code == .quotaExhausted)
        #expect(server.requests.count == 1)
    }

    @Test func `a server that wants more than two minutes, or says no, is not asked again`() async {
        for fields: HTTPFields in [["Retry-After": "121"], ["x-should-retry": "false"], ["retry-after-ms": "130000"]] {
            let server = FakeModelServer([problem(429, ["message": "later"], fields)])
            #expect(await failure(server)?.code == .rateLimited)
            #expect(server.requests.count == 1)
        }
    }

    @Test func `a refused key is named with what to do, and never shown`() async throws {
        let server = FakeModelServer([problem(401, ["message": "Incorrect API key provided: sk-test-123."])])
        let error = try #require(await failure(server, credential: key))
        #expect(error.code == .unauthorized)
        #expect(!error.message.contains("sk-test-123"))
        #expect(error.message.contains("refused the key"))
        #expect(server.requests.count == 1)
    }

    @Test func `a key that a server repeats in the middle of an answer is not shown`() async throws {
        let report = Array(#"data: {"error": {"message": "sk-test-123 ran dry", "code": 500}}"#.utf8) + [10, 10]
        let server = FakeModelServer([.stream([FakeModelServer.chunk(delta: ["content": "x"]), report])])
        let error = try #require(await failure(server, credential: key))
        #expect(error.message.contains("ran dry") && !error.message.contains("sk-test-123"))
    }

    @Test func `a missing key and a key for elsewhere are told apart`() async throws {
        let missing = try #require(await failure(FakeModelServer([problem(401, "no")])))
        #expect(missing.message.contains("OPENAI_API_KEY"))
        let other = ModelCredential(key: key.key, baseURL: "https://other/v1")
        let elsewhere = try #require(await failure(FakeModelServer([problem(401, "no")]), credential: other))
        #expect(elsewhere.message.contains("https://other/v1"))
    }

    @Test func `tools with reasoning get a hint, not a retry`() async throws {
        let server = FakeModelServer([problem(400, ["message": "unsupported", "param": "reasoning_effort"])])
        let error = try #require(await failure(server))
        #expect(error.code == .invalidRequest && error.message.contains("set reasoning effort to none"))
    }

    @Test func `an error page is not shown as words`() async throws {
        let page = HTTPResponse(status: 404, fields: ["Content-Type": "text/html"], body: .bytes(Array("<html>".utf8)))
        let error = try #require(await failure(FakeModelServer([.response(page)])))
        #expect(error.code == .notFound && error.message.contains("text/html") && !error.message.contains("<html>"))
    }

    @Test func `a success of another type is not an answer`() async throws {
        let page = HTTPResponse(status: 200, fields: ["Content-Type": "text/html"], body: .bytes(Array("<html>".utf8)))
        #expect(await failure(FakeModelServer([.response(page)]))?.code == .malformedReply)
    }

    @Test func `a server that does not stream is understood`() async throws {
        let whole: JSONValue = [
            "choices": [["message": ["role": "assistant", "content": "hi"], "finish_reason": "stop"]],
            "usage": ["prompt_tokens": 3, "completion_tokens": 4],
        ]
        let events = try await ask(model(FakeModelServer([.response(.json(JSONWriter.bytes(of: whole)))])))
        let usage = ModelUsage(inputTokens: 3, outputTokens: 4)
        #expect(
            events == [
                .text("hi"), .usage(usage),
                .finished(ModelReply(finish: .stop, items: [.text("hi")], usage: usage)),
            ]
        )
    }

    @Test func `a stream that breaks off is an interruption, and is not repeated in silence`() async throws {
        let pieces = FakeModelServer.text(["one ", "two"])
        for count in 0..<pieces.count - 1 {
            let server = FakeModelServer([.stream(Array(pieces[..<count]), breaksOff: true)])
            #expect(await failure(server)?.code == .interrupted)
            #expect(server.requests.count == 1)
        }
    }

    @Test func `what an interrupted answer cost is still told`() async throws {
        let server = FakeModelServer([.stream([FakeModelServer.chunk(delta: ["content": "12345678"])])])
        var iterator = model(server).events(for: request(model(server))).makeAsyncIterator()
        var usage: ModelUsage?
        await #expect(throws: ModelError.self) {
            while let event = try await iterator.next() { if case .usage(let cost) = event { usage = cost } }
        }
        #expect(usage?.outputTokens == 2 && usage?.isEstimate == true)
    }

    @Test func `cancelling ends the wait and lets the server know`() async throws {
        let server = FakeModelServer([.stall(after: [FakeModelServer.chunk(delta: ["content": "x"])])])
        let model = model(server)
        let (started, signal) = AsyncStream.makeStream(of: Void.self)
        let task = Task {
            var iterator = model.events(for: request(model)).makeAsyncIterator()
            while try await iterator.next() != nil { signal.yield() }
        }
        var first = started.makeAsyncIterator()
        _ = await first.next()
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
        #expect(server.abandonedStreams == 1)
    }

    @Test func `a transport that fails in its own way is an error, not a cancellation`() async {
        struct Odd: HTTPTransport, Error {
            func send(_ request: HTTPRequest, options: HTTPRequestOptions) async throws -> HTTPResponse { throw Odd() }
        }
        let model = OpenAIChatModel(OpenAIChatConfiguration(model: "m", baseURL: "http://fake/v1"), transport: Odd())
        await #expect { try await ask(model) } throws: { ($0 as? ModelError)?.code == .connectionFailed }
    }

    @Test func `a connection that was refused is tried again, one that cannot work is not`() async throws {
        struct Failing: HTTPTransport {
            let code: HTTPError.Code
            let attempts: Recorder<Int>
            func send(_ request: HTTPRequest, options: HTTPRequestOptions) async throws -> HTTPResponse {
                attempts.add(1)
                throw HTTPError(code, "no")
            }
        }
        for (code, expected) in [(HTTPError.Code.connectFailed, 3), (.hostNotFound, 1), (.tlsFailed, 1)] {
            let attempts = Recorder<Int>()
            let model = OpenAIChatModel(
                OpenAIChatConfiguration(model: "m", baseURL: "http://fake/v1"),
                transport: Failing(code: code, attempts: attempts),
                sleep: { _ in }
            )
            await #expect(throws: ModelError.self) { try await ask(model) }
            #expect(attempts.all.count == expected)
        }
    }

    @Test func `a spec makes a configuration, and its own base URL wins`() throws {
        let own = OpenAIChatConfiguration(
            try ModelSpec("openai-chat:m@http://h/v1"),
            defaultBaseURL: "x",
            credential: key
        )
        #expect(own?.baseURL == "http://h/v1" && own?.credential?.key(for: "http://h/v1") == nil)
        let other = OpenAIChatConfiguration(
            try ModelSpec("openai-chat:m"),
            defaultBaseURL: "http://fake/v1",
            credential: key
        )
        #expect(other?.credential?.key(for: "http://fake/v1/") == key.key)
        #expect(OpenAIChatConfiguration(try ModelSpec("replay:f"), credential: nil) == nil)
    }

    @Test func `more tools than the server takes is told before anything is sent`() async {
        let server = FakeModelServer([])
        let tools = (0..<129).map { ModelTool(name: "t\($0)", description: "", inputSchema: [:]) }
        await #expect(throws: ModelError.self) { try await ask(model(server), tools: tools) }
        #expect(server.requests.isEmpty)
    }
}

/// Collects values from closures that run elsewhere.
private final class Recorder<Value: Sendable>: Sendable {
    private let values = Locked<[Value]>([])

    var all: [Value] { values.withLock { $0 } }

    func add(_ value: Value) { values.withLock { $0.append(value) } }
}
