import Basics
import JSON

extension AshbyCatalog {
    private static let submissions = AshbyOperation.Parameter("fieldSubmissions", .list(.object), required: true)

    /// Forms, and what people hand in: feedback on interviews, referrals, applications from a job board.
    static let forms: [AshbyOperation] = [
        .list(
            "feedbackFormDefinition.list",
            "hiringProcessMetadataRead",
            "feedbackForms",
            archived: "includeArchived"
        ) { $0.form($1, $0.feedbackForm) },
        .info(
            "feedbackFormDefinition.info",
            "hiringProcessMetadataRead",
            "feedbackFormDefinitionId",
            "feedbackForms",
            "feedback_form_definition"
        ) { $0.form($1, $0.feedbackForm) },
        .init(
            "applicationFeedback.submit",
            "candidatesWrite",
            [
                .init("feedbackForm", .object, required: true), .id("formDefinitionId"), .id("applicationId"),
                .id("userId", required: false), .id("interviewEventId", required: false),
            ]
        ) { (call) throws(AshbyFailure) in
            let owner = try call.row("applications", "applicationId", "application")
            let definition = try call.row("feedbackForms", "formDefinitionId", "feedback_form_definition")
            let user = try call.optional("users", "userId", "user")
            let given = call.arguments["feedbackForm"]?["fieldSubmissions"]
            let answers = try check(given, against: call.feedbackForm, "feedbackForm")
            let row = call.add(
                [
                    "applicationId": .string(owner.id), "submittedByUserId": .string(user?.id ?? call.actor),
                    "interviewEventId": call.arguments["interviewEventId"] ?? .null,
                    "recommendation": answers["overall_recommendation"] ?? .null, "notes": answers["notes"] ?? .null,
                    "submittedAt": call.time,
                ],
                to: "feedback"
            )
            var instance = call.feedback(row)
            instance["feedbackFormDefinitionId"] = .string(definition.id)
            return .object(["submittedFormInstance": instance])
        },
        .init(
            "applicationFeedbackRequest.create",
            "candidatesWrite",
            [.id("applicationId"), .id("interviewId"), .id("interviewerUserId")]
        ) { (call) throws(AshbyFailure) in
            let owner = try call.row("applications", "applicationId", "application")
            _ = try call.row("interviews", "interviewId", "interview")
            let user = try call.row("users", "interviewerUserId", "user")
            let row = call.add(
                [
                    "applicationId": .string(owner.id), "interviewId": call.arguments["interviewId"] ?? .null,
                    "userId": .string(user.id),
                ],
                to: "feedbackRequests"
            )
            return .object([
                "interviewEventId": .string(row.id), "interviewerUserId": .string(user.id),
                "applicationId": .string(owner.id),
            ])
        },
        .init("referralForm.info", "hiringProcessMetadataRead") { (call) throws(AshbyFailure) in
            guard let row = call.store["referralForms"].listed(now: call.now.milliseconds).first else {
                throw .notFound("referral_form")
            }
            return .object(call.form(row, call.referralForm))
        },
        .init(
            "referral.create",
            "candidatesWrite",
            [.id("id"), .id("creditedToUserId"), submissions, .init("createdAt", .instant)]
        ) { (call) throws(AshbyFailure) in
            _ = try call.row("referralForms", "id", "referral_form")
            let user = try call.row("users", "creditedToUserId", "user")
            let answers = try check(call.arguments["fieldSubmissions"], against: call.referralForm, "fieldSubmissions")
            guard let job = answers["job"]?.string.flatMap({ call.store["jobs"][$0] }), call.isVisible(job, "jobs")
            else {
                throw .notFound("job")
            }
            let source = call.store["sources"].listed(now: call.now.milliseconds)
                .first { $0["title"] == "Employee referral" }
            let created = call.arguments["createdAt"] ?? call.time
            let person = try addCandidate(&call, answers, source: source?.id, user: user.id, at: created)
            let row = try addApplication(&call, person, job, source: source?.id, user: user.id, at: created)
            return .object(call.application(row: row))
        },
        .init(
            "applicationForm.submit",
            "candidatesWrite",
            [
                .id("jobPostingId"), .init("applicationForm", .object, required: true), .init("utmData", .object),
                .init("tagIds", .list(.uuid)), .init("allowSubmissionForUnpublishedJobPosting", .boolean),
            ]
        ) { (call) throws(AshbyFailure) in
            let posting = try call.row("postings", "jobPostingId", "job_posting")
            guard
                posting["status"] == "Published"
                    || call.arguments.flag("allowSubmissionForUnpublishedJobPosting")
            else { throw .init("job_posting_not_published", "The job posting is not published.") }
            let given = call.arguments["applicationForm"]?["fieldSubmissions"]
            let answers = try check(given, against: call.applicationForm, "applicationForm")
            if answers["_systemfield_email"] == "testing-fail-validation@example.com" {
                throw .invalid("_systemfield_email", "this address always fails")
            }
            guard let job = posting.text("jobId").flatMap({ call.store["jobs"][$0] }) else { throw .notFound("job") }
            let person = try addCandidate(&call, answers, source: nil, user: nil, at: call.time)
            for tag in call.arguments.words("tagIds") ?? [] where call.store["tags"][tag] == nil {
                throw .notFound("candidate_tag")
            }
            if let tags = call.arguments["tagIds"], var row = call.store["candidates"][person] {
                row["tagIds"] = tags
                call.save(row, in: "candidates")
            }
            let owner = try addApplication(&call, person, job, source: nil, user: nil, at: call.time)
            if var row = call.store["applications"][owner] {
                row["appliedViaJobPostingId"] = .string(posting.id)
                call.save(row, in: "applications")
            }
            return .object([
                "submittedFormInstance": [
                    "id": .string(StableID.uuid("form " + owner, 0, seed: call.seed)),
                    "formDefinition": call.applicationForm, "submittedValues": .object(answers),
                ],
                "applicationId": .string(owner), "candidateId": .string(person),
            ])
        },
    ]

    /// The answers by path; paths that the form does not have, and required ones without an answer, are refused.
    static func check(
        _ given: JSONValue?,
        against form: JSONValue,
        _ argument: String
    ) throws(AshbyFailure) -> JSONObject {
        guard let given = given?.array else { throw .invalid(argument, "needs fieldSubmissions") }
        let fields = (form["sections"]?.array ?? []).flatMap { $0["fields"]?.array ?? [] }
        var answers = JSONObject()
        for item in given {
            let path = item["path"]?.string ?? ""
            guard fields.contains(where: { $0["field"]?["path"]?.string == path }) else {
                throw .invalid(argument, "no field has the path \(path)")
            }
            answers[path] = item["value"] ?? .null
        }
        for field in fields where field["isRequired"] == true {
            let path = field["field"]?["path"]?.string ?? ""
            if (answers[path] ?? .null).isNull { throw .invalid(argument, "the form requires an answer to \(path)") }
        }
        return answers
    }

    private static func addCandidate(
        _ call: inout AshbyCall,
        _ answers: JSONObject,
        source: String?,
        user: String?,
        at created: JSONValue
    ) throws(AshbyFailure) -> String {
        let name = (answers["_systemfield_name"] ?? answers["candidate_name"])?.string ?? ""
        let email = (answers["_systemfield_email"] ?? answers["candidate_email"])?.string ?? ""
        guard !name.isEmpty, email.contains("@") else {
            throw .invalid("fieldSubmissions", "needs a name and an email")
        }
        let row = call.add(
            [
                "name": .string(name), "nameKey": .string(name.lowercased()), "emailKey": .string(email.lowercased()),
                "emailAddresses": [["value": .string(email), "type": "Personal", "isPrimary": true]],
                "phoneNumbers": [], "socialLinks": [], "tagIds": [], "fileHandles": [], "customFields": [],
                "projectIds": [], "sourceId": source.map { .string($0) } ?? .null,
                "creditedToUserId": user.map { .string($0) } ?? .null, "createdAt": created,
            ],
            to: "candidates"
        )
        return row.id
    }

    private static func addApplication(
        _ call: inout AshbyCall,
        _ person: String,
        _ job: Row,
        source: String?,
        user: String?,
        at created: JSONValue
    ) throws(AshbyFailure) -> String {
        guard let plan = job.text("defaultInterviewPlanId"),
            let stage = call.store["stages"].rows(where: "interviewPlanId", is: plan).first(where: {
                $0["type"] == "Lead"
            })
        else { throw .init("interview_plan_not_found", "The job has no default interview plan.") }
        var row = call.store["applications"].row(
            id: call.newID("applications"),
            [
                "candidateId": .string(person), "jobId": .string(job.id), "interviewPlanId": .string(plan),
                "sourceId": source.map { .string($0) } ?? .null, "creditedToUserId": user.map { .string($0) } ?? .null,
                "customFields": [], "createdAt": created,
            ]
        )
        enter(stage, &row, &call, reason: nil)
        return row.id
    }
}

extension AshbyCall {
    /// A form with its questions.
    func form(_ row: Row, _ definition: JSONValue) -> JSONValue {
        var form: JSONObject = [
            "id": .string(row.id), "organizationId": .string(StableID.uuid("organization", 0, seed: seed)),
        ]
        for name in ["title", "isArchived", "isDefaultForm", "surveyType"] where row.has(name) {
            form[name] = row[name]
        }
        form["formDefinition"] = definition
        return .object(form)
    }

    var feedbackForm: JSONValue {
        [
            "sections": [
                [
                    "title": "Assessment",
                    "fields": [
                        field("overall_recommendation", "ValueSelect", "Overall recommendation", required: true),
                        field("notes", "RichText", "Notes", required: false),
                    ],
                ]
            ]
        ]
    }

    var referralForm: JSONValue {
        [
            "sections": [
                [
                    "fields": [
                        field("candidate_name", "String", "Name", required: true),
                        field("candidate_email", "Email", "Email", required: true),
                        field("job", "Job", "Job", required: true),
                        field("reason", "LongText", "Why them?", required: false),
                    ]
                ]
            ]
        ]
    }

    var applicationForm: JSONValue {
        [
            "sections": [
                [
                    "fields": [
                        field("_systemfield_name", "String", "Name", required: true),
                        field("_systemfield_email", "Email", "Email", required: true),
                        field("_systemfield_resume", "File", "Resume", required: false),
                        field("summary", "LongText", "About you", required: false),
                    ]
                ]
            ]
        ]
    }
}
