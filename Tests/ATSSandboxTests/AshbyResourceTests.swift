import ATSSandbox
import JSON
import Testing

/// What is written can be read back, wrong input is refused, and what is not there is not found.
struct AshbyResourceTests {
    private let client = SandboxClient(sandbox: Sandbox(like: .small))
    private let nobody: JSONValue = "00000000-0000-4000-8000-000000000000"

    private func code(_ operation: String, _ body: JSONValue) async throws -> JSONValue {
        try await client.ashby(operation, body).json.at("errorInfo.code")
    }

    private func results(_ operation: String, _ body: JSONValue = [:]) async throws -> JSONValue {
        let json = try await client.ashby(operation, body).json
        if json["success"] != true { Issue.record("\(operation): \(json.at("errorInfo.message"))") }
        return json["results"] ?? .null
    }

    private func first(_ operation: String, _ body: JSONValue = [:]) async throws -> JSONValue {
        try await results(operation, body).at("0.id")
    }

    @Test func `locations nest, are renamed, archived and restored`() async throws {
        let region = try await results("location.create", ["name": "Iberia", "type": "LocationHierarchy"])
        let place = try await results(
            "location.create",
            ["name": "Porto", "type": "Location", "workplaceType": "Remote", "externalName": "Porto, PT"]
        )
        let id = place["id"] ?? .null
        #expect(place["isRemote"] == true)
        _ = try await results("location.updateName", ["locationId": id, "name": "Porto Studio"])
        _ = try await results("location.updateExternalName", ["locationId": id, "externalName": .null])
        _ = try await results("location.updateWorkplaceType", ["locationId": id, "workplaceType": "OnSite"])
        _ = try await results(
            "location.updateAddress",
            ["locationId": id, "address": ["postalAddress": ["addressLocality": "Porto"]]]
        )
        _ = try await results(
            "location.move",
            ["locationId": id, "parentLocationHierarchyId": region["id"] ?? .null]
        )
        _ = try await results("location.archive", ["locationId": id])
        var read = try await results("location.info", ["locationId": id])
        #expect(read["isArchived"] == true)
        #expect(try await results("location.list").array?.contains { $0["id"] == id } == false)
        read = try await results("location.restore", ["locationId": id])
        #expect(read["isArchived"] == false && read["name"] == "Porto Studio" && read["externalName"] == .null)
        #expect(read["isRemote"] == false && read["parentLocationId"] == region["id"])
        #expect(try await code("location.info", ["locationId": nobody]) == "location_not_found")
        #expect(try await code("location.create", ["name": "X", "type": "Town"]) == "invalid_input")
        #expect(
            try await code(
                "location.move",
                ["locationId": region["id"] ?? .null, "parentLocationHierarchyId": region["id"] ?? .null]
            ) == "invalid_input"
        )
    }

    @Test func `openings go through their states, and every change is a version`() async throws {
        let empty = try await results("opening.create")
        #expect(empty["openingState"] == "Draft")
        let id = empty["id"] ?? .null
        let job = try await first("job.search", ["title": "Product Manager"])
        let place = try await first("location.list")
        let changed = try await results("opening.update", ["openingId": id, "identifier": "OPN-9"])
        #expect(changed.at("latestVersion.id") != empty.at("latestVersion.id"))
        _ = try await results("opening.addJob", ["openingId": id, "jobId": job])
        _ = try await results("opening.addLocation", ["openingId": id, "locationId": place])
        let found = try await results("opening.search", ["identifier": "OPN-9"])
        #expect(found.at("0.latestVersion.jobIds.0") == job && found.at("0.latestVersion.locationIds.0") == place)
        _ = try await results("opening.removeJob", ["openingId": id, "jobId": job])
        _ = try await results("opening.removeLocation", ["openingId": id, "locationId": place])
        let reason = try await first("closeReason.list")
        _ = try await results("opening.setOpeningState", ["openingId": id, "openingState": "Open"])
        let closed = try await results(
            "opening.setOpeningState",
            ["openingId": id, "openingState": "Closed", "closeReasonId": reason]
        )
        #expect(closed["closeReasonId"] == reason && closed["closedAt"] != .null)
        #expect(try await results("opening.setArchived", ["openingId": id, "archive": true])["isArchived"] == true)
        #expect(
            try await code("opening.setOpeningState", ["openingId": id, "openingState": "Open"])
                == "opening_state_invalid"
        )
        #expect(try await results("opening.info", ["openingId": id]).at("latestVersion.jobIds") == [])
        #expect(try await code("opening.create", ["jobIds": [nobody]]) == "job_not_found")
    }

    @Test func `postings show what is published, and take changes`() async throws {
        let all = try await results("jobPosting.list", ["includeUnpublishedJobPostings": true]).array ?? []
        let shown = try await results("jobPosting.list").array ?? []
        #expect(all.count > shown.count && shown.allSatisfy { $0["status"] == "Published" })
        let id = shown[0]["id"] ?? .null
        _ = try await results(
            "jobPosting.update",
            ["jobPostingId": id, "title": "New words", "description": ["type": "text/html", "content": "<p>Hi</p>"]]
        )
        let posting = try await results("jobPosting.info", ["jobPostingId": id, "expand": ["job"]])
        #expect(posting["title"] == "New words" && posting["descriptionPlain"] == "Hi")
        #expect(posting.at("job.id") == posting["jobId"])
        _ = try await results("jobPosting.setStatus", ["jobPostingId": id, "status": "Draft"])
        #expect(try await code("jobPosting.info", ["jobPostingId": id]) == "job_posting_not_found")
        #expect(
            try await code(
                "applicationForm.submit",
                ["jobPostingId": id, "applicationForm": ["fieldSubmissions": []]]
            ) == "job_posting_not_published"
        )
        let tier: JSONValue = [
            "components": [["compensationType": "Salary", "interval": "1 YEAR", "minValue": 1, "maxValue": 2]]
        ]
        let job = try await results(
            "job.updateCompensation",
            ["jobId": posting["jobId"] ?? .null, "compensationTiers": [tier]]
        )
        #expect(job.at("compensationTiers.0.tierSummary") == "Salary 1 - 2")
        let read = try await results("job.info", ["id": posting["jobId"] ?? .null, "expand": ["compensation"]])
        #expect(read.at("compensation.compensationTiers.0.tierSummary") == "Salary 1 - 2")
        let plan = try await results("jobInterviewPlan.info", ["jobId": posting["jobId"] ?? .null])
        #expect(plan["stages"]?.array?.count == 8)
    }

    @Test func `custom fields keep values of their type`() async throws {
        let person = try await first("candidate.search", ["name": "sarah jenkins"])
        let fields = try await results("customField.list").array ?? []
        let visa = fields.first { $0["title"] == "Visa status" }?["id"] ?? .null
        let weeks = fields.first { $0["title"] == "Notice period (weeks)" }?["id"] ?? .null
        let set: JSONValue = ["objectId": person, "objectType": "Candidate"]
        func with(_ more: JSONObject) -> JSONValue {
            var body = set.object ?? [:]
            for member in more { body[member.name] = member.value }
            return .object(body)
        }
        let one = try await results("customField.setValue", with(["fieldId": visa, "fieldValue": "sponsor"]))
        #expect(one["valueLabel"] == "Needs sponsorship")
        _ = try await results(
            "customField.setValues",
            with(["values": [["fieldId": weeks, "fieldValue": 8], ["fieldId": visa, "fieldValue": "none"]]])
        )
        let read = try await results("candidate.info", ["id": person])
        #expect(read["customFields"]?.array?.map { $0["value"] ?? .null } == [8, "none"])
        _ = try await results("customField.setValue", with(["fieldId": weeks, "fieldValue": .null]))
        #expect(try await results("candidate.info", ["id": person])["customFields"]?.array?.count == 1)
        #expect(
            try await code("customField.setValue", with(["fieldId": visa, "fieldValue": "Needs none"]))
                == "invalid_input"
        )
        #expect(try await code("customField.setValue", with(["fieldId": weeks, "fieldValue": "8"])) == "invalid_input")
        #expect(
            try await code("customField.setValue", with(["fieldId": nobody, "fieldValue": 1]))
                == "custom_field_not_found"
        )
        let made = try await results(
            "customField.create",
            [
                "fieldType": "ValueSelect", "objectType": "Job", "title": "Tier",
                "selectableValues": [["label": "A", "value": "a"], ["label": "B", "value": "b"]],
            ]
        )
        let kept = try await results(
            "customField.updateSelectableValues",
            ["customFieldId": made["id"] ?? .null, "selectableValues": [["label": "A", "value": "a"]]]
        )
        #expect(kept.at("selectableValues.1.isArchived") == true)
        #expect(try await results("customField.info", ["customFieldId": made["id"] ?? .null]) == kept)
    }

    @Test func `interviews are scheduled, moved and cancelled`() async throws {
        let application = try await results("application.list", ["status": "Active"]).at("0.id")
        let person = try await results("user.list").array?.last ?? .null
        let event: JSONValue = [
            "startTime": "2026-12-01T10:00:00Z", "endTime": "2026-12-01T11:00:00Z",
            "interviewers": [["email": person["email"] ?? .null]],
        ]
        let made = try await results(
            "interviewSchedule.create",
            ["applicationId": application, "interviewEvents": [event]]
        )
        let id = made["id"] ?? .null
        var moved = event
        moved["interviewEventId"] = made.at("interviewEvents.0.id")
        moved["startTime"] = "2026-12-01T10:30:00Z"
        let updated = try await results(
            "interviewSchedule.update",
            ["interviewScheduleId": id, "interviewEvent": [moved, event]]
        )
        #expect(updated["interviewEvents"]?.array?.count == 2)
        let events = try await results("interviewEvent.list", ["interviewScheduleId": id])
        #expect(events.at("0.startTime") == "2026-12-01T10:30:00.000Z")
        let briefing = try await results(
            "interviewBriefing.info",
            ["interviewEventId": events.at("0.id"), "expand": ["candidate", "job"]]
        )
        #expect(briefing["applicationId"] == application && briefing.at("candidate.name") != .null)
        let cancelled = try await results("interviewSchedule.cancel", ["id": id])
        #expect(cancelled["status"] == "Cancelled" && cancelled["interviewEvents"] == [])
        #expect(
            try await code(
                "interviewSchedule.create",
                ["applicationId": application, "interviewEvents": [["startTime": "x"]]]
            ) == "invalid_input"
        )
        let foreign = try await first("interviewSchedule.list")
        #expect(
            try await code(
                "interviewSchedule.update",
                ["interviewScheduleId": foreign, "interviewEvent": event]
            ) == "invalid_input"
        )
    }

    @Test func `feedback, referrals and applications come in through forms`() async throws {
        let application = try await results("application.list", ["status": "Active"]).at("0.id")
        let form = try await first("feedbackFormDefinition.list")
        func feedback(_ path: String) -> JSONValue {
            [
                "applicationId": application, "formDefinitionId": form,
                "feedbackForm": ["fieldSubmissions": [["path": .string(path), "value": "4"]]],
            ]
        }
        _ = try await results("applicationFeedback.submit", feedback("overall_recommendation"))
        let read = try await results("applicationFeedback.list", ["applicationId": application]).array ?? []
        #expect(read.last?.at("submittedValues.overall_recommendation") == "4")
        #expect(try await code("applicationFeedback.submit", feedback("nothing")) == "invalid_input")
        let referral = try await first("job.search", ["title": "Product Manager"])
        let made = try await results(
            "referral.create",
            [
                "id": try await results("referralForm.info")["id"] ?? .null,
                "creditedToUserId": try await first("user.list"),
                "fieldSubmissions": [
                    ["path": "candidate_name", "value": "Ada Novak"], ["path": "job", "value": referral],
                    ["path": "candidate_email", "value": "ada@mail.example"],
                ],
            ]
        )
        #expect(made.at("source.title") == "Employee referral" && made.at("creditedToUser.id") != .null)
        let submitted = try await results(
            "applicationForm.submit",
            [
                "jobPostingId": try await first("jobPosting.list"),
                "applicationForm": [
                    "fieldSubmissions": [
                        ["path": "_systemfield_name", "value": "Ben Novak"],
                        ["path": "_systemfield_email", "value": "ben@mail.example"],
                    ]
                ],
            ]
        )
        let applied = try await results("application.info", ["applicationId": submitted["applicationId"] ?? .null])
        #expect(applied.at("candidate.name") == "Ben Novak" && applied["status"] == "Lead")
    }

    @Test func `pools, limits and pauses of interviewers`() async throws {
        let user = try await first("user.list")
        let pool = try await results("interviewerPool.create", ["title": "Board", "requiresTraining": true])
        let id = pool["id"] ?? .null
        let stage = pool.at("trainingPath.trainingStages.0.id")
        _ = try await results(
            "interviewerPool.addUser",
            ["interviewerPoolId": id, "userId": user, "interviewerPoolTrainingPathStageId": stage]
        )
        _ = try await results("user.createInterviewerPause", ["userId": user, "comment": "away"])
        var read = try await results("interviewerPool.info", ["interviewerPoolId": id])
        #expect(read.at("trainees.0.id") == user && read.at("trainees.0.isPaused") == true)
        let pause = try await first("user.listInterviewerPauses", ["userId": user])
        _ = try await results("user.deleteInterviewerPause", ["interviewerPauseId": pause])
        _ = try await results("interviewerPool.removeUser", ["interviewerPoolId": id, "userId": user])
        _ = try await results("interviewerPool.archive", ["interviewerPoolId": id])
        #expect(try await results("interviewerPool.list").array?.contains { $0["id"] == id } == false)
        read = try await results("interviewerPool.restore", ["interviewerPoolId": id])
        #expect(read["trainees"] == [] && read["isArchived"] == false)
        _ = try await results("user.updateInterviewerSettings", ["userId": user, "dailyLimit": 2])
        #expect(try await results("user.interviewerSettings", ["userId": user])["dailyLimit"] == 2)
        #expect(
            try await code("user.updateInterviewerSettings", ["userId": user, "weeklyLimit": -1]) == "invalid_input"
        )
    }

    @Test func `hiring teams, surveys, projects and history`() async throws {
        let application = try await results("application.list", ["status": "Active"]).at("0")
        let id = application["id"] ?? .null
        let user = try await results("user.list").array?.last ?? .null
        let role = try await first("applicationHiringTeamRole.list")
        let member: JSONValue = ["applicationId": id, "teamMemberId": user["id"] ?? .null, "roleId": role]
        #expect(try await results("hiringTeam.addMember", member)["email"] == user["email"])
        let team = try await results("application.info", ["applicationId": id])["hiringTeam"]?.array ?? []
        #expect(team.contains { $0["userId"] == user["id"] })
        _ = try await results("hiringTeam.removeMember", member)
        #expect(try await code("hiringTeam.removeMember", member) == "invalid_input")
        let survey: JSONValue = [
            "candidateId": application.at("candidate.id"), "applicationId": id,
            "surveyFormDefinitionId": try await first("surveyFormDefinition.list"),
            "submittedValues": ["rating": 5],
        ]
        _ = try await results("surveyRequest.create", survey)
        _ = try await results("surveySubmission.create", survey)
        let answers = try await results("surveySubmission.list", ["surveyType": "CandidateExperience"])
        #expect(answers.at("0.submittedValues.rating") == 5)
        #expect(
            try await results("surveyRequest.list", ["surveyType": "CandidateExperience"]).array?.count == 1
        )
        let project = try await results("project.create", ["title": "Keep warm"])
        _ = try await results("project.archive", ["projectId": project["id"] ?? .null])
        #expect(try await results("project.search", ["title": "keep"]).array?.last?["isArchived"] == true)
        let history = try await results("application.listHistory", ["applicationId": id]).array ?? []
        let kept = history.prefix(1).map { event -> JSONValue in
            [
                "applicationHistoryId": event["id"] ?? .null, "stageId": event["stageId"] ?? .null,
                "stageNumber": 0, "enteredStageAt": "2026-01-02T00:00:00Z",
            ]
        }
        let rewritten = try await results(
            "application.updateHistory",
            ["applicationId": id, "applicationHistory": .array(kept)]
        )
        #expect(rewritten.at("applicationHistory.0.enteredStageAt") == "2026-01-02T00:00:00.000Z")
        #expect(rewritten["applicationHistory"]?.array?.count == 1 && rewritten["status"] == "Lead")
    }

    @Test func `every smaller list answers`() async throws {
        for name in [
            "brand.list", "jobBoard.list", "jobTemplate.list", "communicationTemplate.list", "closeReason.list",
            "sourceTrackingLink.list", "interviewStageGroup.list", "approval.list", "opening.list", "project.list",
            "version.list",
        ] { #expect(try await client.ashby(name).json["success"] == true, "\(name)") }
    }
}
