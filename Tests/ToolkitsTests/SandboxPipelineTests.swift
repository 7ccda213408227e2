import ATSSandbox
import Basics
import Connections
import HTTP
import JSON
import Testing
import Toolkits
import Tools

/// The toolkits against simulators that were written from the vendors' documentation, not from the toolkits.
@Suite struct SandboxPipelineTests {
    /// Leads requests to the simulator whose host they name.
    private struct Switchboard: HTTPHandler {
        let sandbox: Sandbox
        func respond(to request: HTTPRequest) async -> HTTPResponse {
            switch request.authority {
            case "api.ashbyhq.com": await sandbox.ashby.respond(to: request)
            case "sandbox.pinpointhq.com": await sandbox.pinpoint.respond(to: request)
            default: .text("no such host", status: 502)
            }
        }
    }

    private struct Keys: ConnectionSource {
        var ashby = SandboxKeys.ashby
        var pinpoint = SandboxKeys.pinpoint
        func connection(user: String, toolkit: String, id: String?) async throws(ConnectionError)
            -> AuthorizedConnection
        {
            AuthorizedConnection(
                id: "conn_\(toolkit)",
                toolkit: toolkit,
                fields: ["subdomain": "sandbox"],
                secrets: ["api_key": Secret(toolkit == "ashby" ? ashby : pinpoint)]
            )
        }
        func refused(connection id: String, status: Int) async {}
    }

    /// For tests that only read; making a data set takes longer than they do.
    private static let shared = Sandbox()

    private func provider(_ keys: Keys = Keys(), on sandbox: Sandbox = shared) -> ToolkitProvider {
        ToolkitProvider(
            toolkits: Fixture.toolkits.toolkits,
            connections: keys,
            transport: InMemoryTransport(Switchboard(sandbox: sandbox)),
            clock: Fixture.clock,
            log: .none
        )
    }

    /// The records of every page of a list.
    private func walk(_ provider: ToolkitProvider, _ tool: String, _ arguments: JSONObject) async -> [JSONValue] {
        var items: [JSONValue] = []
        var arguments = arguments
        for _ in 0..<100 {
            let page = await provider.call(tool, arguments)
            items += page.value["items"]?.array ?? []
            guard let cursor = page.value["next_cursor"], !cursor.isNull else { return items }
            arguments["next_cursor"] = cursor
        }
        return []
    }

    @Test func `a briefing finds the person, her application, the job and what colleagues wrote`() async throws {
        let provider = provider()
        let people = await provider.call("list_all_pinpoint_candidates", ["search": "sarah jenkins"])
        let items = try #require(people.value["items"]?.array)
        let sarah = try #require(items.first { $0["full_name"] == "Sarah Jenkins" })
        #expect(sarah["id"] == "98765")
        #expect(people.value["search"]?["stopped_early"] == false)

        let applications = await provider.call(
            "list_all_pinpoint_applications",
            ["candidate_id": "98765", "include": ["job", "stage"]]
        )
        let found = try #require(applications.value["items"]?.array)
        let current = try #require(found.first { $0["job"]?["title"] == "Product Manager" })
        #expect(current["id"] == "5566")
        #expect(current["stage"]?["name"]?.string != nil)

        let job = await provider.call("get_single_pinpoint_job_by_id", ["id": current["job_id"] ?? .null])
        #expect(job.value["title"] == "Product Manager")
        let comments = await provider.call(
            "list_all_pinpoint_comments",
            ["application_id": "5566", "include": ["user"]]
        )
        let texts = try #require(comments.value["items"]?.array)
        #expect(texts.count >= 6)
        #expect(texts.allSatisfy { $0["user"]?["first_name"]?.string != nil && $0["commentable_id"]?.string == "5566" })
    }

    @Test func `the same briefing works in the other system`() async throws {
        let provider = provider()
        let people = await provider.call("ashby_candidates_search", ["name": "Sarah Jenkins"])
        let sarah = try #require(people.value["items"]?.array?.first { $0["name"] == "Sarah Jenkins" })
        let ids = try #require(sarah["applicationIds"]?.array)
        var titles: [String] = []
        for id in ids {
            let application = await provider.call("get_single_ashby_application_by_id", ["id": id])
            titles.append(application.value["job"]?["title"]?.string ?? "")
            let history = await provider.call("list_all_ashby_application_history", ["applicationId": id])
            #expect(history.value["items"]?.array?.isEmpty == false)
        }
        #expect(titles.contains("Product Manager"))
        let notes = await provider.call("list_all_ashby_candidate_notes", ["candidateId": sarah["id"] ?? .null])
        #expect(!notes.isError, "\(notes.displayText)")
        let feedback = await provider.call("list_all_ashby_application_feedback", ["applicationId": ids[0]])
        #expect(!feedback.isError, "\(feedback.displayText)")
    }

    @Test(arguments: [("list_all_ashby_candidates", 100), ("list_all_pinpoint_candidates", 64)])
    func `walking a list by its cursors gives every record once`(tool: String, limit: Int) async {
        let items = await walk(provider(), tool, ["limit": .integer(limit)])
        #expect(items.count == SandboxWorld.defaultCandidates)
        #expect(Set(items.compactMap { $0["id"]?.string }).count == items.count)
    }

    @Test(
        arguments: Fixture.toolkits.toolkits.flatMap(\.specifications)
            .filter { $0.effect == .read && $0.name.hasPrefix("list_all") && $0.inputSchema["required"] == nil }
    )
    func `every list answers, and each of its records can be fetched by id`(tool: ToolSpecification) async throws {
        let provider = provider()
        let hasLimit = tool.inputSchema["properties"]?["limit"] != nil
        let list = await provider.call(tool.name, hasLimit ? ["limit": 3] : [:])
        let tool = tool.name
        #expect(!list.isError, "\(list.displayText.prefix(300))")
        // Partners answer some lists as a record that has the list in it.
        guard let items = list.value["items"]?.array else {
            #expect(list.value.object?.contains { $0.value.array?.isEmpty == false } == true)
            return
        }
        let single = tool.replacing("list_all_", with: "get_single_").dropLast() + "_by_id"
        guard provider.tools.contains(where: { $0.name == single }), let id = items.first?["id"] else { return }
        let record = await provider.call(String(single), ["id": id])
        #expect(!record.isError, "\(record.displayText.prefix(300))")
        #expect(record.value["id"] == id)
    }

    @Test func `confidential jobs are hidden unless they are asked for by name`() async {
        let provider = provider()
        let usual = await walk(provider, "list_all_pinpoint_jobs", [:])
        let all = await walk(
            provider,
            "list_all_pinpoint_jobs",
            ["job_visibility": ["confidential", "external", "internal", "private_job"]]
        )
        #expect(!usual.contains { $0["visibility"] == "confidential" })
        #expect(all.contains { $0["visibility"] == "confidential" })
        #expect(all.count > usual.count)
    }

    @Test func `a comment that was made can be read back`() async throws {
        let provider = provider(on: Sandbox())
        let made = await provider.call(
            "create_a_pinpoint_comment",
            ["commentable_type": "application", "commentable_id": 5566, "body_text": "See you on Tuesday."]
        )
        #expect(!made.isError, "\(made.displayText)")
        let id = try #require(made.value["id"])
        let read = await provider.call("get_single_pinpoint_comment_by_id", ["id": id])
        #expect(read.value["body_text"] == "See you on Tuesday.")
        #expect(read.value["commentable_type"] == "Application")
    }

    @Test func `a candidate that was changed is as it was asked for`() async {
        let provider = provider(on: Sandbox())
        let changed = await provider.call(
            "update_a_pinpoint_candidate_by_id",
            ["id": "98765", "town": "Bristol", "external_system_reference": "crm-1"]
        )
        #expect(!changed.isError, "\(changed.displayText)")
        let read = await provider.call("get_single_pinpoint_candidate_by_id", ["id": "98765"])
        #expect(read.value["town"] == "Bristol")
        #expect(read.value["external_system_reference"] == "crm-1")
    }

    @Test func `a person can be added, put on a job, moved and archived with a reason`() async throws {
        let provider = provider(on: Sandbox())
        let person = await provider.call(
            "create_a_ashby_candidate",
            ["name": "Ida Brandt", "email": "ida@mail.example"]
        )
        let jobs = await walk(provider, "list_all_ashby_jobs", ["status": "Open"])
        let job = try #require(jobs.first { $0["defaultInterviewPlanId"]?.string != nil })
        let application = await provider.call(
            "create_a_ashby_application",
            ["candidateId": person.value["id"] ?? .null, "jobId": job["id"] ?? .null]
        )
        #expect(!application.isError, "\(application.displayText)")
        let stages = await provider.call(
            "list_all_ashby_interview_stages",
            ["interviewPlanId": job["defaultInterviewPlanId"] ?? .null]
        )
        let archived = try #require(stages.value["items"]?.array?.first { $0["type"] == "Archived" })
        let arguments: JSONObject = [
            "applicationId": application.value["id"] ?? .null, "interviewStageId": archived["id"] ?? .null,
        ]
        let refused = await provider.call("ashby_applications_change_stage", arguments)
        #expect(refused.value["error"] == "invalid_request", "\(refused.displayText)")
        let reasons = await provider.call("list_all_ashby_archive_reasons")
        var complete = arguments
        complete["archiveReasonId"] = reasons.value["items"]?[0]?["id"]
        let moved = await provider.call("ashby_applications_change_stage", complete)
        #expect(moved.value["status"] == "Archived", "\(moved.displayText)")
        let note = await provider.call(
            "create_a_ashby_candidate_note",
            ["candidateId": person.value["id"] ?? .null, "note": "Call again in spring."]
        )
        #expect(!note.isError, "\(note.displayText)")
    }

    @Test(
        arguments: [
            (SandboxKeys.ashbyRevoked, SandboxKeys.pinpointRevoked, "unauthorized"),
            ("", "", "connection_invalid"), ("wrong", "wrong", "unauthorized"),
        ]
    )
    func `a key that is missing, wrong or revoked says which connection and what to do`(
        ashby: String,
        pinpoint: String,
        code: String
    ) async {
        let provider = provider(Keys(ashby: ashby, pinpoint: pinpoint))
        for (toolkit, tool) in [("ashby", "list_all_ashby_users"), ("pinpoint", "list_all_pinpoint_users")] {
            let result = await provider.call(tool)
            #expect(result.value["error"] == .string(code), "\(result.displayText)")
            #expect(result.text?.contains("conn_\(toolkit)") == true)
            #expect(result.text?.contains("switchboard connections add \(toolkit)") == true)
            let probe = await provider.probe(toolkit: toolkit, user: "ann")
            #expect(probe.value["error"] == .string(code))
        }
    }

    @Test func `a key that may only read is told that a write is forbidden`() async {
        let provider = provider(Keys(ashby: SandboxKeys.ashbyReadOnly, pinpoint: SandboxKeys.pinpointReadOnly))
        #expect(await provider.probe(toolkit: "pinpoint", user: "ann").value["status"] == "ok")
        let tag = await provider.call("create_a_ashby_candidate", ["name": "Ida Brandt"])
        #expect(tag.value["error"] == "forbidden", "\(tag.displayText)")
        let comment = await provider.call(
            "create_a_pinpoint_comment",
            ["commentable_type": "applications", "commentable_id": "5566", "body_text": "x"]
        )
        #expect(comment.value["error"] == "forbidden", "\(comment.displayText)")
    }

    @Test func `records that do not exist are said not to exist`() async {
        let provider = provider()
        let job = await provider.call("get_single_pinpoint_job_by_id", ["id": "1"])
        #expect(job.value["error"] == "not_found")
        #expect(job.value["status"] == 404)
        let other = await provider.call(
            "get_single_ashby_job_by_id",
            ["id": "00000000-0000-4000-8000-000000000000"]
        )
        #expect(other.value["error"] == "not_found", "\(other.displayText)")
        #expect(other.value["upstream_code"] == "job_not_found")
    }

    @Test func `a limit on rates comes through with its times`() async {
        let provider = provider(on: Sandbox(options: SandboxOptions(limitsRates: true)))
        var last = await provider.call("list_all_pinpoint_users")
        for _ in 0..<130 where !last.isError { last = await provider.call("list_all_pinpoint_users") }
        #expect(last.value["error"] == "rate_limited")
        #expect(last.value["status"] == 429)
        #expect((last.value["retry_after"]?.integer ?? 0) > 0)
    }

    @Test func `a result says the vendor's own id of the request, whether it worked or not`() async throws {
        let provider = provider()
        let jobs = await provider.call("list_all_ashby_jobs", ["limit": 1])
        #expect(jobs.request?.utf8.count == 26)
        let missing = await provider.call(
            "get_single_ashby_application_by_id",
            ["application_id": "00000000-0000-4000-8000-000000000000"]
        )
        #expect(missing.isError && missing.request?.utf8.count == 26 && missing.request != jobs.request)
    }
}
