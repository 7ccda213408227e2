package import ATSSandbox
import Basics
import EventLoops
import JSON
import ToolRouter
import Tools
package import Workflows

/// Runs the tests that lie beside workflow files, each on a sandbox of its own: engine, router, ledger and both simulators
/// are the real ones.
package struct WorkflowTester: Sendable {
    private let home: Home
    /// The sandbox whose generated data all share.
    private let template: Sandbox

    /// Seconds after which a run is given up.
    private static let patience = 120.0

    /// - Parameters:
    ///   - home: The home folder, with toolkits, prompts and workflows.
    ///   - template: A sandbox whose generated data the tests share.
    package init(home: Home, template: Sandbox = Sandbox()) {
        self.home = home
        self.template = template
    }

    /// Runs one case.
    ///
    /// - Parameters:
    ///   - test: The case.
    ///   - workflow: The workflow, wherever its file lies.
    ///   - folder: An empty folder for its data.
    /// - Throws: ``GatewayError``, or the error of a module that cannot begin.
    /// - Returns: Every difference from what is expected; empty when it has passed.
    package func run(
        _ test: WorkflowTest.Case,
        of workflow: Workflow,
        in folder: String
    ) async throws -> [String] {
        let configuration = Configuration(
            environment: [:],
            home: home,
            dataFolder: folder,
            isSandbox: true,
            log: .none
        )
        let application = try await Application.open(configuration, like: template)
        do {
            let found = try await application.drivers.run {
                try await WorkflowTrial(test: test, workflow: workflow, application: application).run()
            }
            await application.close()
            return found
        } catch {
            await application.close()
            throw error
        }
    }

    /// One case on its own application.
    private struct WorkflowTrial {
        let test: WorkflowTest.Case
        let workflow: Workflow
        let application: Application

        func run() async throws -> [String] {
            guard let sandbox = application.sandbox?.sandbox else { return ["there is no sandbox"] }
            let user = application.configuration.defaultUser
            var scope = FormulaScope(now: application.clock.now())
            let router = application.router
            let tools = WitnessedTools(RouterTools(router: { router }, policy: { _ in nil }))
            for call in test.setup {
                let arguments = try call.arguments?.evaluate(scope)?.object ?? [:]
                let result = await router.execute(
                    ToolCall(tool: call.tool, arguments: arguments, user: user, origin: .workflow),
                    policy: ToolPolicy()
                )
                guard !result.isError else { return ["setup: \(call.tool): \(result.displayText)"] }
                if let id = call.id { scope.bindings[id] = try JSONParser.parse(result.payload) }
            }
            if let advance = test.advance {
                (application.clock as? ManualClock)?.advance(seconds: Double(advance.seconds))
            }
            let (faults, problems) = SandboxFaultReader.read(.array(test.faults), file: "faults")
            guard problems.isEmpty else { return problems.map(\.description) }
            for fault in faults { sandbox.control.arm(fault) }

            let models = ScriptedModels(test.model)
            let approvals = ScriptedApprovals(StoredApprovals(store: application.approvals), test.decision)
            let input = try test.input?.evaluate(scope)?.object ?? [:]
            let engine = engine(tools, models, approvals)
            var last: RunRecord?
            for _ in 0..<test.runs {
                let request = RunRequest(
                    workflow: workflow.name,
                    input: input,
                    user: user,
                    actor: user,
                    trigger: "command",
                    isPreview: test.isPreview
                )
                last = try await ended(try await engine.start(request).id, engine)
            }
            await engine.close()
            guard let last else { return ["nothing was run"] }
            guard last.state.isEnded else {
                return ["the run has not ended; it waits for \(last.waiting?.description ?? "nothing")"]
            }
            let journal = RunJournal(database: application.database)
            var seen = WorkflowObservation(run: last)
            let failed = try await journal.steps(of: last.id, in: [.failed, .unknown])
            seen.failedSteps = failed.map(\.address.path) + failed.compactMap(\.failure?.place)
            seen.calls = tools.calls
            seen.modelCalls = models.count
            seen.report = try await journal.reports(of: last.id).last
            seen.approval = approvals.last
            seen.planned = try await journal.steps(of: last.id, in: [.planned]).compactMap(\.output)
            seen.records = records(in: sandbox)
            return test.differences(from: seen, now: application.clock.now())
        }

        private func engine(
            _ tools: WitnessedTools,
            _ models: ScriptedModels,
            _ approvals: ScriptedApprovals
        ) -> WorkflowEngine {
            var parts = WorkflowEngine.Parts(
                journal: RunJournal(database: application.database),
                library: TestedLibrary(tested: workflow, others: application.workflows.library),
                tools: tools,
                models: models,
                approvals: approvals,
                clock: application.clock
            )
            let loop = application.drivers.loops.next()
            parts.pause = { try? await loop.sleep(seconds: $0) }
            return WorkflowEngine(parts)
        }

        /// A run that waits for the other side goes on by itself.
        private func ended(_ id: String, _ engine: WorkflowEngine) async throws -> RunRecord {
            let start = monotonicNanoseconds()
            var run = try await engine.settled(id)
            while !run.state.isEnded, Double(monotonicNanoseconds() - start) / 1e9 < WorkflowTester.patience {
                try await application.drivers.loops.next().sleep(seconds: 0.05)
                run = try await engine.settled(id)
            }
            return run
        }

        private func records(in sandbox: Sandbox) -> Int? {
            guard let asked = test.expected["records"], let resource = asked["resource"]?.string,
                let system = asked["system"]?.string, let field = asked["field"]?.string
            else { return nil }
            let whole = asked["is"]
            let part = asked["contains"]?.string
            return sandbox.count(resource, of: system, field: field) { value in
                if let part { return value.string?.contains(part) == true }
                return value == whole
            }
        }
    }
}
