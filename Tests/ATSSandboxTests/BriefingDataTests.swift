import ATSSandbox
import Basics
import HTTP
import JSON
import Testing

struct BriefingDataTests {
    let client = SandboxClient(sandbox: .standard)

    @Test func `Pinpoint has Sarah Jenkins with her application for Product Manager`() async throws {
        let person = try await client.pinpoint("GET", "candidates/98765").json
        #expect(person.at("data.attributes.full_name") == "Sarah Jenkins")
        let application = try await client.pinpoint("GET", "applications/5566?include=job,stage").json
        #expect(application.at("data.attributes.candidate_id") == "98765")
        #expect(application.at("data.attributes.created_at") == "2026-10-12T08:47:00+00:00")
        let titles = application.at("included").array?.map { $0.at("attributes.title") }
        #expect(titles?.first == "Product Manager")
        #expect(application.at("included.1.attributes.basic_type") == "interview")
    }

    @Test func `her interviewers' comments come with names and dates`() async throws {
        let path = "comments?filter[commentable_type]=Application&filter[commentable_id]=5566&include=user"
        let comments = try await client.pinpoint("GET", path).json
        #expect(comments.at("data").array?.count == 6)
        #expect(comments.at("data.1.attributes.body_text").string?.hasPrefix("Phone screen") == true)
        let authors = comments.at("included").array?.map { $0.at("attributes.first_name") } ?? []
        #expect(authors == ["Tomasz", "Priya", "Marcus", "Henrik", "Elena"])
    }

    @Test func `she has an older, rejected application, and namesakes`() async throws {
        let hers = try await client.pinpoint("GET", "applications?filter[candidate_id]=98765&include=stage").json
        #expect(hers.at("data").array?.count == 2)
        #expect(hers.at("data.0.attributes.rejected_at") == "2024-03-08T12:30:00+00:00")
        let everybody = try await client.pinpoint("GET", "candidates?page[size]=1000").json.at("data").array ?? []
        let names = everybody.compactMap { $0.at("attributes.full_name").string }
        #expect(
            names.filter { $0.hasPrefix("Sara") && $0.contains(" Jen") }.sorted() == [
                "Sara Jenkins", "Sarah Jenkins", "Sarah Jenkinson", "Sarah Jennings",
            ]
        )
    }

    @Test func `the data set is as large as promised`() async throws {
        for (path, least) in [("candidates", 300), ("applications", 400), ("jobs", 25), ("comments", 200)] {
            let answer = try await client.pinpoint("GET", path + "?page[size]=1&stats[total]=count").json
            #expect(answer.at("meta.stats.total.count").integer ?? 0 >= least, "\(path)")
        }
        for (operation, least) in [("candidate.list", 300), ("application.list", 400), ("job.list", 25)] {
            #expect(try await client.everything(operation).count >= least, "\(operation)")
        }
    }

    @Test func `the filled Junior Analyst job has applications left to dispose of`() async throws {
        let job = try await client.pinpoint("GET", "jobs/8899").json
        #expect(job.at("data.attributes.title") == "Junior Analyst")
        #expect(job.at("data.attributes.status") == "filled")
        let active = "applications?filter[job_id]=8899&filter[stage_basic_type]=applied,review,interview,offer"
        #expect(try await client.pinpoint("GET", active).json.at("data").array?.count ?? 0 >= 35)
        for type in ["hired", "rejected"] {
            let path = "applications?filter[job_id]=8899&filter[stage_basic_type]=\(type)"
            #expect(try await client.pinpoint("GET", path).json.at("data").array?.isEmpty == false)
        }
        #expect(
            try await client.pinpoint("GET", "jobs/1234").json.at("data.attributes.title") == "Senior Backend Developer"
        )
    }

    @Test func `Ashby has Sarah with feedback, notes and schedules`() async throws {
        let found = try await client.ashby("candidate.search", ["name": "Sarah Jenkins"]).json
        let exact = found.at("results").array?.filter { $0.at("name") == "Sarah Jenkins" } ?? []
        try #require(exact.count == 1)
        let applications = exact[0].at("applicationIds").array ?? []
        try #require(applications.count == 2)
        let current = try await client.ashby("application.info", ["applicationId": applications[1]]).json
        #expect(current.at("results.job.title") == "Product Manager")
        #expect(current.at("results.applicationHistory").array?.count == 5)
        let feedback = try await client.ashby("applicationFeedback.list", ["applicationId": applications[1]]).json
        #expect(feedback.at("results").array?.count == 4)
        let schedules = try await client.ashby("interviewSchedule.list", ["applicationId": applications[1]]).json
        #expect(schedules.at("results").array?.count == 4)
        let notes = try await client.ashby("candidate.listNotes", ["candidateId": exact[0].at("id")]).json
        #expect(notes.at("results").array?.count == 2)
    }
}
