import ATSSandbox
import Basics
import JSON
import Testing

struct AshbyWriteTests {
    let client = SandboxClient(sandbox: Sandbox(like: .small))

    private func results(_ operation: String, _ body: JSONValue) async throws -> JSONValue {
        let answer = try await client.ashby(operation, body).json
        #expect(answer.at("success") == true, "\(operation): \(answer.at("errorInfo.message"))")
        return answer.at("results")
    }

    private func message(_ operation: String, _ body: JSONValue) async throws -> JSONValue {
        try await client.ashby(operation, body).json.at("errorInfo.message")
    }

    @Test func `a stage change is kept with its history, and archiving needs a reason`() async throws {
        let row = try await client.ashby("application.list", ["status": "Active", "limit": 1]).json.at("results.0")
        let plan = row.at("currentInterviewStage.interviewPlanId")
        let stages = try await results("interviewStage.list", ["interviewPlanId": plan]).array ?? []
        let archived = try #require(stages.first { $0.at("type") == "Archived" })
        let hired = try #require(stages.first { $0.at("type") == "Hired" })
        let reason = try await results("archiveReason.list", [:]).at("0.id")
        var move: JSONValue = ["applicationId": row.at("id"), "interviewStageId": archived.at("id")]
        #expect(try await message("application.changeStage", move) == "archiveReasonId: required for an archived stage")
        move["archiveReasonId"] = reason
        let before = try await results("application.info", ["applicationId": row.at("id")])
        let moved = try await results("application.changeStage", move)
        #expect(moved.at("status") == "Archived")
        #expect(moved.at("archivedAt") == "2026-11-20T09:00:00.000Z")
        let after = try await results("application.info", ["applicationId": row.at("id")])
        let count = before.at("applicationHistory").array?.count ?? 0
        #expect(after.at("applicationHistory").array?.count == count + 1)
        #expect(after.at("applicationHistory.\(count - 1).leftStageAt") == "2026-11-20T09:00:00.000Z")
        let refused: JSONValue = [
            "applicationId": row.at("id"), "interviewStageId": hired.at("id"), "archiveReasonId": reason,
        ]
        #expect(try await message("application.changeStage", refused) == "archiveReasonId: only for an archived stage")
    }

    @Test func `a candidate is made, changed, tagged, noted and anonymized`() async throws {
        let made = try await results("candidate.create", ["name": "Ada Novak", "email": "ada@mail.example"])
        let id = made.at("id")
        #expect(made.at("primaryEmailAddress.value") == "ada@mail.example")
        let changed = try await results(
            "candidate.update",
            ["candidateId": id, "alternateEmail": "a@work.example", "websiteUrl": "https://a.example"]
        )
        #expect(changed.at("emailAddresses").array?.count == 2)
        let tag = try await results("candidateTag.create", ["title": "Speaks Polish"])
        #expect(try await results("candidateTag.create", ["title": "Speaks Polish"]) == tag)
        let tagged = try await results("candidate.addTag", ["candidateId": id, "tagId": tag.at("id")])
        #expect(tagged.at("tags") == [tag])
        let project = try await results("project.list", [:]).at("0.id")
        _ = try await results("candidate.addProject", ["candidateId": id, "projectId": project])
        _ = try await results("candidate.createNote", ["candidateId": id, "note": "Call on Monday."])
        #expect(try await results("candidate.listNotes", ["candidateId": id]).at("0.content") == "Call on Monday.")
        let anonymous = try await results("candidate.anonymize", ["candidateId": id])
        #expect(anonymous.at("name") == "Anonymized Candidate")
        #expect(anonymous.at("emailAddresses") == [])
        #expect(try await results("candidate.search", ["email": "ada@mail.example"]) == [])
        let writes = try await client.control("GET", "writes").json.at("writes").array ?? []
        #expect(writes.first?.at("operation") == "candidate.create")
        #expect(writes.count == 8)
    }

    @Test func `an application starts as a lead, and a transfer checks plan and stage`() async throws {
        let person = try await results("candidate.create", ["name": "Ada Novak"]).at("id")
        let jobs = try await results("job.list", ["status": ["Open"]]).array ?? []
        let body: JSONValue = ["candidateId": person, "jobId": jobs[0].at("id")]
        let made = try await results("application.create", body)
        #expect(made.at("status") == "Lead")
        #expect(made.at("applicationHistory.0.stageNumber") == 0)
        let target = try #require(
            jobs.first { $0.at("defaultInterviewPlanId") != jobs[0].at("defaultInterviewPlanId") }
        )
        let plan = target.at("defaultInterviewPlanId")
        let stage = try await results("interviewStage.list", ["interviewPlanId": plan]).at("2.id")
        var move: JSONValue = [
            "applicationId": made.at("id"), "jobId": target.at("id"), "interviewPlanId": plan,
            "interviewStageId": made.at("currentInterviewStage.id"),
        ]
        #expect(
            try await message("application.transfer", move) == "interviewStageId: not a stage of the interview plan"
        )
        move["interviewStageId"] = stage
        #expect(try await results("application.transfer", move).at("job.id") == target.at("id"))
        let cleared = try await results("application.changeSource", ["applicationId": made.at("id"), "sourceId": nil])
        #expect(cleared.at("source") == .null)
        #expect(try await results("candidate.info", ["id": person]).at("applicationIds") == [made.at("id")])
    }

    @Test func `a job opens with a plan only, and moves along its statuses`() async throws {
        let team = try await results("department.list", [:]).at("0.id")
        let place = try await results("location.list", [:]).at("0.id")
        let job = try await results("job.create", ["title": "Baker", "teamId": team, "locationId": place]).at("id")
        #expect(
            try await message("job.setStatus", ["jobId": job, "status": "Open"])
                == "status: a job needs a default interview plan before it can open"
        )
        let plan = try await results("interviewPlan.list", [:]).at("0.id")
        _ = try await results("job.update", ["jobId": job, "defaultInterviewPlanId": plan])
        #expect(try await results("job.setStatus", ["jobId": job, "status": "Open"]).at("status") == "Open")
        #expect(
            try await message("job.setStatus", ["jobId": job, "status": "Draft"])
                == "status: a job cannot go from Open to Draft"
        )
    }

    @Test func `departments nest, move, archive and restore`() async throws {
        let parent = try await results("department.create", ["name": "Kitchen"]).at("id")
        let child = try await results("department.create", ["name": "Bakery", "parentId": parent]).at("id")
        #expect(
            try await message("department.move", ["departmentId": parent, "parentId": child])
                == "parentId: lies below the department itself"
        )
        _ = try await results("department.archive", ["departmentId": child])
        let listed = try await client.everything("department.list").map { $0.at("id") }
        #expect(listed.contains(parent) && !listed.contains(child))
        #expect(try await results("department.restore", ["departmentId": child]).at("isArchived") == false)
        let moved = try await results("department.move", ["departmentId": child, "parentId": nil])
        #expect(moved.at("parentId") == .null)
    }

    @Test func `an offer goes through its steps and keeps its versions`() async throws {
        let application = try await client.ashby("application.list", ["status": "Active", "limit": 1]).json
            .at("results.0.id")
        let process = try await results("offerProcess.start", ["applicationId": application]).at("id")
        let form = try await results("offer.start", ["offerProcessId": process]).at("id")
        func answers(_ salary: Int) -> JSONValue {
            [
                "fieldSubmissions": [
                    ["path": "startDate", "value": "2027-01-18"],
                    ["path": "salary", "value": ["value": .integer(salary), "currencyCode": "GBP"]],
                ]
            ]
        }
        var body: JSONValue = ["offerProcessId": process, "offerFormId": form, "offerForm": ["fieldSubmissions": []]]
        #expect(try await message("offer.create", body) == "startDate: the form requires an answer")
        body["offerForm"] = answers(70_000)
        let offer = try await results("offer.create", body)
        #expect(offer.at("acceptanceStatus") == "Created")
        let newer = try await results("offer.update", ["offerId": offer.at("id"), "offerForm": answers(72_000)])
        #expect(newer.at("versions").array?.count == 2)
        #expect(newer.at("latestVersion.salary.value") == 72_000)
        _ = try await results("offer.approve", ["offerVersionId": newer.at("latestVersion.id")])
        let accepted = try await results(
            "offer.setStatus",
            ["offerId": offer.at("id"), "acceptanceStatus": "Accepted"]
        )
        #expect(accepted.at("offerStatus") == "CandidateAccepted")
        #expect(
            try await results("offer.info", ["offerId": offer.at("id")]).at("decidedAt") == accepted.at("decidedAt")
        )
    }

    @Test func `an incremental pass brings what has changed, and nothing else`() async throws {
        var token = JSONValue.null
        var cursor = JSONValue.null
        repeat {
            let page = try await client.ashby("candidate.list", ["cursor": cursor]).json
            (cursor, token) = (page.at("nextCursor"), page.at("syncToken"))
        } while !cursor.isNull
        let id = try await client.ashby("candidate.list", ["limit": 1]).json.at("results.0.id")
        _ = try await results("candidate.update", ["candidateId": id, "phoneNumber": "+447700900000"])
        let page = try await client.ashby("candidate.list", ["syncToken": token]).json
        #expect(page.at("results").array?.map { $0.at("id") } == [id])
        #expect(!page.at("syncToken").isNull)
    }
}
