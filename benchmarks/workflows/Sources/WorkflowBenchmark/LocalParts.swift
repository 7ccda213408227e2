import Basics
import JSON
import Synchronization
import Tools
import Workflows

/// Tools that answer at once, so that what is measured is the engine and its journal.
final class LocalTools: StepTools {
    /// How many calls were made.
    let calls = Atomic(0)
    /// Calls of `hold` so far, each of which never ends unless `isOpen`.
    let held = Atomic(0)
    private let isOpen: Bool
    private let answer: [UInt8]
    private let list: [UInt8]
    /// Is told of the first call, and when so many are held.
    private let told: @Sendable (Int, Int) -> Void

    init(items: Int = 0, isOpen: Bool = true, told: @escaping @Sendable (Int, Int) -> Void = { _, _ in }) {
        self.isOpen = isOpen
        self.told = told
        answer = JSONWriter.bytes(of: ["i": 1, "p": .string(String(repeating: "x", count: 500))])
        list = JSONWriter.bytes(
            of: .array(
                (0..<items).map {
                    [
                        "id": .string("application-\($0)"), "status": "Active",
                        "name": .string("Candidate Number \($0)"),
                        "note": .string(String(repeating: "n", count: 200)),
                    ]
                }
            )
        )
    }

    func tool(_ name: String, endpoint: String?) -> ToolSpecification? {
        ToolSpecification(name: name, title: name, description: name, toolkit: "local", effect: .read, inputSchema: [:])
    }

    func call(_ call: ToolCall, endpoint: String?) async -> ToolResult {
        let number = calls.add(1, ordering: .relaxed).newValue
        if call.tool == "hold" {
            told(number, held.add(1, ordering: .relaxed).newValue)
            if !isOpen { try? await Task.sleep(for: .seconds(100_000)) }
        } else {
            told(number, 0)
        }
        return ToolResult(payload: call.tool == "list" ? list : answer, origin: .ats)
    }
}

/// Asks nobody.
struct NoApprovals: RunApprovals {
    func ask(_ question: RunQuestion) async throws(WorkflowError) -> String { "none" }
    func decision(_ id: String) async throws(WorkflowError) -> RunDecision { .expired }
}

/// Has no model.
struct NoModels: StepModels {
    func isAvailable(_ spec: String?) async -> Bool { false }
    func answer(_ question: StepQuestion) async throws(StepFailure) -> StepAnswer {
        throw StepFailure("no_model", "there is no model")
    }
}

/// One workflow.
struct OneWorkflow: WorkflowLibrary {
    let text: String

    func workflow(named name: String) async throws(WorkflowError) -> Workflow {
        try await workflow(from: WorkflowSource(text: Array(text.utf8)))
    }

    func workflow(from source: WorkflowSource) async throws(WorkflowError) -> Workflow {
        let (workflow, diagnostics) = WorkflowLoader.load(source, file: "bench.json")
        if let workflow { return workflow }
        throw WorkflowError("invalid_workflow", diagnostics.map(\.description).joined(separator: "\n"))
    }
}
