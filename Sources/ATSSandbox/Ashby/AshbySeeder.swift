import Basics
import JSON

/// Gives the data set Ashby's form.
struct AshbySeeder {
    let seed: UInt64
    private let data: SeedData
    private let start = SeedCompany.day("2024-01-08", hour: 9)
    // What many records point to, so that they share one text.
    private let users: [JSONValue]
    private let candidates: [JSONValue]
    private let applications: [JSONValue]
    private let sources: [JSONValue]
    private let stages: [JSONValue]
    private let interviews: [JSONValue]
    private let plans: [String]

    init(seed: UInt64, data: SeedData) {
        func ids(_ kind: String, _ count: Int) -> [JSONValue] {
            (0..<count).map { .string(StableID.uuid(kind, $0, seed: seed)) }
        }
        var plans: [String] = []
        for job in data.jobs where !plans.contains(job.assessment) { plans.append(job.assessment) }
        self.seed = seed
        self.data = data
        self.plans = plans
        users = ids("user", data.employees.count)
        candidates = ids("candidate", data.people.count)
        applications = ids("application", data.applications.count)
        sources = ids("source", SeedWords.sources.count)
        stages = ids("stage", plans.count * 10)
        interviews = ids("interview", plans.count * 10)
    }

    private func id(_ kind: String, _ number: Int) -> String { StableID.uuid(kind, number, seed: seed) }
    private func link(_ kind: String, _ number: Int) -> JSONValue { .string(id(kind, number)) }
    private func value(_ instant: Timestamp?) -> JSONValue { instant.map { .string($0.iso8601) } ?? .null }

    func store() -> Store {
        var store = Store()
        for (name, columns, indexed) in AshbySchema.tables { store.define(name, columns: columns, indexed: indexed) }
        addOrganization(to: &store)
        for (index, name) in plans.enumerated() { addPlan(index, name, to: &store) }
        for job in data.jobs { addJob(job, plan: plans.firstIndex(of: job.assessment) ?? 0, to: &store) }
        var owned: [[Int]] = Array(repeating: [], count: data.people.count)
        for (index, application) in data.applications.enumerated() { owned[application.person].append(index) }
        store.reserve(data.people.count, in: "candidates")
        store.reserve(data.applications.count, in: "applications")
        store.reserve(data.applications.reduce(0) { $0 + $1.visits.count }, in: "history")
        for index in data.people.indices { addCandidate(index, owned[index], to: &store) }
        for index in data.applications.indices { addApplication(index, to: &store) }
        AshbyExtrasSeeder(seed: seed, data: data).add(to: &store)
        return store
    }

    private func times(_ created: Timestamp, _ updated: Timestamp? = nil) -> KeyValuePairs<String, JSONValue> {
        let made = value(created)
        return ["createdAt": made, "updatedAt": updated.map { value($0) } ?? made]
    }

    private func put(
        _ id: String,
        _ values: KeyValuePairs<String, JSONValue>,
        _ times: KeyValuePairs<String, JSONValue>,
        in table: String,
        _ store: inout Store
    ) {
        store.seed(id, in: table) { row in
            row.fill(values)
            row.fill(times)
        }
    }

    private func addOrganization(to store: inout Store) {
        for (index, person) in data.employees.enumerated() {
            put(
                id("user", index),
                [
                    "firstName": .string(person.first), "lastName": .string(person.last),
                    "email": .string(person.email),
                    "globalRole": person.isAdministrator ? "Organization Admin" : "Limited Access",
                    "isEnabled": .bool(person.isEnabled), "managerId": index > 1 ? users[1] : .null,
                ],
                times(start),
                in: "users",
                &store
            )
        }
        for (index, department) in data.departments.enumerated() {
            put(
                id("department", index),
                [
                    "name": .string(department.name), "isArchived": false,
                    "parentId": department.parent.map { link("department", $0) } ?? .null,
                ],
                times(start),
                in: "departments",
                &store
            )
        }
        for (index, place) in data.places.enumerated() {
            put(
                id("location", index),
                [
                    "name": .string(place.name), "externalName": .string("\(place.city), \(place.country)"),
                    "isArchived": false, "isRemote": .bool(index == 4),
                    "workplaceType": index == 4 ? "Remote" : "Hybrid", "type": "Location",
                    "address": [
                        "postalAddress": [
                            "addressCountry": .string(place.country),
                            "addressRegion": .string(place.region ?? place.city),
                            "addressLocality": .string(place.city), "postalCode": .string(place.postcode),
                            "streetAddress": .string(place.street ?? ""),
                        ]
                    ],
                ],
                times(start),
                in: "locations",
                &store
            )
        }
        for (index, title) in SeedWords.tags.enumerated() {
            put(id("tag", index), ["title": .string(title), "isArchived": false], times(start), in: "tags", &store)
        }
        put(
            id("tag", SeedWords.tags.count),
            ["title": "Old campaign", "isArchived": true],
            times(start),
            in: "tags",
            &store
        )
        for (index, source) in SeedWords.sources.enumerated() {
            put(
                id("source", index),
                [
                    "title": .string(source.title), "isArchived": false,
                    "sourceType": [
                        "id": link("source type " + source.type, 0), "title": .string(source.type), "isArchived": false,
                    ],
                ],
                times(start),
                in: "sources",
                &store
            )
        }
        for (index, reason) in SeedWords.archiveReasons.enumerated() {
            put(
                id("archive reason", index),
                ["text": .string(reason.text), "reasonType": .string(reason.type), "isArchived": false],
                times(start),
                in: "archiveReasons",
                &store
            )
        }
        for (index, title) in ["Hiring Manager", "Recruiter", "Coordinator", "Sourcer"].enumerated() {
            put(id("role", index), ["title": .string(title)], times(start), in: "roles", &store)
        }
        for (index, title) in ["Product people to keep warm", "Analyst alumni", "Board search"].enumerated() {
            put(
                id("project", index),
                [
                    "title": .string(title), "description": "A list kept by the talent team.", "isArchived": false,
                    "confidential": .bool(index == 2), "authorId": users[1],
                ],
                times(start),
                in: "projects",
                &store
            )
        }
    }

    private func addPlan(_ plan: Int, _ assessment: String, to store: inout Store) {
        put(
            id("plan", plan),
            ["title": .string("Standard, " + assessment.lowercased()), "isArchived": false],
            times(start),
            in: "plans",
            &store
        )
        for stage in SeedStage.allCases {
            put(
                id("stage", plan * 10 + stage.rawValue),
                [
                    "title": .string(stage.ashbyName(assessment)), "type": .string(stage.ashbyType),
                    "orderInInterviewPlan": .integer(stage.rawValue), "interviewPlanId": link("plan", plan),
                    "interviewStageGroupId": link("stage group " + stage.ashbyType, 0),
                ],
                times(start),
                in: "stages",
                &store
            )
            guard stage.ashbyType == "Active" else { continue }
            put(
                id("interview", plan * 10 + stage.rawValue),
                [
                    "title": .string(stage.ashbyName(assessment)),
                    "externalTitle": .string("Conversation with Larkfield"),
                    "isArchived": false, "isDebrief": false, "isFeedbackRequired": true, "isFeedbackRequested": true,
                    "instructionsHtml": "<p>Ask for examples; write what was said.</p>",
                    "instructionsPlain": "Ask for examples; write what was said.",
                    "feedbackFormDefinitionId": link("feedback form", 0),
                ],
                times(start),
                in: "interviews",
                &store
            )
        }
    }

    private func stage(_ plan: Int, _ stage: SeedStage) -> JSONValue { stages[plan * 10 + stage.rawValue] }
    private func interview(_ plan: Int, _ stage: SeedStage) -> JSONValue { interviews[plan * 10 + stage.rawValue] }

    private func member(_ user: Int, _ role: String) -> JSONValue {
        let person = data.employees[user]
        return [
            "email": .string(person.email), "firstName": .string(person.first), "lastName": .string(person.last),
            "role": .string(role), "userId": users[user],
        ]
    }

    private func addJob(_ job: SeedData.Job, plan: Int, to store: inout Store) {
        let statuses = ["draft": "Draft", "open": "Open", "hold": "Open", "archived": "Archived"]
        let status = statuses[job.status] ?? "Closed"
        let over = min(job.opened.adding(seconds: 77 * 86_400), SandboxWorld.defaultNow.adding(seconds: -259_200))
        let isOver = status == "Closed" || status == "Archived"
        put(
            id("job", job.number),
            [
                "title": .string(job.title), "confidential": .bool(job.visibility == "confidential"),
                "status": .string(status), "employmentType": "FullTime", "locationId": link("location", job.place),
                "departmentId": link("department", job.department), "defaultInterviewPlanId": link("plan", plan),
                "customRequisitionId": .string("LRK-\(job.number)"), "authorId": users[job.recruiter],
                "hiringTeam": [
                    member(job.manager, "Hiring Manager"), member(job.recruiter, "Recruiter"),
                ],
                "jobPostingIds": status == "Open" ? [link("posting", job.number)] : [],
                "openedAt": status == "Draft" ? .null : value(job.opened), "closedAt": isOver ? value(over) : .null,
                "salary": .integer(job.salary),
            ],
            times(job.opened.adding(seconds: -345_600), isOver ? over : job.opened),
            in: "jobs",
            &store
        )
    }

    private func addCandidate(_ index: Int, _ owned: [Int], to store: inout Store) {
        let person = data.people[index]
        let place = data.places[person.place]
        let isSarah = index == SeedCast.sarahPerson
        let file = "\(person.first)-\(person.last)-cv.pdf".lowercased()
        let handle = Base64.encodeURL(Array("{\"handle\":{\"type\":\"ResumeFile\",\"fileId\":\"\(index)\"}}".utf8))
        let changed = owned.map { data.applications[$0].changed }.max() ?? person.created
        let resume: JSONValue = [
            "id": link("resume", index), "name": .string(file), "handle": .string(handle),
        ]
        put(
            id("candidate", index),
            [
                "name": .string(person.name), "nameKey": .string(person.name.lowercased()),
                "emailKey": .string(person.email.lowercased()),
                "emailAddresses": [["value": .string(person.email), "type": "Personal", "isPrimary": true]],
                "phoneNumbers": [["value": .string(person.phone), "type": "Personal", "isPrimary": true]],
                "socialLinks": [
                    ["type": "LinkedIn", "url": .string("https://www.linkedin.com/in/example-\(index)")]
                ],
                "tagIds": .array(person.tags.map { link("tag", $0) }), "position": .string(person.position),
                "company": .string(person.company), "school": .string(person.school), "resumeFileHandle": resume,
                "fileHandles": [resume], "customFields": [],
                "sourceId": owned.first.map { sources[data.applications[$0].source] } ?? .null,
                "creditedToUserId": .null,
                "timezone": .string(place.countryCode == "US" ? "America/New_York" : "Europe/London"),
                "location": [
                    "id": link("candidate location", person.place),
                    "locationSummary": .string("\(place.city), \(place.country)"),
                    "locationComponents": [
                        ["type": "City", "name": .string(place.city)],
                        ["type": "Country", "name": .string(place.country)],
                    ],
                ],
                "externalMappingId": .string("HRIS-\(1000 + index)"),
                "projectIds": isSarah ? [link("project", 0)] : [],
            ],
            times(person.created, changed),
            in: "candidates",
            &store
        )
    }

    private func addApplication(_ index: Int, to store: inout Store) {
        let application = data.applications[index]
        let job = data.jobs[application.job]
        let plan = plans.firstIndex(of: job.assessment) ?? 0
        let ownID = applications[index]
        let status: String
        switch application.stage {
        case .applied: status = "Lead"
        case .hired: status = "Hired"
        case .rejected: status = "Archived"
        default: status = "Active"
        }
        let isArchived = application.stage == .rejected
        put(
            id("application", index),
            [
                "candidateId": candidates[application.person], "jobId": link("job", job.number),
                "status": .string(status), "interviewPlanId": link("plan", plan),
                "interviewStageId": stage(plan, application.stage),
                "sourceId": sources[application.source],
                "creditedToUserId": application.source == 3 ? users[1] : .null,
                "archiveReasonId": isArchived ? link("archive reason", application.reason ?? 0) : .null,
                "archivedAt": isArchived ? value(application.visits.last?.entered) : .null, "customFields": [],
                "summary": .string(application.summary), "appliedViaJobPostingId": link("posting", job.number),
            ],
            times(application.created, application.changed),
            in: "applications",
            &store
        )
        for (number, visit) in application.visits.enumerated() {
            let left = number + 1 < application.visits.count ? application.visits[number + 1].entered : nil
            put(
                id("history", index * 10 + number),
                [
                    "applicationId": ownID, "stageId": stage(plan, visit.stage),
                    "title": .string(visit.stage.ashbyName(job.assessment)), "enteredStageAt": value(visit.entered),
                    "leftStageAt": value(left), "stageNumber": .integer(number),
                    "actorId": number == 0 ? .null : users[job.recruiter],
                ],
                times(visit.entered),
                in: "history",
                &store
            )
        }
        addTalk(index, application, job, plan, to: &store)
    }

    private func addTalk(
        _ index: Int,
        _ application: SeedData.Application,
        _ job: SeedData.Job,
        _ plan: Int,
        to store: inout Store
    ) {
        let owner = applications[index]
        for (number, note) in application.notes.enumerated() {
            guard let score = note.score else {
                put(
                    id("note", index * 20 + number),
                    [
                        "candidateId": candidates[application.person], "isPrivate": false,
                        "content": .string(note.text), "authorId": users[note.author],
                    ],
                    times(note.at),
                    in: "notes",
                    &store
                )
                continue
            }
            let meeting = application.meetings.firstIndex {
                $0.stage == note.stage && $0.interviewers.contains(note.author)
            }
            put(
                id("feedback", index * 20 + number),
                [
                    "applicationId": owner, "submittedByUserId": users[note.author],
                    "interviewId": interview(plan, note.stage),
                    "interviewEventId": meeting.map { link("event", index * 20 + $0) } ?? .null,
                    "recommendation": .string(String(score)), "notes": .string(note.text),
                    "submittedAt": value(note.at),
                ],
                times(note.at),
                in: "feedback",
                &store
            )
        }
        for (number, meeting) in application.meetings.enumerated() {
            let end = meeting.start.adding(seconds: Double(meeting.minutes * 60))
            let isOver = end < SandboxWorld.defaultNow
            let hasFeedback = application.notes.contains { $0.stage == meeting.stage && $0.score != nil }
            put(
                id("schedule", index * 20 + number),
                [
                    "applicationId": owner, "interviewStageId": stage(plan, meeting.stage),
                    "status": isOver ? (hasFeedback ? "Complete" : "WaitingOnFeedback") : "Scheduled",
                    "scheduledById": users[6], "eventId": link("event", index * 20 + number),
                    "interviewId": interview(plan, meeting.stage),
                    "interviewerIds": .array(meeting.interviewers.map { link("user", $0) }),
                    "startTime": value(meeting.start), "endTime": value(end),
                    "hasFeedback": .bool(isOver && hasFeedback),
                ],
                times(meeting.booked),
                in: "schedules",
                &store
            )
        }
        guard let offer = application.offer else { return }
        let answers = [
            "Accepted": ("Accepted", "CandidateAccepted"), "Declined": ("Declined", "CandidateRejected"),
        ]
        let answer = answers[offer.answer] ?? ("WaitingOnResponse", "WaitingOnCandidateResponse")
        let decided = offer.answer == "Pending" ? nil : application.visits.last?.entered
        put(
            id("offer", index),
            [
                "applicationId": owner, "acceptanceStatus": .string(answer.0), "offerStatus": .string(answer.1),
                "decidedAt": value(decided),
                "versions": [
                    [
                        "id": link("offer version", index),
                        "startDate": .string(offer.made.adding(seconds: 60 * 86_400).isoDate),
                        "salary": ["value": .integer(offer.salary), "currencyCode": "GBP"],
                        "createdAt": value(offer.made), "openingId": .null, "customFields": [], "fileHandles": [],
                        "authorId": users[job.recruiter], "approvalStatus": "Approved",
                    ]
                ],
            ],
            times(offer.made, decided),
            in: "offers",
            &store
        )
    }
}
