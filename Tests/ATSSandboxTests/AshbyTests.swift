import ATSSandbox
import Basics
import HTTP
import JSON
import Testing

struct AshbyTests {
    let client = SandboxClient(sandbox: .standard)

    private func code(_ answer: SandboxClient.Answer) -> JSONValue { answer.json.at("errorInfo.code") }

    @Test func `a missing key is 401, a wrong or deactivated one 403`() async throws {
        let bare = await client.sandbox.ashby.respond(to: HTTPRequest(method: "POST", target: "/candidate.list"))
        #expect(bare.status == 401)
        for key in ["nobody", SandboxKeys.ashbyRevoked] {
            var other = client
            other.ashbyKey = key
            #expect(try await other.ashby("candidate.list").status == 403)
        }
    }

    @Test func `a key that may only read is refused writes by permission`() async throws {
        var reader = client
        reader.ashbyKey = SandboxKeys.ashbyReadOnly
        #expect(try await reader.ashby("user.list").status == 200)
        let refused = try await reader.ashby("candidate.create", ["name": "X"])
        #expect(refused.status == 403)
        #expect(code(refused) == "missing_endpoint_permission")
        #expect(try await reader.ashby("apiKey.info").json.at("results.scopes").array?.contains("jobs:write") == false)
    }

    @Test func `an error is HTTP 200 with success false, a code and the request's id`() async throws {
        let id = "11111111-1111-4111-8111-111111111111"
        let answer = try await client.ashby("candidate.info", ["id": .string(id)])
        #expect(answer.status == 200)
        #expect(answer.json.at("success") == false)
        #expect(answer.json.at("errors") == ["candidate_not_found"])
        let requestID = answer.fields["x-ashby-request-id"]
        #expect(requestID?.count == 26)
        #expect(answer.json.at("errorInfo.requestId").string == requestID)
        let invalid = try await client.ashby("candidate.info", ["id": "not-a-uuid"])
        #expect(code(invalid) == "invalid_input")
        #expect(invalid.json.at("errorInfo.message") == "id: expected a UUID")
        #expect(
            try await client.ashby("application.changeSource", ["applicationId": .string(id)]).json
                .at("errorInfo.message") == "sourceId: required"
        )
    }

    @Test func `an unknown operation or method is 404`() async throws {
        #expect(try await client.ashby("candidate.delete").status == 404)
        let get = await client.sandbox.ashby.respond(to: HTTPRequest(method: "GET", target: "/candidate.list"))
        #expect(get.status == 404)
    }

    @Test(arguments: [1, 7, 100]) func `a walk of any page size sees every row once`(limit: Int) async throws {
        let rows = try await client.everything("department.list", ["limit": .integer(limit)])
        let all = try await client.ashby("department.list").json.at("results").array
        #expect(rows == all)
        let candidates = try await client.everything("candidate.list", ["limit": .integer(max(limit, 40))])
        #expect(Set(candidates.map { $0.at("id") }).count == candidates.count)
        #expect(candidates.count == SandboxWorld.defaultCandidates)
    }

    @Test func `a limit outside 1 to 100, and a cursor of another list, are refused`() async throws {
        for limit in [0, 101] {
            #expect(code(try await client.ashby("candidate.list", ["limit": .integer(limit)])) == "invalid_input")
        }
        let page = try await client.ashby("candidate.list", ["limit": "1"]).json
        #expect(page.at("syncToken") == .null)
        let cursor = page.at("nextCursor")
        #expect(code(try await client.ashby("job.list", ["cursor": cursor])) == "invalid_next_cursor")
        #expect(code(try await client.ashby("job.list", ["syncToken": "x"])) == "sync_token_invalid")
        #expect(try await client.ashby("job.list", ["cursor": nil, "syncToken": nil]).json.at("success") == true)
    }

    @Test func `a cursor expires after an hour and a sync token after 14 days`() async throws {
        let clock = ManualClock(SandboxWorld.defaultNow)
        let own = SandboxClient(sandbox: Sandbox(like: .small, clock: clock))
        let cursor = try await own.ashby("candidate.list", ["limit": 1]).json.at("nextCursor")
        let token = try await own.ashby("user.list").json.at("syncToken")
        clock.advance(seconds: 3601)
        #expect(code(try await own.ashby("candidate.list", ["cursor": cursor])) == "next_cursor_expired")
        #expect(try await own.ashby("user.list", ["syncToken": token]).json.at("results") == [])
        clock.advance(seconds: 15 * 86_400)
        #expect(code(try await own.ashby("user.list", ["syncToken": token])) == "sync_token_expired")
    }

    @Test func `filters narrow lists, and drafts show only by name`() async throws {
        let drafts = try await client.ashby("job.list", ["status": ["Draft"]]).json.at("results").array ?? []
        #expect(drafts.count == 2)
        let usual = try await client.ashby("job.list").json.at("results").array ?? []
        #expect(!usual.contains { $0.at("status") == "Draft" })
        let hired = try await client.everything("application.list", ["status": "Hired"])
        #expect(!hired.isEmpty && hired.allSatisfy { $0.at("currentInterviewStage.type") == "Hired" })
        let since = SandboxWorld.defaultNow.adding(seconds: -14 * 86_400)
        let recent = try await client.everything(
            "application.list",
            ["createdAfter": .integer(Int(since.milliseconds))]
        )
        #expect(!recent.isEmpty && recent.allSatisfy { ($0.at("createdAt").string ?? "") > since.iso8601 })
        #expect(code(try await client.ashby("application.list", ["status": "Gone"])) == "invalid_input")
    }

    @Test func `confidential jobs and what hangs on them need the key's toggle`() async throws {
        var blind = client
        blind.ashbyKey = SandboxKeys.ashbyWithoutConfidential
        let all = try await client.everything("job.list")
        let seen = try await blind.everything("job.list")
        let hidden = all.filter { $0.at("confidential") == true }
        #expect(hidden.count == 3)
        #expect(seen.count == all.count - 3)
        let job = hidden[0].at("id")
        #expect(code(try await blind.ashby("job.info", ["id": job])) == "job_not_found")
        let applications = try await client.everything("application.list", ["jobId": job])
        try #require(!applications.isEmpty)
        let refused = try await blind.ashby("application.info", ["applicationId": applications[0].at("id")])
        #expect(code(refused) == "application_not_found")
        #expect(try await blind.everything("application.list").count < client.everything("application.list").count)
    }

    @Test func `expansions appear when they are asked for`() async throws {
        let job = try await client.ashby("job.search", ["title": "Product Manager"]).json.at("results.0")
        #expect(job.at("location") == .null)
        let body: JSONValue = ["id": job.at("id"), "expand": ["location", "compensation"]]
        let whole = try await client.ashby("job.info", body).json.at("results")
        #expect(whole.at("location.name") == "Bristol Harbour")
        #expect(whole.at("compensation.compensationTiers.0.value") == 72000)
        #expect(try await client.ashby("hiringTeamRole.list").json.at("results.0") == "Hiring Manager")
    }
}
