import Basics
import JSON
import ToolRouter
package import Tools

/// Workflows as tools: each under a name of its own, and `run_workflow`, `get_run` and `steer_run` for all of them.
///
/// Whatever a run writes passes the ledger by itself, so the tools do not.
package struct WorkflowTools: CompositeToolProvider, TaskProvider {
    let engine: WorkflowEngine
    private let library: HomeLibrary
    private let policy: @Sendable (String) -> ToolPolicy?
    /// The page of an approval; nil where none are served.
    let page: @Sendable (String) -> String?

    /// Seconds that a call waits for its run; one that takes longer is asked for by its id.
    private static let patience = 20.0
    /// The same where the client sees how far the run is; below the minute after which many give up.
    private static let patienceWithProgress = 50.0
    /// The toolkit that all of them belong to.
    package static let toolkit = "workflows"

    /// - Parameters:
    ///   - engine: What runs them.
    ///   - library: Their files.
    ///   - page: The page of an approval by its id; nil where none are served.
    ///   - policy: The policy of an endpoint by its id; nil when the endpoint is gone.
    package init(
        engine: WorkflowEngine,
        library: HomeLibrary,
        page: @escaping @Sendable (String) -> String? = { _ in nil },
        policy: @escaping @Sendable (String) -> ToolPolicy?
    ) {
        self.engine = engine
        self.library = library
        self.page = page
        self.policy = policy
    }

    package var tools: [ToolSpecification] {
        library.all().workflows.map(WorkflowTools.specification) + WorkflowTools.common
    }

    /// A workflow as a tool of its own.
    private static func specification(_ workflow: Workflow) -> ToolSpecification {
        var properties: JSONObject = workflow.input["properties"]?.object ?? [:]
        properties["preview"] = [
            "type": "boolean", "description": "True runs the reads only and lists every write with exact ids.",
        ]
        var schema = workflow.input
        schema["properties"] = .object(properties)
        return ToolSpecification(
            name: WorkflowTools.name(of: workflow),
            title: workflow.title,
            description: workflow.description
                + " A workflow: it runs to its end by itself; a run that takes long answers with its id, for get_run.",
            toolkit: WorkflowTools.toolkit,
            tags: ["workflows"],
            effect: workflow.limits.isReadOnly ? .read : .create,
            inputSchema: .object(schema),
            startsRun: true
        )
    }

    /// The workflows that exist for whoever makes a call: those whose own tool the endpoint's policy lets through.
    private func workflows(for call: ToolCall) -> [Workflow] {
        let all = library.all().workflows
        guard let endpoint = call.context.endpoint else { return all }
        guard let policy = policy(endpoint) else { return [] }
        return all.filter { policy.allows(WorkflowTools.specification($0)) }
    }

    package func call(_ call: ToolCall) async -> ToolResult {
        do throws(WorkflowError) {
            switch call.tool {
            case "run_workflow":
                return try await run(
                    call,
                    call.arguments["workflow"]?.string ?? "",
                    call.arguments["input"]?.object ?? [:],
                    isPreview: call.arguments["preview"]?.bool ?? false
                )
            case "get_run": return try await show(call.arguments["run_id"]?.string ?? "", call)
            case "steer_run": return try await steer(call)
            default:
                guard let workflow = workflows(for: call).first(where: { WorkflowTools.name(of: $0) == call.tool })
                else { return .failure("tool_not_found", "There is no workflow behind \(call.tool).") }
                var input = call.arguments
                input["preview"] = nil
                let isPreview = call.arguments["preview"]?.bool ?? false
                return try await run(call, workflow.name, input, isPreview: isPreview)
            }
        } catch {
            return .failure(error.code, error.message)
        }
    }

    private func run(
        _ call: ToolCall,
        _ name: String,
        _ input: JSONObject,
        isPreview: Bool
    ) async throws(WorkflowError) -> ToolResult {
        let names = workflows(for: call).map(\.name)
        guard names.contains(name) else {
            let near = Similarity.nearest(to: name, among: names, limit: 3)
            let there = near.isEmpty ? names : near
            throw WorkflowError(
                "not_found",
                "There is no workflow \(name.prefix(64)). "
                    + (there.isEmpty ? "There are none here." : "There are \(there.joined(separator: ", ")).")
            )
        }
        let run = try await engine.start(
            RunRequest(
                workflow: name,
                input: input,
                user: call.user,
                actor: call.context.actor ?? call.context.endpoint.map { "endpoint:" + $0 } ?? call.user,
                trigger: call.context.endpoint == nil ? "chat" : "mcp",
                isPreview: isPreview,
                endpoint: call.context.endpoint
            )
        )
        if !call.context.isDetached { await wait(for: run.id, call) }
        return try await show(run.id, call)
    }

    /// Waits for a run, as long as whoever calls does.
    private func wait(for id: String, _ call: ToolCall) async {
        guard let progress = call.context.progress else {
            return await engine.settled(id, within: WorkflowTools.patience)
        }
        await RunFollower(id, engine: engine, progress: progress).follow {
            await engine.settled(id, within: WorkflowTools.patienceWithProgress)
        }
    }

    /// The run, where whoever makes a call may know of it: a run of another endpoint or of another user is not there.
    func visible(_ id: String, for call: ToolCall) async throws(WorkflowError) -> RunRecord? {
        guard let run = try await engine.journal.run(id), run.endpoint == call.context.endpoint,
            call.context.endpoint != nil || run.user == call.user
        else { return nil }
        return run
    }

    private func show(_ id: String, _ call: ToolCall) async throws(WorkflowError) -> ToolResult {
        guard let run = try await visible(id, for: call) else {
            return .failure("not_found", "There is no run \(id.prefix(64)).")
        }
        let privacy = try await engine.privacy(of: run)
        // Whoever calls over an endpoint is a program, and has none of the roles.
        var object =
            call.context.endpoint == nil || privacy.restrictedTo.isEmpty
            ? try await RunJSON.details(run, in: engine.journal) : RunJSON.restricted(run, to: privacy.restrictedTo)
        if !run.state.isEnded {
            var link: String?
            if case .approval(let approval, _)? = run.waiting, run.state == .waiting { link = page(approval) }
            object["approval_url"] = link.map { .string($0) }
            object["next"] = .string(
                run.state == .waiting
                    ? "The run \(waitingText(run.waiting, page: link)). Ask get_run again after that."
                    : "The run goes on by itself; ask get_run again in a while."
            )
        }
        var result = ToolResult(.object(object), isError: run.state == .failed, origin: .candidate)
        result.run = id
        return result
    }

    /// Pauses, resumes, cancels or redrives a run; what only a person may decide is not among it.
    private func steer(_ call: ToolCall) async throws(WorkflowError) -> ToolResult {
        let id = call.arguments["run_id"]?.string ?? ""
        let found = try await show(id, call)
        guard found.problem?.code != "not_found" else { return found }
        switch call.arguments["action"]?.string {
        case "pause": try await engine.pause(id)
        case "resume": try await engine.resume(id)
        case "cancel": try await engine.cancel(id)
        case "redrive": try await engine.redrive(id)
        default: return .failure("invalid_arguments", "action must be pause, resume, cancel or redrive.")
        }
        if !call.context.isDetached { await wait(for: id, call) }
        return try await show(id, call)
    }

    private static func name(of workflow: Workflow) -> String {
        "workflow_" + workflow.name.replacing("-", with: "_").prefix(55)
    }

    /// The tools for all workflows, whichever files there are.
    package static let common: [ToolSpecification] = [
        ToolSpecification(
            name: "run_workflow",
            title: "Run Workflow",
            description:
                "Runs a scripted workflow by its name, or previews it: then every write is listed and none is made.",
            toolkit: toolkit,
            tags: ["workflows"],
            effect: .create,
            inputSchema: [
                "type": "object",
                "properties": [
                    "workflow": ["type": "string", "description": "The workflow's name, such as interview-briefing."],
                    "input": ["type": "object", "description": "Its input, as the workflow's own tool describes it."],
                    "preview": ["type": "boolean", "description": "True lists every write and makes none."],
                ],
                "required": ["workflow"], "additionalProperties": false,
            ],
            startsRun: true
        ),
        ToolSpecification(
            name: "get_run",
            title: "Get Run",
            description: "Tells how a run of a workflow is going: its state, what it gave, and which records failed.",
            toolkit: toolkit,
            tags: ["workflows"],
            effect: .read,
            inputSchema: [
                "type": "object",
                "properties": ["run_id": ["type": "string", "description": "The run's id, from run_workflow."]],
                "required": ["run_id"], "additionalProperties": false,
            ]
        ),
        ToolSpecification(
            name: "steer_run",
            title: "Steer Run",
            description: """
                Pauses, resumes, cancels or redrives a run of a workflow. Cancelling ends it after what is under way; what was \
                done stays done. Redriving does only what has failed or is not known again.
                """,
            toolkit: toolkit,
            tags: ["workflows"],
            effect: .set,
            inputSchema: [
                "type": "object",
                "properties": [
                    "run_id": ["type": "string", "description": "The run's id, from run_workflow."],
                    "action": [
                        "type": "string", "enum": ["pause", "resume", "cancel", "redrive"],
                        "description": "What to do with it.",
                    ],
                ],
                "required": ["run_id", "action"], "additionalProperties": false,
            ]
        ),
    ]
}
