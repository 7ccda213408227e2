import ATSSandbox
import Basics
import HTTP
import JSON
import Testing

struct PinpointTests {
    let client = SandboxClient(sandbox: .standard)

    private func ids(_ path: String) async throws -> [String] {
        let answer = try await client.pinpoint("GET", path)
        #expect(answer.status == 200, "\(path)")
        return (answer.json.at("data").array ?? []).compactMap { $0.at("id").string }
    }

    @Test func `keys: none, wrong, revoked, switched off, read only`() async throws {
        for (key, status, detail) in [
            ("", 401, "X-API-KEY header not provided"), ("nobody", 401, "Invalid API key"),
            (SandboxKeys.pinpointRevoked, 401, "Invalid API key"),
            (SandboxKeys.pinpointOff, 403, "Integration not enabled"),
        ] {
            var other = client
            other.pinpointKey = key
            let answer = try await other.pinpoint("GET", "candidates")
            #expect(answer.status == status)
            #expect(answer.json.at("errors.0.detail") == .string(detail))
            #expect(answer.json.at("errors.0.status") == .string(String(status)))
        }
        var reader = client
        reader.pinpointKey = SandboxKeys.pinpointReadOnly
        #expect(try await reader.pinpoint("DELETE", "users/3003").status == 403)
    }

    @Test func `a record that is missing, and a path that does not exist, are 404`() async throws {
        for path in ["candidates/1", "stages", "offers/90001", "nothing"] {
            let answer = try await client.pinpoint("GET", path)
            #expect(answer.status == 404)
            #expect(answer.json.at("errors.0.code") == "not_found")
            #expect(answer.fields["Content-Type"] == "application/vnd.api+json; charset=utf-8")
        }
    }

    @Test(arguments: [7, 50, 1000]) func `pages of any size give every record once`(size: Int) async throws {
        var all: [String] = []
        var number = 1
        while true {
            let page = try await ids("users?page[size]=\(size)&page[number]=\(number)")
            if page.isEmpty { break }
            all += page
            number += 1
        }
        #expect(try await all == ids("users"))
        #expect(Set(all).count == 14)
    }

    @Test(arguments: [
        "page[size]=1001", "page[number]=0", "sort=email", "filter[name]=x", "include=friends",
        "filter[created_at][gt]=x",
        "colour=blue", "filter[blocked]=maybe",
    ]) func `a query that the vendor does not document is 400`(query: String) async throws {
        let answer = try await client.pinpoint("GET", "candidates?" + query)
        #expect(answer.status == 400)
        #expect(answer.json.at("errors.0.code") == "bad_request")
    }

    @Test func `confidential records show only when they are named`() async throws {
        let usual = try await ids("jobs?page[size]=1000")
        let named = try await ids("jobs?filter[visibility]=confidential")
        #expect(named == ["1310", "1311", "1312"])
        #expect(Set(usual).isDisjoint(with: named))
        #expect(usual.contains("1320"))
        #expect(try await ids("jobs?filter[job_visibility]=confidential") == named)
        #expect(try await !ids("jobs?filter[visibility]=external").contains("1310"))
        let all = "internal,external,confidential,private_job"
        #expect(try await ids("jobs?filter[visibility]=\(all)").count == 28)
        #expect(try await ids("applications?filter[job_id]=1310").isEmpty)
        let hidden = try await ids("applications?filter[job_id]=1310&filter[job_visibility]=confidential")
        #expect(!hidden.isEmpty)
        #expect(try await client.pinpoint("GET", "applications/\(hidden[0])").status == 200)
        #expect(
            try await ids("interviews?page[size]=1000").count
                < ids("interviews?page[size]=1000&filter[job_visibility]=\(all)").count
        )
    }

    @Test func `filters take lists and bounds, and sorting goes both ways`() async throws {
        #expect(try await ids("applications?filter[candidate_email]=SARAH.JENKINS@mail.example").count == 2)
        let both = try await ids("applications?filter[job_id]=1234,4321")
        let one = try await ids("applications?filter[job_id]=1234")
        let other = try await ids("applications?filter[job_id]=4321")
        #expect(Set(both) == Set(one + other))
        #expect(try await ids("jobs?filter[search]=analyst").sorted() == ["1180", "1229", "8899"])
        let since = "filter[created_at][gt]=2026-10-12T08:46:00Z&filter[created_at][lt]=2026-10-12T08:48:00%2B00:00"
        #expect(try await ids("applications?" + since) == ["5566"])
        let up = try await ids("jobs?sort=opened_at,id")
        #expect(try await ids("jobs?sort=-opened_at,-id") == up.reversed())
    }

    @Test func `includes nest, and each record comes once`() async throws {
        let path = "applications/5566?include=job.department,candidate,comments.user,user_scorecards.scorecard_ratings"
        let document = try await client.pinpoint("GET", path).json
        let included = document.at("included").array ?? []
        let keys = included.map { "\($0.at("type").string ?? "") \($0.at("id").string ?? "")" }
        #expect(Set(keys).count == keys.count)
        let types = Set(included.compactMap { $0.at("type").string })
        #expect(
            types == [
                "jobs", "departments", "candidates", "comments", "users", "user_scorecards", "scorecard_ratings",
            ]
        )
        #expect(document.at("data.relationships.stage") == ["meta": ["included": false]])
        #expect(document.at("data.relationships.job.data") == ["type": "jobs", "id": "4321"])
        let workflow = try await client.pinpoint("GET", "hiring_workflows?include=stages").json
        #expect(workflow.at("included").array?.count == 8)
    }

    @Test func `costly attributes are absent until they are asked for`() async throws {
        let usual = try await client.pinpoint("GET", "applications/5566").json.at("data.attributes")
        #expect(usual["tags"] == nil && usual["days_in_current_stage"] == nil)
        let path = "applications/5566?extra_fields[applications]=tags,days_in_current_stage,average_rating"
        let asked = try await client.pinpoint("GET", path).json.at("data.attributes")
        #expect(asked.at("days_in_current_stage") == 15)
        #expect(asked.at("average_rating").number?.double ?? 0 > 3)
        let sparse = try await client.pinpoint("GET", "candidates/98765?fields[candidates]=email").json
        #expect(sparse.at("data.attributes") == ["email": "sarah.jenkins@mail.example"])
    }

    @Test func `the count comes in meta when it is asked for`() async throws {
        let answer = try await client.pinpoint("GET", "users?stats[total]=count&page[size]=0").json
        #expect(answer == ["data": [], "meta": ["stats": ["total": ["count": 14]]]])
        #expect(try await client.pinpoint("GET", "users?page%5Bsize%5D=1").json.at("meta") == [:])
    }

    @Test func `the rate limit answers 429 with Retry-After`() async throws {
        let clock = ManualClock(SandboxWorld.defaultNow)
        let options = SandboxOptions(limitsRates: true)
        let own = SandboxClient(sandbox: Sandbox(like: .small, clock: clock, options: options))
        for _ in 0..<120 { #expect(try await own.pinpoint("GET", "users/3002").status == 200) }
        let refused = try await own.pinpoint("GET", "users/3002")
        #expect(refused.status == 429)
        #expect(refused.fields["Retry-After"] == "60")
        clock.advance(seconds: 61)
        #expect(try await own.pinpoint("GET", "users/3002").status == 200)
    }
}
