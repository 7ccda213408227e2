import ATSSandbox
import Basics
import Gateway
import Glibc
import HTTP
import JSON

/// What all runs that are killed have in common: the program's files, threads that serve, and the data of the simulated
/// systems as they were generated.
final class WorkflowKillBench: Sendable {
    let pattern: Sandbox
    /// The applications that `bulk-disposition` comments on.
    let commentable: [String]
    /// All of them but five.
    var mostCommentable: [String] { Array(commentable.dropFirst(5)) }
    let home: String
    private let program: ProgramRun
    let drivers: Drivers

    var folder: String { program.folder }

    /// - Parameter settle: The settle times in seconds that the toolkits say.
    init(settle: Double = KillBench.settle) async throws {
        program = ProgramRun()
        home = program.folder + "/home"
        drivers = try Drivers(loops: 1)
        pattern = Sandbox(clock: SystemClock(), candidates: 210)
        commentable = try await WorkflowKillBench.commentable(pattern)
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
         "input": {"type": "object", "required": ["note", "most"],
           "properties": {"note": {"type": "string"}, "most": {"type": "integer"}}},
         "limits": {"writes": 80},
         "oneAtATime": "= 'note-and-move'",
         "steps": [
           {"id": "jobs", "call": "ashby_jobs_search", "on": "ats", "with": {"requisitionId": "LRK-8899"}},
           {"id": "everybody", "note": "More than a page.", "call": "list_all_ashby_applications", "on": "ats",
            "all": {"max": 5000}},
           {"id": "listed", "set": "= [$everybody[job.id = $jobs.items[0].id and status = 'Active']]"},
           {"id": "applications", "set": "= [$listed[[0..$input.most - 1]]]"},
           {"id": "stages", "call": "list_all_ashby_interview_stages", "on": "ats",
            "with": {"interviewPlanId": "= $applications[0].currentInterviewStage.interviewPlanId"}},
           {"id": "stage", "set": "= [$stages.items[type = 'Active']]^(orderInInterviewPlan)[0]"},
           {"approve": {"title": "Note and move {{ $count($applications) }}?",
             "plan": "= [$applications.{'application': id}]", "from": ["role:recruiting-lead"], "expires": "P30D",
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
             "sources": "= {'applications': [$applications.id], 'notes': [$done.succeeded.output], 'stage': $stage.id}"}},
           {"return": {"count": "= $count($done.succeeded)", "updated": "= [$done.succeeded.key]"}}
         ]}
        """

    private static func commentable(_ sandbox: Sandbox) async throws -> [String] {
        let isActive = "&filter[stage_basic_type]=applied,review,interview,offer"
        let isVisible = "&filter[job_visibility]=internal,external,private_job,confidential"
        let request = HTTPRequest(
            target: "/api/v1/applications?filter[job_id]=8899&page[size]=100" + isActive + isVisible,
            fields: ["X-API-KEY": SandboxKeys.pinpoint]
        )
        let response = await sandbox.pinpoint.respond(to: request)
        let answer = try JSONParser.parse(try await response.body.collect(limit: 16 << 20))
        return (answer["data"]?.array ?? []).compactMap { $0["id"]?.string }
    }

    func close() async {
        await drivers.stop()
        program.remove()
    }
}
