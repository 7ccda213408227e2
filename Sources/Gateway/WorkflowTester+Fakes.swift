import Basics
import JSON
import Mail
import Tools
import Workflows

/// The router's tools for a test: what was called is remembered, and mail stays where it is.
final class WitnessedTools: StepTools {
    private let base: any StepTools
    private let seen = Locked<[WorkflowObservation.Call]>([])

    init(_ base: any StepTools) {
        self.base = base
    }

    /// Calls that were answered without an error, in the order of their answers.
    var calls: [WorkflowObservation.Call] { seen.withLock { $0 } }

    func tool(_ name: String, endpoint: String?) -> ToolSpecification? {
        name == SendEmail.name ? SendEmail.specification : base.tool(name, endpoint: endpoint)
    }

    func call(_ call: ToolCall, endpoint: String?) async -> ToolResult {
        let isWrite = tool(call.tool, endpoint: endpoint)?.effect.isWrite ?? false
        let result: ToolResult
        if call.tool == SendEmail.name {
            let issues = JSONSchema(SendEmail.specification.inputSchema).issues(in: .object(call.arguments))
            result =
                issues.isEmpty
                ? ToolResult(
                    ["message_id": "<test@sandbox.example>", "accepted": call.arguments["to"] ?? []],
                    origin: .ats
                )
                : .failure("invalid_arguments", issues.map { "\($0)" }.joined(separator: "; "))
        } else {
            result = await base.call(call, endpoint: endpoint)
        }
        if !result.isError {
            seen.withLock {
                $0.append(.init(tool: call.tool, arguments: call.arguments, once: call.once, isWrite: isWrite))
            }
        }
        return result
    }
}

/// A model that says what a test file says, in order.
final class ScriptedModels: StepModels {
    private struct State {
        var answers: [JSONValue]
        var count = 0
    }

    private let isThere: Bool
    private let state: Locked<State>

    /// - Parameter answers: Texts, or `{"error": code}`; nil for no model.
    init(_ answers: [JSONValue]?) {
        isThere = answers != nil
        state = Locked(State(answers: answers ?? []))
    }

    /// How often it was asked.
    var count: Int { state.withLock { $0.count } }

    func isAvailable(_ spec: String?) async -> Bool { isThere }

    func answer(_ question: StepQuestion) async throws(StepFailure) -> StepAnswer {
        let next: JSONValue? = state.withLock { state in
            state.count += 1
            return state.answers.isEmpty ? nil : state.answers.removeFirst()
        }
        guard let next else { throw StepFailure("no_answer", "the test has no more answers of the model") }
        guard let text = next.string else {
            throw StepFailure(next["error"]?.string ?? "model_failed", "the model failed, as the test says")
        }
        return StepAnswer(text: text, model: "scripted", tokens: text.utf8.count / 4)
    }
}

/// People who decide at once, as a test file says; the question is kept in the store of approvals as any other.
final class ScriptedApprovals: RunApprovals {
    private let base: any RunApprovals
    private let decision: String
    private let asked = Locked<RunQuestion?>(nil)

    init(_ base: any RunApprovals, _ decision: String) {
        self.base = base
        self.decision = decision
    }

    /// What was asked last.
    var last: RunQuestion? { asked.withLock { $0 } }

    func ask(_ question: RunQuestion) async throws(WorkflowError) -> String {
        asked.withLock { $0 = question }
        return try await base.ask(question)
    }

    func decision(_ id: String) async throws(WorkflowError) -> RunDecision {
        let now = SystemClock().now()
        return switch decision {
        case "rejected": .rejected(by: "tester", at: now, comment: nil)
        case "expired": .expired
        default: .approved(by: "tester", at: now, comment: nil)
        }
    }
}

/// The workflow that is tested, and those of the home folder that it may run.
struct TestedLibrary: WorkflowLibrary {
    let tested: Workflow
    let others: HomeLibrary

    func workflow(named name: String) async throws(WorkflowError) -> Workflow {
        name == tested.name ? tested : try await others.workflow(named: name)
    }

    func workflow(from source: WorkflowSource) async throws(WorkflowError) -> Workflow {
        try await others.workflow(from: source)
    }
}
