import Basics
import JSON
import ToolRouter
import Tools
import Workflows

/// The router's tools for a test: what was called, and what was held back for a person, is remembered.
final class WitnessedTools: StepTools {
    private let base: any StepTools
    private let seen = Locked<(calls: [WorkflowObservation.Call], held: Set<String>)>(([], []))

    init(_ base: any StepTools) {
        self.base = base
    }

    /// Calls that were answered without an error, in the order of their answers.
    var calls: [WorkflowObservation.Call] { seen.withLock { $0.calls } }
    /// Tools that send something, and had to wait for an approval of their own.
    var heldBack: [String] { seen.withLock { $0.held.sorted() } }

    func tool(_ name: String, endpoint: String?) -> ToolSpecification? { base.tool(name, endpoint: endpoint) }

    func call(_ call: ToolCall, endpoint: String?) async -> ToolResult {
        let effect = tool(call.tool, endpoint: endpoint)?.effect
        let result = await base.call(call, endpoint: endpoint)
        seen.withLock { seen in
            if !result.isError {
                let isWrite = effect?.isWrite ?? false
                seen.calls.append(.init(tool: call.tool, arguments: call.arguments, once: call.once, isWrite: isWrite))
            } else if effect == .send, result.problem?.code == "approval_required" {
                seen.held.insert(call.tool)
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

/// People who decide as soon as somebody looks, as a test file says; their decisions are in the store as any others.
final class ScriptedApprovals: RunApprovals {
    private let store: ApprovalStore
    private let base: StoredApprovals
    private let decision: String
    private let asked = Locked<RunQuestion?>(nil)

    init(_ store: ApprovalStore, _ decision: String) {
        self.store = store
        base = StoredApprovals(store: store)
        self.decision = decision
    }

    /// What was asked last.
    var last: RunQuestion? { asked.withLock { $0 } }

    func ask(_ question: RunQuestion) async throws(WorkflowError) -> String {
        asked.withLock { $0 = question }
        return try await base.ask(question)
    }

    func decision(_ id: String) async throws(WorkflowError) -> RunDecision {
        guard decision != "expired" else { return .expired }
        let known = try await base.decision(id)
        guard known == .pending else { return known }
        do {
            let approval = try await store.approval(id)
            _ = try await store.decide(
                id,
                planHash: approval.planHash,
                isApproved: decision == "approved",
                by: Approver(name: "tester", roles: approval.request.roles, means: .command)
            )
        } catch {
            throw WorkflowError("storage", "the approval \(id) could not be decided: \(error.message)", cause: error)
        }
        return try await base.decision(id)
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
