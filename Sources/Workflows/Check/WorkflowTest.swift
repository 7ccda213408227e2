package import Basics
package import JSON

/// A test file that lies beside a workflow: what goes in, what goes wrong, and what has to come out.
package struct WorkflowTest: Sendable {
    /// A run, or several one after the other, and what is expected of the last.
    package struct Case: Sendable {
        package var name: String
        /// The input; formulas in it see the values of the setup.
        package var input: Template?
        /// Calls that are made first; formulas see the values of those before.
        package var setup: [Call]
        /// Faults of the sandbox, armed when the run starts.
        package var faults: [JSONValue]
        /// How far the clock moves on after the setup.
        package var advance: ISODuration?
        /// What is decided at every approval: `approved`, `rejected` or `expired`.
        package var decision: String
        /// The model's answers in order, texts or `{"error": code}`; nil for a run without a model.
        package var model: [JSONValue]?
        package var isPreview: Bool
        /// How many runs are made, with the same input.
        package var runs: Int
        /// What is expected; see `docs/workflows.md`.
        package var expected: JSONObject
        /// Formulas that have to be true in the end.
        package var holds: [Formula]
    }

    /// A call that is made before the run.
    package struct Call: Sendable {
        /// The name under which formulas see its value.
        package var id: String?
        package var tool: String
        package var arguments: Template?
    }

    /// The workflow file, beside the folder of tests.
    package var file: String
    package var cases: [Case]

    /// The keys that `expect` may have.
    package static let expectations = [
        "state", "code", "step", "message", "calls", "writes", "modelCalls", "output", "report", "records", "holds",
    ]
    private static let caseKeys = [
        "name", "input", "setup", "faults", "advance", "approve", "model", "preview", "runs", "expect",
    ]

    /// Reads a test file; nil, with every problem told, when it cannot be used.
    package static func read(_ text: [UInt8], file: String) -> (test: WorkflowTest?, diagnostics: [Diagnostic]) {
        var reader = WorkflowReader(file: file, bytes: text) { _ in nil }
        let root: WorkflowReader.Node
        do throws(JSONError) {
            let options = JSONParser.Options(maximumDepth: 64, maximumSize: 1 << 20, refusesDuplicateNames: true)
            let document = try JSONDocument(RelaxedJSON.strict(text), options: options)
            root = WorkflowReader.Node(element: document.root, pointer: JSONPointer())
        } catch {
            let problem = Diagnostic(.error, file: file, line: error.line, column: error.column, error.message)
            return (nil, [problem])
        }
        guard reader.isObject(root, keys: ["file", "cases"]) else { return (nil, reader.diagnostics) }
        let workflow = reader.text(reader.required(root, "file"))
        var cases: [Case] = []
        for node in reader.required(root, "cases")?.elements ?? [] {
            if let one = read(node, &reader) { cases.append(one) }
        }
        if cases.isEmpty { reader.error(root, "there must be at least one case") }
        guard let workflow, !reader.hasErrors else { return (nil, reader.diagnostics) }
        return (WorkflowTest(file: workflow, cases: cases), reader.diagnostics)
    }

    private static func read(_ node: WorkflowReader.Node, _ reader: inout WorkflowReader) -> Case? {
        guard reader.isObject(node, keys: caseKeys) else { return nil }
        let name = reader.text(reader.required(node, "name"))
        let decision = reader.text(node["approve"]) ?? "approved"
        if let given = node["approve"], !["approved", "rejected", "expired"].contains(decision) {
            reader.error(given, "must be approved, rejected or expired")
        }
        var setup: [Call] = []
        for call in node["setup"]?.elements ?? [] {
            guard reader.isObject(call, keys: ["id", "call", "with"]) else { continue }
            let tool = reader.text(reader.required(call, "call")) ?? ""
            setup.append(Call(id: reader.text(call["id"]), tool: tool, arguments: reader.template(call["with"])))
        }
        let advance = reader.duration(node["advance"])
        let runs = reader.integer(node["runs"], 1...10)
        guard let expected = reader.required(node, "expect"), reader.isObject(expected, keys: expectations) else {
            return nil
        }
        if let report = expected["report"] { _ = reader.isObject(report, keys: ["title", "contains", "lacks"]) }
        if let given = expected["state"], !["done", "failed", "cancelled"].contains(reader.text(given) ?? "") {
            reader.error(given, "must be done, failed or cancelled")
        }
        let holds = (expected["holds"]?.elements ?? []).compactMap { reader.formula($0) }
        return Case(
            name: name ?? "",
            input: reader.template(node["input"]),
            setup: setup,
            faults: node["faults"]?.elements.map(\.element.value) ?? [],
            advance: advance,
            decision: decision,
            model: node["model"]?.elements.map(\.element.value),
            isPreview: reader.bool(node["preview"]) ?? false,
            runs: runs ?? 1,
            expected: expected.element.value.object ?? JSONObject(),
            holds: holds
        )
    }
}
