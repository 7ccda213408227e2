package import ATSSandbox
import Basics
import EventLoops
import JSON
import ToolRouter
import Tools
package import Workflows

/// Runs the tests that lie beside workflow files, each on a sandbox of its own: engine, router, approvals, ledger and both
/// simulators are the real ones, and mail goes to the sandbox's outbox.
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
    ///   - trigger: What starts the run, as in ``RunRequest``; `command` is a person.
    /// - Throws: ``GatewayError``, or the error of a module that cannot begin.
    /// - Returns: Every difference from what is expected; empty when it has passed.
    package func run(
        _ test: WorkflowTest.Case,
        of workflow: Workflow,
        in folder: String,
        startedBy trigger: String = "command"
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
                try await WorkflowTrial(test: test, workflow: workflow, trigger: trigger, application: application)
                    .run()
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
        let trigger: String
        let application: Application

        func run() async throws -> [String] {
            guard let sandbox = application.sandbox?.sandbox else { return ["there is no sandbox"] }
            let user = application.configuration.defaultUser
            var scope = FormulaScope(now: application.clock.now())
            let (router, endpoints) = (application.router, application.endpoints)
            let policy: @Sendable (String) -> ToolPolicy? = { endpoints.endpoint($0)?.policy }
            let tools = WitnessedTools(RouterTools(router: { router }, policy: policy))
            // A decision would wake the run there, too, and it would be executed twice.
            await application.workflows.engine.close()
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
            let approvals = ScriptedApprovals(application.approvals, test.decision)
            let input = try test.input?.evaluate(scope)?.object ?? [:]
            let engine = engine(tools, models, approvals)
            var last: RunRecord?
            for _ in 0..<test.runs {
                let request = RunRequest(
                    workflow: workflow.name,
                    input: input,
                    user: user,
                    actor: user,
                    trigger: trigger,
                    isPreview: test.isPreview
                )
                last = try await ended(try await engine.start(request).id, engine, approvals)
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
            let heldBack = tools.heldBack.map {
                "\($0) was held back until a person had approved it (approval_required)"
            }
            return test.differences(from: seen, now: application.clock.now()) + heldBack
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

        /// A run that waits for the other side goes on by itself, and one that waits for people after their decision.
        private func ended(
            _ id: String,
            _ engine: WorkflowEngine,
            _ approvals: ScriptedApprovals
        ) async throws -> RunRecord {
            let start = monotonicNanoseconds()
            var run = try await engine.settled(id)
            while !run.state.isEnded, Double(monotonicNanoseconds() - start) / 1e9 < WorkflowTester.patience {
                if try await !decide(run, engine, approvals) {
                    try await application.drivers.loops.next().sleep(seconds: 0.05)
                }
                run = try await engine.settled(id)
            }
            return run
        }

        /// Decides what a run, or the run that it waits for, has to wait for; false when that is nothing.
        private func decide(
            _ run: RunRecord,
            _ engine: WorkflowEngine,
            _ approvals: ScriptedApprovals
        ) async throws -> Bool {
            guard run.state == .waiting else { return false }
            switch run.waiting {
            case .approval(let id, _)?:
                _ = try await approvals.decision(id)
                await engine.wake(run.id)
                return true
            case .run(let id)?: return try await decide(try await engine.settled(id), engine, approvals)
            default: return false
            }
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
