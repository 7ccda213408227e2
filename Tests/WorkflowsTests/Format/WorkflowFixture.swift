import Basics
import JSON
import Workflows

/// Workflow texts for tests.
enum WorkflowFixture {
    /// A file with these steps, and members that go before them.
    static func text(_ steps: String, members: String = "", writes: String = "5") -> String {
        """
        {
          "workflow": "sample", "version": 1, "title": "Sample", "connections": { "ats": "pinpoint" },
          "input": { "type": "object", "properties": { "days": { "type": "integer", "default": 3 } } },
          "limits": { "writes": \(writes) }, \(members)
          "steps": [\(steps)]
        }
        """
    }

    /// The file, read; nil when something is wrong with it.
    static func load(_ text: String, prompts: [String: String] = [:]) -> (workflow: Workflow?, problems: [String]) {
        let source = WorkflowSource(text: Array(text.utf8), prompts: prompts)
        let (workflow, diagnostics) = WorkflowLoader.load(source, file: "f.json")
        return (workflow, diagnostics.map(\.description))
    }

    /// What reading says of a file with these steps.
    static func problems(_ steps: String, members: String = "") -> [String] {
        load(text(steps, members: members)).problems
    }

    static func scope(_ bindings: [String: JSONValue] = [:]) -> FormulaScope {
        FormulaScope(bindings: bindings, now: Timestamp(iso8601: "2026-11-20T09:00:00Z") ?? Timestamp(milliseconds: 0))
    }

    /// The value of a template in a scope.
    static func value(_ template: String, _ bindings: [String: JSONValue] = [:]) throws -> JSONValue? {
        let (workflow, problems) = load(text("{ \"set\": \(template) }"))
        guard case .set(let step)? = workflow?.steps.first?.kind else { throw FixtureError(problems: problems) }
        return try step.value.evaluate(scope(bindings))
    }

    struct FixtureError: Error {
        var problems: [String]
    }
}
