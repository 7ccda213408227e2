import Basics
import JSON
import Tools

/// Tools that are closures, and a record of how they were called.
final class FakeTools: ToolProvider {
    typealias Body = @Sendable (ToolCall) async -> ToolResult

    private struct State {
        var calls: [ToolCall] = []
        var running = 0
        var mostRunning = 0
    }

    let tools: [ToolSpecification]
    private let bodies: [String: Body]
    private let state = Locked(State())

    init(_ bodies: [String: Body]) {
        self.bodies = bodies
        tools = bodies.keys.sorted().map {
            ToolSpecification(
                name: $0,
                title: $0,
                description: "Test tool \($0).",
                toolkit: "test",
                effect: .read,
                inputSchema: ["type": "object", "properties": [:]]
            )
        }
    }

    var calls: [ToolCall] { state.withLock { $0.calls } }
    var mostAtOnce: Int { state.withLock { $0.mostRunning } }

    func call(_ call: ToolCall) async -> ToolResult {
        state.withLock { state in
            state.calls.append(call)
            state.running += 1
            state.mostRunning = max(state.mostRunning, state.running)
        }
        let result = await bodies[call.tool]?(call) ?? .failure("unknown_tool", "no such tool")
        state.withLock { $0.running -= 1 }
        return result
    }
}

/// Lets tasks wait until as many of them have come as were announced.
final class Meeting: Sendable {
    private struct State {
        var missing: Int
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state: Locked<State>

    init(of count: Int) {
        state = Locked(State(missing: count))
    }

    func arrive() async {
        await withCheckedContinuation { continuation in
            let ready: [CheckedContinuation<Void, Never>] = state.withLock { state in
                state.missing -= 1
                state.waiting.append(continuation)
                guard state.missing <= 0 else { return [] }
                defer { state.waiting = [] }
                return state.waiting
            }
            for continuation in ready { continuation.resume() }
        }
    }
}
