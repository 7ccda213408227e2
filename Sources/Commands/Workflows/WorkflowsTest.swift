import ATSSandbox
import Basics
import Gateway
import Glibc
import JSON
import Workflows

extension Command {
    static let workflowsTest = Command(
        path: ["workflows", "test"],
        summary: "Run the tests beside workflow files on simulated systems",
        arguments: [
            .init(
                name: "FILE",
                summary: "A workflow file, or the name of a workflow (default: every file in workflows/)",
                isRequired: false
            )
        ],
        options: [CommonOptions.json] + CommonOptions.places,
        details: "The test of workflows/NAME.json is workflows/tests/NAME.json. Exit status 1 when one does not pass.",
        run: { invocation in
            let home = try invocation.configuration().home
            let desk = WorkflowDesk(home: home)
            var workflows = desk.loaded.workflows
            if let name = invocation.arguments.first {
                let (workflow, diagnostics) = try desk.load(name)
                for diagnostic in diagnostics { invocation.terminal.printError(diagnostic.description) }
                guard let workflow else { return .failed }
                workflows = [workflow]
            }
            let tester = WorkflowTester(home: home)
            var rows: [JSONValue] = []
            var failures = 0
            for workflow in workflows {
                for test in try cases(beside: workflow.file) {
                    let differences = try await trial(test, of: workflow, tester)
                    failures += differences.isEmpty ? 0 : 1
                    rows.append([
                        "workflow": .string(workflow.name), "case": .string(test.name),
                        "passed": .bool(differences.isEmpty), "differences": .array(differences.map { .string($0) }),
                    ])
                    guard !invocation.json else { continue }
                    let mark = differences.isEmpty ? invocation.terminal.green("✓") : invocation.terminal.red("✗")
                    invocation.terminal.print("\(mark) \(workflow.name): \(Terminal.harmless(test.name))")
                    for difference in differences { invocation.terminal.print("    " + Terminal.harmless(difference)) }
                }
            }
            let passed = rows.count - failures
            invocation.terminal.print(
                invocation.json
                    ? JSONWriter.pretty([
                        "tests": .array(rows), "passed": .integer(passed), "failed": .integer(failures),
                    ])
                    : "\(passed) passed, \(failures) failed"
            )
            return failures == 0 ? .done : .failed
        }
    )

    private static func cases(beside file: String) throws -> [WorkflowTest.Case] {
        let parts = file.split(separator: "/", omittingEmptySubsequences: false)
        let path = (parts.dropLast() + ["tests"] + parts.suffix(1)).joined(separator: "/")
        let text: [UInt8]
        do throws(SystemError) {
            text = try TextFile.read(path)
        } catch {
            throw CommandError("\(file) has no test: \(error); docs/workflows.md tells how one is written")
        }
        let (test, diagnostics) = WorkflowTest.read(text, file: path)
        guard let test else {
            throw CommandError("the test cannot be used:\n" + diagnostics.map(\.description).joined(separator: "\n"))
        }
        return test.cases
    }

    private static func trial(
        _ test: WorkflowTest.Case,
        of workflow: Workflow,
        _ tester: WorkflowTester
    ) async throws -> [String] {
        let folder = try TextFile.makeTemporaryFolder("switchboard-test")
        defer { TextFile.removeFolder(folder) }
        return try await tester.run(test, of: workflow, in: folder)
    }
}
