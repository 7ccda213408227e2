import ATSSandbox
import Basics
import Gateway
import JSON
import TestSupport
import Testing
import Workflows

/// The ten files that come with the program, with the tests beside them, on both simulated systems.
@Suite struct WorkflowFileRunTests {
    struct Trial: Sendable, CustomTestStringConvertible {
        var workflow: Workflow
        var test: WorkflowTest.Case
        var testDescription: String { "\(workflow.name): \(test.name)" }
    }

    /// The root of the repository.
    static let home = String(#filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 })
    private static let sandbox = Sandbox()

    /// Every case of every file.
    static let trials: [Trial] = {
        let folder = home + "/workflows"
        return TextFile.names(in: folder + "/tests").sorted().flatMap { name -> [Trial] in
            let path = folder + "/tests/" + name
            guard let text = try? TextFile.read(path), let test = WorkflowTest.read(text, file: path).test,
                let workflow = WorkflowLoader.load(path: folder + "/" + test.file, home: home).workflow
            else { return [] }
            return test.cases.map { Trial(workflow: workflow, test: $0) }
        }
    }()

    @Test func `every file has its cases`() {
        #expect(Set(WorkflowFileRunTests.trials.map(\.workflow.name)).count == 10)
    }

    @Test(arguments: WorkflowFileRunTests.trials)
    func `a file does on the simulated systems what the test beside it says`(trial: Trial) async throws {
        let folder = TemporaryFolder()
        let home = try Home.find(explicit: WorkflowFileRunTests.home, environment: [:], program: nil)
        let tester = WorkflowTester(home: home, template: WorkflowFileRunTests.sandbox)
        let differences = try await tester.run(trial.test, of: trial.workflow, in: folder.path)
        #expect(differences == [])
    }

    /// The rules hold back what a model sends; a file whose mail were held back in a person's run must not pass.
    @Test func `a run that a model starts waits for the approval of its mail, then goes on, and the case tells it`()
        async throws
    {
        let mailing = WorkflowFileRunTests.trials.filter { trial in
            trial.test.expected["writes"]?["send_email"] != nil && trial.test.decision == "approved"
        }
        #expect(Set(mailing.map(\.workflow.name)) == ["offer-approval-chase", "weekly-pipeline-report"])
        let home = try Home.find(explicit: WorkflowFileRunTests.home, environment: [:], program: nil)
        let tester = WorkflowTester(home: home, template: WorkflowFileRunTests.sandbox)
        for trial in mailing {
            let folder = TemporaryFolder()
            let found = try await tester.run(trial.test, of: trial.workflow, in: folder.path, startedBy: "chat")
            #expect(
                found == ["send_email was held back until a person had approved it (approval_required)"],
                "\(trial.testDescription)"
            )
        }
    }
}
