import Basics
import JSON
import TestSupport
import Tools
import Workflows

/// An applicant tracking system in memory, behind tools that never write twice under one name, as the ledger promises.
final class FakeSystem: StepTools {
    struct State {
        var comments: [String: String] = [:]
        var calls: [String] = []
        var origins: [Origin] = []
        var contexts: [CallContext] = []
        var failures: [String: [ToolResult]] = [:]
        var running = 0
        var mostRunning = 0
    }

    let state = Locked(State())
    let applications: Int
    let gate: Gate?
    /// What else happens at each call.
    let onCall = Locked<(@Sendable () -> Void)?>(nil)

    init(applications: Int = 10, gate: Gate? = nil) {
        self.applications = applications
        self.gate = gate
    }

    /// What was written, by the name of the write.
    var comments: [String: String] { state.withLock { $0.comments } }
    /// Every call, in order: the tool and, for writes, the application.
    var calls: [String] { state.withLock { $0.calls } }

    /// Whose wish every call was.
    var origins: [Origin] { state.withLock { $0.origins } }

    /// Who wanted each call and what it was part of, in order.
    var contexts: [CallContext] { state.withLock { $0.contexts } }

    /// Lets the next calls of a tool end so, or for one application where the key is its id.
    func fail(_ key: String, _ results: [ToolResult]) { state.withLock { $0.failures[key] = results } }

    func tool(_ name: String, endpoint: String?) -> ToolSpecification? {
        let effect: Effect? =
            switch name {
            case "list_applications", "get_application": .read
            case "comment": .create
            case "send_email": .send
            default: nil
            }
        return effect.map {
            ToolSpecification(name: name, title: name, description: name, toolkit: "fake", effect: $0, inputSchema: [:])
        }
    }

    func call(_ call: ToolCall, endpoint: String?) async -> ToolResult {
        let id = call.arguments["id"]?.string ?? ""
        onCall.withLock { $0 }?()
        let failure: ToolResult? = state.withLock { state in
            state.calls.append(id.isEmpty ? call.tool : "\(call.tool) \(id)")
            state.origins.append(call.origin)
            state.contexts.append(call.context)
            state.running += 1
            state.mostRunning = max(state.mostRunning, state.running)
            for key in [id, call.tool] where state.failures[key]?.isEmpty == false {
                return state.failures[key]?.removeFirst()
            }
            return nil
        }
        if let gate { await gate.pass() }
        defer { state.withLock { $0.running -= 1 } }
        if let failure { return failure }
        switch call.tool {
        case "list_applications": return page(call.arguments["next_cursor"]?.string.flatMap { Int($0) } ?? 0)
        case "get_application": return ToolResult(application(id), origin: .ats)
        default:
            let name = call.once ?? ""
            state.withLock { state in
                if state.comments[name] == nil { state.comments[name] = id }
            }
            return ToolResult(["id": .string("c-" + id)], origin: .ats)
        }
    }

    private func page(_ start: Int) -> ToolResult {
        let end = min(start + 4, applications)
        let items = (start..<end).map { application("a\($0)") }
        let next: JSONValue = end < applications ? .string(String(end)) : .null
        return ToolResult(["items": .array(items), "next_cursor": next], origin: .ats)
    }

    private func application(_ id: String) -> JSONValue { ["id": .string(id), "status": "active"] }
}

/// Answers for people, as a test says.
final class FakeApprovals: RunApprovals {
    let asked = Locked<[RunQuestion]>([])
    private let decisions = Locked<[String: RunDecision]>([:])

    func ask(_ question: RunQuestion) async throws(WorkflowError) -> String {
        asked.withLock { asked in
            if let known = asked.firstIndex(where: { $0.run == question.run && $0.title == question.title }) {
                return "ap\(known)"
            }
            asked.append(question)
            return "ap\(asked.count - 1)"
        }
    }

    func decision(_ id: String) async throws(WorkflowError) -> RunDecision {
        decisions.withLock { $0[id] ?? .pending }
    }

    func decide(_ id: String, _ decision: RunDecision) { decisions.withLock { $0[id] = decision } }
}

/// Says what a test says.
final class FakeModels: StepModels {
    let questions = Locked<[StepQuestion]>([])
    private let answers: Locked<[String]>

    init(_ answers: [String]) {
        self.answers = Locked(answers)
    }

    func isAvailable(_ spec: String?) async -> Bool { answers.withLock { !$0.isEmpty } }

    func answer(_ question: StepQuestion) async throws(StepFailure) -> StepAnswer {
        questions.withLock { $0.append(question) }
        let text = answers.withLock { $0.count > 1 ? $0.removeFirst() : $0[0] }
        return StepAnswer(text: text, model: "fake", tokens: 100)
    }
}

/// Workflows by their text.
struct FakeLibrary: WorkflowLibrary {
    let texts: [String: String]

    func workflow(named name: String) async throws(WorkflowError) -> Workflow {
        guard let text = texts[name] else { throw WorkflowError("not_found", "there is no workflow \(name)") }
        return try await workflow(from: WorkflowSource(text: Array(text.utf8)))
    }

    func workflow(from source: WorkflowSource) async throws(WorkflowError) -> Workflow {
        let (workflow, diagnostics) = WorkflowLoader.load(source, file: "test.json")
        if let workflow { return workflow }
        throw WorkflowError("invalid_workflow", diagnostics.map(\.description).joined(separator: "\n"))
    }
}
