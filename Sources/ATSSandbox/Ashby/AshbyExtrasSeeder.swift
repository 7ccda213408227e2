import Basics
import JSON

/// The records that hang on no candidate: postings, openings, custom fields, pools and the rest.
struct AshbyExtrasSeeder {
    let seed: UInt64
    let data: SeedData
    private let start = SeedCompany.day("2024-01-08", hour: 9)

    private func link(_ kind: String, _ number: Int) -> JSONValue { .string(StableID.uuid(kind, number, seed: seed)) }

    private func put(
        _ kind: String,
        _ number: Int,
        in table: String,
        _ store: inout Store,
        at instant: Timestamp? = nil,
        _ values: KeyValuePairs<String, JSONValue>
    ) {
        let time = JSONValue.string((instant ?? start).iso8601)
        store.seed(StableID.uuid(kind, number, seed: seed), in: table) { row in
            row.fill(values)
            row.fill(["createdAt": time, "updatedAt": time])
        }
    }

    func add(to store: inout Store) {
        put("brand", 0, in: "brands", &store, ["name": "Larkfield", "hostedJobsPageSlug": "larkfield"])
        for (index, title) in ["Careers site", "Colleagues only"].enumerated() {
            put(
                "job board",
                index,
                in: "jobBoards",
                &store,
                ["title": .string(title), "isInternal": .bool(index == 1)]
            )
        }
        for (index, text) in ["Hired", "No longer needed", "Budget withdrawn"].enumerated() {
            put("close reason", index, in: "closeReasons", &store, ["reasonText": .string(text), "isArchived": false])
        }
        for (index, title) in ["Rejection after review", "Invitation to a call"].enumerated() {
            put(
                "template",
                index,
                in: "templates",
                &store,
                ["title": .string(title), "intendedTypes": ["email"]]
            )
        }
        let groups = ["Lead", "PreInterviewScreen", "Active", "Offer", "Hired", "Archived"]
        for (index, type) in groups.enumerated() {
            store.seed(StableID.uuid("stage group " + type, 0, seed: seed), in: "stageGroups") { row in
                row.fill(["title": .string(type), "order": .integer(index), "stageType": .string(type)])
            }
        }
        for (index, source) in SeedWords.sources.enumerated().prefix(3) {
            put(
                "tracking link",
                index,
                in: "trackingLinks",
                &store,
                [
                    "code": .string("lk\(index)"), "enabled": .bool(index < 2), "sourceId": link("source", index),
                    "link": .string("https://jobs.ashbyhq.com/larkfield?utm_source=lk\(index)&s=\(source.channel)"),
                ]
            )
        }
        addForms(to: &store)
        put("report", 0, in: "reports", &store, ["title": "Open jobs"])
        put(
            "sequence template",
            0,
            in: "sequenceTemplates",
            &store,
            [
                "title": "First contact", "isArchived": false, "unsubscribeLinkActive": true,
                "stages": [
                    ["id": link("sequence stage", 0), "type": "Email", "sendAfter": ["kind": "NoDelay"]],
                    ["id": link("sequence stage", 1), "type": "Email", "sendAfter": ["kind": "Days", "days": 3]],
                ],
            ]
        )
        addWork(to: &store)
        addFields(to: &store)
        addPools(to: &store)
        for job in data.jobs where job.status != "draft" { addPosting(job, to: &store) }
        for (index, job) in data.jobs.filter({ $0.status == "open" }).enumerated() {
            addOpening(index, job, to: &store)
        }
        put(
            "job template",
            0,
            in: "jobTemplates",
            &store,
            [
                "title": "Engineer", "status": "Active", "locationId": link("location", 0),
                "departmentId": link("department", 0), "defaultInterviewPlanId": link("plan", 0),
            ]
        )
    }

    private func addForms(to store: inout Store) {
        put(
            "feedback form",
            0,
            in: "feedbackForms",
            &store,
            ["title": "Interview feedback", "isArchived": false, "isDefaultForm": true]
        )
        put(
            "referral form",
            0,
            in: "referralForms",
            &store,
            ["title": "Refer somebody", "isArchived": false, "isDefaultForm": true]
        )
        for (index, type) in ["CandidateExperience", "Questionnaire"].enumerated() {
            put(
                "survey form",
                index,
                in: "surveyForms",
                &store,
                [
                    "title": .string(index == 0 ? "How was it?" : "Before the interview"), "isArchived": false,
                    "isDefaultForm": .bool(index == 0), "surveyType": .string(type),
                ]
            )
        }
    }

    /// A take-home assignment and a recording, of the first applications that have got that far.
    private func addWork(to store: inout Store) {
        if let index = data.applications.firstIndex(where: { $0.stage == .assessment }) {
            put(
                "take-home",
                0,
                in: "takeHomes",
                &store,
                [
                    "applicationId": link("application", index),
                    "candidateId": link("candidate", data.applications[index].person),
                    "interviewId": link("interview", SeedStage.assessment.rawValue), "status": "WaitingOnSubmission",
                    "feedbackFormDefinitionId": link("feedback form", 0),
                ]
            )
        }
        guard let index = data.applications.firstIndex(where: { !$0.meetings.isEmpty }) else { return }
        let person = data.people[data.applications[index].person]
        put(
            "transcript",
            0,
            in: "transcripts",
            &store,
            [
                "interviewEventId": link("event", index * 20), "interviewScheduleId": link("schedule", index * 20),
                "participants": [
                    [
                        "id": link("participant", 0), "type": "candidate", "name": .string(person.name),
                        "email": .string(person.email),
                    ]
                ],
            ]
        )
    }

    private func addFields(to store: inout Store) {
        let fields = [
            ("Notice period (weeks)", "Candidate", "Number"), ("Visa status", "Candidate", "ValueSelect"),
            ("Budget code", "Job", "String"), ("Cost centre", "Opening", "String"),
            ("Fast track", "Application", "Boolean"),
            ("Team motto", "Employee", "String"), ("Owner's note", "Talent_Project", "LongText"),
        ]
        for (index, field) in fields.enumerated() {
            put(
                "custom field",
                index,
                in: "customFields",
                &store,
                [
                    "isPrivate": false, "title": .string(field.0), "objectType": .string(field.1),
                    "isArchived": false, "fieldType": .string(field.2), "isRequired": false,
                    "selectableValues": field.2 == "ValueSelect"
                        ? [
                            ["label": "Needs none", "value": "none", "isArchived": false],
                            ["label": "Needs sponsorship", "value": "sponsor", "isArchived": false],
                        ] : .null,
                ]
            )
        }
    }

    private func addPools(to store: inout Store) {
        for (index, title) in ["Product interviewers", "Technical interviewers"].enumerated() {
            put(
                "pool",
                index,
                in: "pools",
                &store,
                [
                    "title": .string(title), "isArchived": false, "requiresTraining": .bool(index == 1),
                    "memberIds": index == 0
                        ? [link("user", 2), link("user", 3)] : [link("user", 4), link("user", 8)],
                    "traineeIds": index == 0 ? [] : [link("user", 12)],
                ]
            )
        }
    }

    private func addPosting(_ job: SeedData.Job, to store: inout Store) {
        let isOpen = job.status == "open"
        put(
            "posting",
            job.number,
            in: "postings",
            &store,
            at: job.opened,
            [
                "title": .string(job.title), "jobId": link("job", job.number), "status": isOpen ? "Published" : "Draft",
                "isListed": .bool(isOpen && job.visibility == "external"),
                "locationId": link("location", job.place), "departmentId": link("department", job.department),
                "workplaceType": job.place == 4 ? "Remote" : "Hybrid", "employmentType": "FullTime",
                "publishedDate": .string(job.opened.isoDate), "descriptionHtml": .string("<p>\(job.summary)</p>"),
            ]
        )
    }

    private func addOpening(_ index: Int, _ job: SeedData.Job, to store: inout Store) {
        let time = JSONValue.string(job.opened.iso8601)
        put(
            "opening",
            job.number,
            in: "openings",
            &store,
            at: job.opened,
            [
                "isArchived": false, "openingState": "Open", "openedAt": time,
                "version": [
                    "id": link("opening version", job.number), "identifier": .string("OPN-\(100 + index)"),
                    "description": .string("One more \(job.title.lowercased())."), "authorId": link("user", 1),
                    "createdAt": time, "teamId": link("department", job.department),
                    "jobIds": [link("job", job.number)],
                    "targetHireDate": "2026-12-31", "targetStartDate": .null, "isBackfill": .bool(index % 3 == 0),
                    "employmentType": "FullTime", "locationIds": [link("location", job.place)], "hiringTeam": [],
                    "customFields": [],
                ],
            ]
        )
    }
}
