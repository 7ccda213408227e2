import ATSSandbox
import Basics
import Gateway
import Glibc
import HTTP
import JSON
import Storage
import Workflows

/// Simulated systems in this process, and real children that execute runs and are killed.
final class WorkflowKillBench: Sendable {
    /// A workflow with what it is asked for.
    struct Job: Sendable {
        var workflow: String
        var input: JSONObject
        /// What every note and comment of the run begins with; no other run's does.
        var text: String
    }

    /// What is known of a run when it has ended.
    struct Ended: Sendable {
        var job: Job
        var run: RunRecord
        /// The ids that its report rests on: of the notes or comments.
        var reported: [String]
        /// The applications that it was to write to.
        var targets: [String]
    }

    let sandbox: Sandbox
    private let program: ProgramRun
    private let drivers: Drivers
    private let servers: SandboxServers
    private let home: String

    /// - Parameter settle: The settle times in seconds that the toolkits say.
    init(settle: Double = KillBench.settle) async throws {
        program = ProgramRun()
        home = program.folder + "/home"
        drivers = try Drivers(loops: 1)
        sandbox = Sandbox(clock: SystemClock())
        servers = try await SandboxServers.start(sandbox, loops: drivers.loops)
        for path in [home, home + "/toolkits", home + "/agents", home + "/workflows"] { mkdir(path, 0o700) }
        // Children start often, and a few tools are read faster than all of them.
        try link(
            "pinpoint",
            [
                "get_single_pinpoint_job_by_id", "list_all_pinpoint_applications",
                "get_single_pinpoint_application_by_id",
                "list_all_pinpoint_comments", "create_a_pinpoint_comment", "list_all_pinpoint_jobs",
            ],
            settle
        )
        try link(
            "ashby",
            [
                "ashby_jobs_search", "list_all_ashby_applications", "get_single_ashby_application_by_id",
                "list_all_ashby_interview_stages", "list_all_ashby_candidate_notes", "create_a_ashby_candidate_note",
                "ashby_applications_change_stage", "ashby_api_key_info",
            ],
            settle
        )
        let shipped = "/workflows/bulk-disposition.pinpoint.json"
        try TextFile.write(try TextFile.read(ProgramRun.home + shipped), to: home + shipped)
        try TextFile.write(Array(WorkflowKillBench.noteAndMove.utf8), to: home + "/workflows/note-and-move.json")
    }

    private func link(_ toolkit: String, _ tools: Set<String>, _ settle: Double) throws {
        let folder = home + "/toolkits/" + toolkit
        mkdir(folder, 0o700)
        let source = ProgramRun.home + "/toolkits/" + toolkit + "/"
        guard var file = try JSONParser.parse(try TextFile.read(source + "toolkit.json")).object else {
            throw SystemError("read \(source)")
        }
        for name in TextFile.names(in: source) where name != "toolkit.json" {
            symlink(source + name, folder + "/" + name)
        }
        file["tools"] = .array((file["tools"]?.array ?? []).filter { $0["name"]?.string.map(tools.contains) ?? false })
        file["settle"] = ["answered": .double(settle), "silent": .double(settle)]
        file["triggers"] = nil
        try TextFile.write(JSONWriter.bytes(of: .object(file)), to: folder + "/toolkit.json")
    }

    /// Reads page by page, asks, then notes and moves each application, several at a time, with a loop and a branch inside.
    private static let noteAndMove = """
        {"workflow": "note-and-move", "version": 1, "title": "Note and move", "description": "For the kill test.",
         "connections": {"ats": "ashby"},
         "input": {"type": "object", "required": ["note"], "properties": {"note": {"type": "string"}}},
         "limits": {"writes": 80},
         "oneAtATime": "= 'note-and-move'",
         "steps": [
           {"id": "jobs", "call": "ashby_jobs_search", "on": "ats", "with": {"requisitionId": "LRK-8899"}},
           {"id": "applications", "call": "list_all_ashby_applications", "on": "ats",
            "with": {"jobId": "= $jobs.items[0].id", "status": "Active", "limit": 7}, "all": {"max": 100}},
           {"id": "stages", "call": "list_all_ashby_interview_stages", "on": "ats",
            "with": {"interviewPlanId": "= $applications[0].currentInterviewStage.interviewPlanId"}},
           {"id": "stage", "set": "= [$stages.items[type = 'Active']]^(orderInInterviewPlan)[0]"},
           {"approve": {"title": "Note and move {{ $count($applications) }}?",
             "plan": "= [$applications.{'application': id}]", "from": ["role:recruiting-lead"], "expires": "P1D",
             "onExpire": "fail"}},
           {"id": "done", "forEach": "= $applications", "as": "app", "key": "= $app.id", "concurrency": 4, "maxItems": 100,
            "do": [
              {"id": "current", "call": "get_single_ashby_application_by_id", "on": "ats",
               "with": {"applicationId": "= $app.id"}},
              {"if": "= $current.status = 'Active'", "do": [
                {"id": "said", "call": "create_a_ashby_candidate_note", "on": "ats",
                 "with": {"candidateId": "= $app.candidate.id", "note": "= $input.note", "sendNotifications": false}},
                {"call": "ashby_applications_change_stage", "on": "ats",
                 "with": {"applicationId": "= $app.id", "interviewStageId": "= $stage.id"}},
                {"return": "= $said.id"}]},
              {"return": "none"}]},
           {"report": {"title": "Noted", "body": "{{ $count($done.succeeded) }}",
             "sources": "= {'applications': [$applications.id], 'notes': [$done.succeeded.output]}"}},
           {"return": {"count": "= $count($done.succeeded)", "updated": "= [$done.succeeded.key]"}}
         ]}
        """

    // MARK: - Children

    /// A child that starts a run, or goes on with it.
    func start(_ job: Job, run: String?, data: String, fault: String?) throws -> ChildProcess {
        var environment = ["HOME": "/nonexistent", "USER": "tester", "PINPOINT_SUBDOMAIN": "sandbox"]
        for served in servers.served {
            let name = served.system.toolkit == "ashby" ? "ASHBY" : "PINPOINT"
            environment[name + "_API_KEY"] = served.system.secrets["api_key"]
            environment[name + "_BASE_URL"] = served.baseURL
        }
        environment["SWITCHBOARD_FAULT"] = fault
        environment["CHILD_LOG"] = getenv("SWITCHBOARD_CHILD_LOG").map { String(cString: $0) }
        var words = ["run", job.workflow]
        if let run {
            words = ["runs", "resume", run]
        } else {
            for member in job.input { words.append(member.name + "=" + JSONWriter.text(of: member.value)) }
        }
        words += ["--yes", "--home", home, "--data", program.folder + "/" + data]
        return try ChildProcess(words, environment: environment)
    }

    /// Looks into the journal that a child has left.
    func look<Result: Sendable>(
        _ data: String,
        _ body: @Sendable (RunJournal) async throws -> Result?
    ) async throws -> Result? {
        let path = program.folder + "/" + data + "/switchboard.db"
        guard TextFile.isFile(path) else { return nil }
        let database = try await SQLiteDatabase.open(path)
        // A child that was killed early has left a file without tables.
        let result = try? await body(RunJournal(database: database))
        await database.close()
        return result ?? nil
    }

    /// What a run has done, once it has ended.
    func ended(_ job: Job, _ id: String, data: String) async throws -> Ended? {
        try await look(data) { journal in
            guard let run = try await journal.run(id), run.state.isEnded else { return nil }
            let sources = try await journal.reports(of: id).first?.sources
            let written = sources?["comments"]?.array ?? sources?["notes"]?.array ?? []
            return Ended(
                job: job,
                run: run,
                reported: written.compactMap(\.string),
                targets: sources?["applications"]?.array?.compactMap(\.string) ?? []
            )
        }
    }

    func forget(_ data: String) { ProgramRun.remove(program.folder + "/" + data) }

    // MARK: - What the other side has

    /// Every comment and note that was written: its id and whom it is about, by the first sentence of its text.
    func written() async throws -> [String: [(id: String, about: String)]] {
        var found: [String: [(id: String, about: String)]] = [:]
        for write in try await get("/_sandbox/writes")["writes"]?.array ?? [] {
            guard write["operation"]?.string?.hasPrefix("comment") == true else { continue }
            let id = write["id"]?.string ?? write["id"]?.number?.text ?? ""
            let comment = try await get("/api/v1/comments/" + id)["data"]
            let text = comment?["attributes"]?["body_text"]?.string ?? ""
            let attributes = comment?["attributes"]
            let about = attributes?["commentable_id"]?.number?.text ?? attributes?["commentable_id"]?.string ?? id
            found[WorkflowKillBench.sentence(text), default: []].append((id, about))
        }
        var candidates: Set<String> = []
        for application in try await applications() {
            guard let candidate = application["candidate"]?["id"]?.string, candidates.insert(candidate).inserted else {
                continue
            }
            let answer = try await post("/candidate.listNotes", ["candidateId": .string(candidate), "limit": 100])
            var notes = answer["results"]?.array ?? []
            var cursor = answer["nextCursor"]
            while let next = cursor, next != .null {
                let page = try await post(
                    "/candidate.listNotes",
                    ["candidateId": .string(candidate), "limit": 100, "cursor": next]
                )
                notes += page["results"]?.array ?? []
                cursor = page["nextCursor"]
            }
            for note in notes {
                let text = WorkflowKillBench.sentence(note["content"]?.string ?? "")
                found[text, default: []].append((note["id"]?.string ?? "", candidate))
            }
        }
        return found
    }

    /// The applications of the job that the notes are about.
    func applications() async throws -> [JSONValue] {
        let job = try await post("/job.search", ["requisitionId": "LRK-8899"])["results"]?[0]?["id"] ?? .null
        let answer = try await post("/application.list", ["jobId": job, "status": "Active", "limit": 100])
        return answer["results"]?.array ?? []
    }

    private static func sentence(_ text: String) -> String {
        String(text.prefix { $0 != "." })
    }

    private func get(_ target: String) async throws -> JSONValue {
        try await answer(sandbox.pinpoint, "GET", target, ["X-API-KEY": SandboxKeys.pinpoint], [:])
    }

    private func post(_ target: String, _ body: JSONObject) async throws -> JSONValue {
        let credentials = Base64.encode(Array((SandboxKeys.ashby + ":").utf8))
        return try await answer(
            sandbox.ashby,
            "POST",
            target,
            ["Authorization": "Basic " + credentials, "Content-Type": "application/json"],
            body
        )
    }

    private func answer(
        _ handler: any HTTPHandler,
        _ method: String,
        _ target: String,
        _ fields: HTTPFields,
        _ body: JSONObject
    ) async throws -> JSONValue {
        let bytes = method == "GET" ? [] : JSONWriter.bytes(of: .object(body))
        let request = HTTPRequest(method: method, target: target, fields: fields, body: .bytes(bytes))
        let response = await handler.respond(to: request)
        return try JSONParser.parse(try await response.body.collect(limit: 64 << 20))
    }

    func close() async {
        await servers.stop()
        await drivers.stop()
        program.remove()
    }
}
