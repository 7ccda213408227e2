import Basics
package import HTTP
package import JSON

/// A Chat Completions server that plays a script, and checks the history that every request brings.
///
/// What is wrong with a request is collected in ``violations``; a test expects it to be empty at the end.
package final class FakeModelServer: HTTPHandler {
    /// What the server does with one request.
    package enum Reply: Sendable {
        /// Sends these pieces as an event stream, then ends it, in an orderly way or not.
        case stream([[UInt8]], breaksOff: Bool = false)
        /// Answers at once.
        case response(HTTPResponse)
        /// Sends the first pieces and then nothing until the client goes away.
        case stall(after: [[UInt8]])
    }

    /// A call for the model to make.
    package struct Call: Sendable {
        package var id: String
        package var name: String
        package var arguments: String

        package init(_ id: String, _ name: String, _ arguments: String) {
            self.id = id
            self.name = name
            self.arguments = arguments
        }
    }

    private struct State {
        var replies: [Reply]
        var requests: [JSONValue] = []
        var authorizations: [String?] = []
        var violations: [String] = []
        var abandoned = 0
    }

    private let state: Locked<State>

    package init(_ replies: [Reply]) {
        state = Locked(State(replies: replies))
    }

    /// The bodies of the requests so far.
    package var requests: [JSONValue] { state.withLock { $0.requests } }
    /// The `Authorization` field of each request.
    package var authorizations: [String?] { state.withLock { $0.authorizations } }
    /// What was wrong with requests, in words.
    package var violations: [String] { state.withLock { $0.violations } }
    /// How many streams the client stopped reading before their end.
    package var abandonedStreams: Int { state.withLock { $0.abandoned } }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        let bytes = (try? await request.body.collect(limit: 64 << 20)) ?? []
        guard let body = try? JSONParser.parse(bytes) else {
            state.withLock { $0.violations.append("a body is not JSON") }
            return .text("not JSON", status: 400)
        }
        let problems = FakeModelServer.check(body)
        let authorization = request.fields["Authorization"]
        let reply: Reply? = state.withLock { state in
            state.requests.append(body)
            state.authorizations.append(authorization)
            state.violations += problems
            guard !state.replies.isEmpty else {
                state.violations.append("request \(state.requests.count) was not expected")
                return nil
            }
            return state.replies.removeFirst()
        }
        switch reply {
        case nil: return .text("no reply is left", status: 400)
        case .response(let response): return response
        case .stream(let pieces, let breaksOff): return stream(pieces, end: breaksOff ? .breakOff : .orderly)
        case .stall(let pieces): return stream(pieces, end: .never)
        }
    }

    private enum End { case orderly, breakOff, never }

    private func stream(_ pieces: [[UInt8]], end: End) -> HTTPResponse {
        let position = Locked(0)
        let body = HTTPBodyStream(
            next: {
                let index = position.withLock { index in
                    index += 1
                    return index - 1
                }
                if index < pieces.count { return pieces[index] }
                switch end {
                case .orderly: return nil
                case .breakOff: throw HTTPError(.connectionLost, "the connection was closed in the middle")
                case .never:
                    // Only cancellation ends this wait.
                    while true { try await Task.sleep(for: .seconds(3600)) }
                }
            },
            cancel: { self.state.withLock { $0.abandoned += 1 } }
        )
        return HTTPResponse(status: 200, fields: ["Content-Type": "text/event-stream"], body: .stream(body))
    }

    // MARK: Scripts

    /// The events of an answer in words.
    package static func text(_ words: [String], finish: String = "stop") -> [[UInt8]] {
        var pieces = [chunk(delta: ["role": "assistant", "content": ""])]
        pieces += words.map { chunk(delta: ["content": .string($0)]) }
        return pieces + ending(finish)
    }

    /// The events of an answer that calls tools, each call's arguments in two fragments.
    package static func calls(_ calls: [Call], saying words: String = "", finish: String = "tool_calls") -> [[UInt8]] {
        var pieces = [chunk(delta: ["role": "assistant", "content": .string(words)])]
        for (index, call) in calls.enumerated() {
            pieces.append(
                chunk(delta: [
                    "tool_calls": [
                        [
                            "index": .integer(index), "id": .string(call.id), "type": "function",
                            "function": ["name": .string(call.name), "arguments": ""],
                        ]
                    ]
                ])
            )
            let middle = call.arguments.index(call.arguments.startIndex, offsetBy: call.arguments.count / 2)
            for part in [call.arguments[..<middle], call.arguments[middle...]] {
                pieces.append(
                    chunk(delta: [
                        "tool_calls": [["index": .integer(index), "function": ["arguments": .string(String(part))]]]
                    ])
                )
            }
        }
        return pieces + ending(finish)
    }

    /// One chunk as an event.
    package static func chunk(delta: JSONValue, finish: String? = nil) -> [UInt8] {
        event([
            "id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1, "model": "fake",
            "choices": [["index": 0, "delta": delta, "finish_reason": finish.map { .string($0) } ?? .null]],
            "usage": nil,
        ])
    }

    /// A JSON value as an event.
    package static func event(_ value: JSONValue) -> [UInt8] {
        EventStreamSerializer.bytes(of: ServerSentEvent(data: JSONWriter.bytes(of: value)))
    }

    /// The last events: finish reason, usage (100 in, 10 out) and the end mark.
    package static func ending(_ finish: String) -> [[UInt8]] {
        [
            chunk(delta: [:], finish: finish),
            event([
                "object": "chat.completion.chunk", "choices": [],
                "usage": ["prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110],
            ]),
            Array("data: [DONE]\n\n".utf8),
        ]
    }

    // MARK: Invariants

    /// What OpenAI would refuse in a request, and what it would let pass although it is wrong.
    private static func check(_ body: JSONValue) -> [String] {
        var problems: [String] = []
        var open: [String] = []
        var seen: Set<String> = []
        for (position, message) in (body["messages"]?.array ?? []).enumerated() {
            let role = message["role"]?.string ?? ""
            if role == "tool" {
                let id = message["tool_call_id"]?.string ?? ""
                if open.first != id {
                    problems.append("message \(position): result \(id), expected \(open.first ?? "none")")
                }
                if !open.isEmpty { open.removeFirst() }
                if message["content"]?.string == nil {
                    problems.append("message \(position): a result without content")
                }
                continue
            }
            if !open.isEmpty { problems.append("message \(position): calls without results: \(open)") }
            open = []
            guard role == "assistant" else {
                if !["system", "user"].contains(role) { problems.append("message \(position): role '\(role)'") }
                if position > 0, role == "system" { problems.append("message \(position): a system message inside") }
                continue
            }
            for call in message["tool_calls"]?.array ?? [] {
                let id = call["id"]?.string ?? ""
                if id.isEmpty || !seen.insert(id).inserted {
                    problems.append("message \(position): call id '\(id)' again")
                }
                open.append(id)
                let arguments = call["function"]?["arguments"]?.string ?? ""
                if (try? JSONParser.parse(arguments))?.object == nil {
                    problems.append("message \(position): arguments are not an object: \(arguments)")
                }
            }
            if message["content"]?.string == nil, open.isEmpty { problems.append("message \(position): says nothing") }
        }
        if !open.isEmpty { problems.append("the history ends with calls without results: \(open)") }
        for tool in body["tools"]?.array ?? [] {
            let name = tool["function"]?["name"]?.string ?? ""
            let fits = name.utf8.allSatisfy { $0 < 0x80 && (Character(UnicodeScalar($0)).isLetter || isOther($0)) }
            if name.isEmpty || name.utf8.count > 64 || !fits { problems.append("tool name '\(name)'") }
        }
        return problems
    }

    private static func isOther(_ byte: UInt8) -> Bool {
        byte == 0x2D || byte == 0x5F || (byte >= 0x30 && byte <= 0x39)
    }
}
