import Basics
import JSON

/// Gives the data set Pinpoint's form.
struct PinpointSeeder {
    let seed: UInt64
    private let start = SeedCompany.day("2024-01-08", hour: 9)

    init(seed: UInt64) {
        self.seed = seed
    }

    func store(of data: SeedData) -> Store {
        var store = Store()
        for resource in PinpointCatalog.resources {
            store.define(resource.type, columns: resource.columns, indexed: resource.indexed)
        }
        addCompany(data, to: &store)
        for job in data.jobs { addJob(job, data, to: &store) }
        let contacts = data.people.map { contact($0, data) }
        addPeople(data, contacts, to: &store)
        let numbers = applicationNumbers(data)
        for (index, application) in data.applications.enumerated() {
            addApplication(application, id: numbers[index], contacts[application.person], data, to: &store)
        }
        PinpointExtrasSeeder(data: data).add(to: &store)
        return store
    }

    static func user(_ index: Int) -> String { String(3001 + index) }
    static func candidate(_ index: Int) -> String {
        String(SeedCast.sarahCandidate + (index - SeedCast.sarahPerson) * 3)
    }
    static func stage(_ job: SeedData.Job, _ stage: SeedStage) -> String { String(job.number * 10 + stage.rawValue) }

    /// Application ids rise with time around the one that is fixed; large data sets count on from 100,000 instead.
    private func applicationNumbers(_ data: SeedData) -> [Int] {
        let fixed = data.applications.firstIndex { $0.isFeatured } ?? 0
        let near = fixed * 3 < SeedCast.sarahApplication
        return data.applications.indices.map { index in
            if index == fixed { return SeedCast.sarahApplication }
            return near ? SeedCast.sarahApplication + (index - fixed) * 3 : 100_001 + index
        }
    }

    private func times(_ created: Timestamp, _ updated: Timestamp? = nil) -> KeyValuePairs<String, JSONValue> {
        let made = PinpointTime.value(created)
        return ["created_at": made, "updated_at": updated.map { PinpointTime.value($0) } ?? made]
    }

    private func put(
        _ id: String,
        _ values: KeyValuePairs<String, JSONValue>,
        _ times: KeyValuePairs<String, JSONValue> = [:],
        in type: String,
        _ store: inout Store
    ) {
        store.seed(id, in: type) { row in
            row.fill(values)
            row.fill(times)
        }
    }

    private func addCompany(_ data: SeedData, to store: inout Store) {
        put("1", ["name": "Larkfield", "subdomain": "larkfield"], times(start), in: "companies", &store)
        put("2101", ["name": "Planning Software"], times(start), in: "divisions", &store)
        for (index, department) in data.departments.enumerated() {
            put(String(2001 + index), ["name": .string(department.name)], times(start), in: "departments", &store)
        }
        for (index, place) in data.places.enumerated() {
            put(
                String(2201 + index),
                [
                    "name": .string(place.name), "city": .string(place.city),
                    "country_code": .string(place.countryCode), "postal_code": .string(place.postcode),
                    "province": place.region.map { .string($0) } ?? .null,
                    "street_address": place.street.map { .string($0) } ?? .null,
                ],
                times(start),
                in: "locations",
                &store
            )
        }
        let groups = [("Administrators", "Everything, settings too", 24), ("Hiring teams", "Their own jobs", 11)]
        for (index, group) in groups.enumerated() {
            put(
                String(2401 + index),
                [
                    "name": .string(group.0), "description": .string(group.1), "number_of_roles": .integer(group.2),
                    "create_as_referral": false, "wizard_enabled": false, "wizard_requirements": [:],
                ],
                times(start),
                in: "access_groups",
                &store
            )
        }
        for (index, person) in data.employees.enumerated() where person.isEnabled || index == 13 {
            put(
                PinpointSeeder.user(index),
                [
                    "first_name": .string(person.first), "last_name": .string(person.last),
                    "email": .string(person.email), "time_zone": "London", "employee": true,
                    "access_group_id": index == 0 ? .null : .string(person.isAdministrator ? "2401" : "2402"),
                    "last_sign_in_at": index == 0 || index == 13
                        ? .null : PinpointTime.value(SandboxWorld.defaultNow.adding(seconds: Double(-3600 * index))),
                ],
                times(start),
                in: "users",
                &store
            )
        }
        for (index, name) in ["Technical interview", "Case interview", "Hiring manager interview"].enumerated() {
            put(
                String(2601 + index),
                [
                    "name": .string(name), "interview_guidance": "<p>Ask for examples; write what was said.</p>",
                    "is_active": true, "scorecardable_id": "1", "scorecardable_type": "Company",
                ],
                times(start),
                in: "scorecards",
                &store
            )
        }
        put(
            "2701",
            [
                "name": "Notice period (weeks)", "description": "Weeks before the person can start",
                "field_type": "integer", "resource_type": "candidate", "sample_value": "4", "required": false,
                "position": 1, "options": [], "unique_reference": "custom_field_2701",
            ],
            times(start),
            in: "custom_fields",
            &store
        )
        put("2501", ["name": "Standard"], times(start), in: "hiring_workflows", &store)
        for stage in SeedStage.allCases {
            addStage(String(2510 + stage.rawValue), stage, "Assessment", "HiringWorkflow", "2501", to: &store)
        }
    }

    private func addStage(
        _ id: String,
        _ stage: SeedStage,
        _ assessment: String,
        _ owner: String,
        _ ownerID: String,
        to store: inout Store
    ) {
        let name = stage.pinpointName(assessment)
        put(
            id,
            [
                "name": .string(name), "external_name": .string(name), "basic_type": .string(stage.pinpointType),
                "position": .integer(stage.rawValue + 1), "visible": true, "stageable_id": .string(ownerID),
                "stageable_type": .string(owner), "stageable_key": .string("\(owner):\(ownerID)"),
            ],
            times(start),
            in: "stages",
            &store
        )
    }

    private func addJob(_ job: SeedData.Job, _ data: SeedData, to store: inout Store) {
        let id = String(job.number)
        let place = data.places[job.place]
        let link = String(2301 + job.department * 10 + job.place)
        if store["structure_links"][link] == nil {
            put(
                link,
                [
                    "accepts_speculative_applications": true, "department_id": .string(String(2001 + job.department)),
                    "division_id": "2101", "location_id": .string(String(2201 + job.place)),
                ],
                in: "structure_links",
                &store
            )
        }
        let isDraft = job.status == "draft"
        let isOver = ["closed", "filled", "archived", "cancelled"].contains(job.status)
        let over = min(job.opened.adding(seconds: 77 * 86_400), SandboxWorld.defaultNow.adding(seconds: -259_200))
        let currency = place.countryCode == "GB" ? "GBP" : place.countryCode == "US" ? "USD" : "EUR"
        let list: ([String]) -> JSONValue = { items in
            .string("<ul>" + items.map { "<li>\($0)</li>" }.joined() + "</ul>")
        }
        let values: KeyValuePairs<String, JSONValue> = [
            "title": .string(job.title), "status": .string(job.status), "visibility": .string(job.visibility),
            "description": .string("<p>\(job.summary)</p>"), "key_responsibilities": list(job.duties),
            "key_responsibilities_header": "What you will do", "skills_knowledge_expertise": list(job.skills),
            "skills_knowledge_expertise_header": "What you bring",
            "external_key_responsibilities_header": "What you will do",
            "external_skills_knowledge_expertise_header": "What you bring", "benefits_header": "Benefits",
            "external_benefits_header": "Benefits", "employment_type": "full_time",
            "employment_type_text": "Full Time", "workplace_type": job.place == 4 ? "remote" : "hybrid",
            "workplace_type_text": job.place == 4 ? "Remote" : "Hybrid",
            "headcount_maximum": job.number == 8899 ? 2 : 1,
            "headcount_maximum_enabled": true,
        ]
        let more: KeyValuePairs<String, JSONValue> = [
            "compensation_minimum": .integer(job.salary - 4000), "compensation_maximum": .integer(job.salary + 4000),
            "compensation": .string("\(currency) \(job.salary - 4000) - \(job.salary + 4000) / year"),
            "compensation_currency": .string(currency), "compensation_frequency": "year",
            "is_compensation_visible": true, "compensation_visible": true, "blind_screening": false,
            "require_phone": false, "ask_for_address": false, "remote": .bool(job.place == 4), "linkedin": false,
            "notify": true, "referrals_enabled": false, "requisition_id": .string("LRK-\(job.number)"),
            "uuid": .string(StableID.uuid("pinpoint job", job.number, seed: seed)),
            "url": .string("https://larkfield.pinpointhq.com/en/jobs/\(id)"), "path": .string("/en/jobs/\(id)"),
            "application_form_url": .string("https://larkfield.pinpointhq.com/en/jobs/\(id)/applications/new"),
            "country_code": .string(place.countryCode), "opened_at": isDraft ? .null : PinpointTime.value(job.opened),
            "closed_at": isOver ? PinpointTime.value(over) : .null,
            "filled_at": job.status == "filled" ? PinpointTime.value(over) : .null,
        ]
        let keys: KeyValuePairs<String, JSONValue> = [
            "department_id": .string(String(2001 + job.department)), "division_id": "2101", "company_id": "1",
            "location_id": .string(String(2201 + job.place)), "structure_link_id": .string(link),
            "hiring_manager_user_id": .string(PinpointSeeder.user(job.manager)),
            "hiring_user_id": .string(PinpointSeeder.user(job.manager)),
            "recruitment_manager_id": .string(PinpointSeeder.user(job.recruiter)),
            "recruitment_manager_user_id": .string(PinpointSeeder.user(job.recruiter)),
            "creator_user_id": .string(PinpointSeeder.user(job.recruiter)),
            "users_emails_with_job_level_visibility": [.string(data.employees[job.manager].email)],
        ]
        let made = job.opened.adding(seconds: -345_600)
        store.seed(id, in: "jobs") { row in
            row.fill(values)
            row.fill(more)
            row.fill(keys)
            row.fill(times(made, isOver ? over : job.opened))
        }
        for stage in SeedStage.allCases {
            addStage(PinpointSeeder.stage(job, stage), stage, job.assessment, "Job", id, to: &store)
        }
        put(
            String(20_000 + job.number),
            [
                "name": .string(job.title + " (default)"), "title": .string(job.title),
                "status": isDraft || isOver ? "inactive" : "active", "default_for_job": true, "job_id": .string(id),
                "location_id": .string(String(2201 + job.place)), "compensation_visible": true,
                "employment_type": "full_time", "employment_type_text": "Full Time",
                "url": .string("https://larkfield.pinpointhq.com/en/postings/\(20_000 + job.number)"),
                "path": .string("/en/postings/\(20_000 + job.number)"),
            ],
            times(made),
            in: "job_postings",
            &store
        )
    }

    private func tags(_ person: SeedData.Person) -> [JSONValue] {
        person.tags.map { ["name": .string(SeedWords.tags[$0]), "context": "custom_green"] }
    }

    private func files(_ person: SeedData.Person, _ number: String) -> JSONValue {
        let name = "\(person.first)-\(person.last)-cv.pdf".lowercased()
        let url = "https://larkfield.pinpointhq.com/rails/active_storage/blobs/redirect/\(number)/\(name)"
        return [["context": "cv", "filename": .string(name), "url": .string(url)]]
    }

    private func contact(_ person: SeedData.Person, _ data: SeedData) -> Contact {
        let place = data.places[person.place]
        return [
            "first_name": .string(person.first), "last_name": .string(person.last), "full_name": .string(person.name),
            "email": .string(person.email), "phone": .string(person.phone), "phone_iso2": "GB",
            "town": .string(place.city), "postcode": .string(place.postcode), "country": .string(place.country),
            "state_province": place.region.map { .string($0) } ?? .null, "locale": "en",
        ]
    }

    private typealias Contact = KeyValuePairs<String, JSONValue>

    private func addPeople(_ data: SeedData, _ contacts: [Contact], to store: inout Store) {
        var latest: [Timestamp?] = Array(repeating: nil, count: data.people.count)
        for application in data.applications {
            latest[application.person] = max(latest[application.person] ?? application.changed, application.changed)
        }
        for (index, person) in data.people.enumerated() {
            let id = PinpointSeeder.candidate(index)
            store.seed(id, in: "candidates") { row in
                row.fill(contacts[index])
                row.fill(["blocked": false, "tags": .array(tags(person)), "attachments": files(person, id)])
                row.fill(times(person.created, latest[index]))
            }
        }
        put(
            "2801",
            [
                "value": "8", "field_name": "Notice period (weeks)", "custom_field_id": "2701",
                "custom_attributable_id": .string(String(SeedCast.sarahCandidate)),
                "custom_attributable_type": "Candidate",
                "custom_attributable_key": .string("Candidate:\(SeedCast.sarahCandidate)"),
            ],
            times(SeedCompany.day("2026-10-19", hour: 14)),
            in: "custom_attributes",
            &store
        )
    }

    private func addApplication(
        _ application: SeedData.Application,
        id number: Int,
        _ contact: Contact,
        _ data: SeedData,
        to store: inout Store
    ) {
        let id = String(number)
        let job = data.jobs[application.job]
        let person = data.people[application.person]
        let place = data.places[person.place]
        let entered = application.visits.last?.entered
        let furthest = application.visits.last { $0.stage != .rejected }?.stage ?? .applied
        var tags = tags(person)
        if let reason = application.reason {
            tags.append(["name": .string(SeedWords.archiveReasons[reason].text), "context": "rejection"])
        }
        let own: KeyValuePairs<String, JSONValue> = [
            "uuid": .string(StableID.uuid("pinpoint application", number, seed: seed)),
            "candidate_id": .string(PinpointSeeder.candidate(application.person)),
            "job_id": .string(String(job.number)),
            "job_posting_id": .string(String(20_000 + job.number)),
            "stage_id": .string(PinpointSeeder.stage(job, application.stage)),
            "furthest_stage_id": .string(PinpointSeeder.stage(job, furthest)),
            "stage_entered_at": PinpointTime.value(entered), "summary": .string(application.summary),
            "channel": .string(SeedWords.sources[application.source].channel),
            "channel_source": .string(SeedWords.sources[application.source].title),
            "linkedin_url": .string("https://www.linkedin.com/in/example-\(application.person)"),
            "country_code": .string(place.countryCode), "country_name": .string(place.country),
            "hired_at": application.stage == .hired ? PinpointTime.value(entered) : .null,
            "rejected_at": application.stage == .rejected ? PinpointTime.value(entered) : .null,
            "internal_candidate": .bool(job.visibility == "internal"), "concealed": false, "is_demo": false,
            "attachments": files(person, id), "tags": .array(tags),
        ]
        store.seed(id, in: "applications") { row in
            row.fill(contact)
            row.fill(own)
            row.fill(times(application.created, application.changed))
        }
        addTalk(application, id, job, to: &store)
    }

    private func addTalk(
        _ application: SeedData.Application,
        _ id: String,
        _ job: SeedData.Job,
        to store: inout Store
    ) {
        for note in application.notes {
            let user = PinpointSeeder.user(note.author)
            put(
                String(60_000 + store.nextNumber("comments")),
                [
                    "body_text": .string(note.text), "commentable_id": .string(id), "commentable_type": "Application",
                    "commentable_key": .string("Application:\(id)"), "private_comment": false, "user_id": .string(user),
                ],
                times(note.at),
                in: "comments",
                &store
            )
            guard let score = note.score, note.stage != .phone else { continue }
            let card = String(70_000 + store.nextNumber("user_scorecards"))
            let scorecard = note.stage == .final ? "2603" : job.assessment.hasPrefix("Technical") ? "2601" : "2602"
            put(
                card,
                [
                    "name": .string(note.stage.pinpointName(job.assessment)), "status": "completed",
                    "sentiment": score >= 3 ? "yes" : "no", "summary": .string(note.text),
                    "completed_at": PinpointTime.value(note.at), "locked": true, "application_id": .string(id),
                    "scorecard_id": .string(scorecard), "user_id": .string(user),
                ],
                in: "user_scorecards",
                &store
            )
            put(
                String(80_000 + store.nextNumber("scorecard_ratings")),
                [
                    "score": .integer(score), "user_id": .string(user), "application_id": .string(id),
                    "user_scorecard_id": .string(card),
                ],
                in: "scorecard_ratings",
                &store
            )
        }
        for meeting in application.meetings {
            let interview = String(50_000 + store.nextNumber("interviews"))
            let end = meeting.start.adding(seconds: Double(meeting.minutes * 60))
            put(
                interview,
                [
                    "start_at": PinpointTime.value(meeting.start), "end_at": PinpointTime.value(end),
                    "interviewable_id": .string(id), "interviewable_type": "Application",
                    "status": end < SandboxWorld.defaultNow ? "completed" : "scheduled",
                    "stage_id": .string(PinpointSeeder.stage(job, meeting.stage)),
                ],
                times(meeting.booked),
                in: "interviews",
                &store
            )
            for (position, user) in meeting.interviewers.enumerated() {
                let part = String(55_000 + store.nextNumber("interview_parts"))
                put(
                    part,
                    [
                        "interview_id": .string(interview), "company_id": "1", "position": .integer(position + 1),
                        "conferencing_provider_name": "Example Meet",
                        "conferencing_join_url": .string("https://meet.example/\(interview)"),
                        "interviewing_user_id": .string(PinpointSeeder.user(user)),
                    ],
                    in: "interview_parts",
                    &store
                )
            }
        }
        guard let offer = application.offer else { return }
        let result = ["Accepted": "accepted", "Declined": "declined"][offer.answer] ?? "pending"
        put(
            String(90_000 + store.nextNumber("offers")),
            [
                "application_id": .string(id), "stage_id": .string(PinpointSeeder.stage(job, .offer)),
                "creator_id": .string(PinpointSeeder.user(job.recruiter)),
                "manager_id": .string(PinpointSeeder.user(job.manager)), "job_title": .string(job.title),
                "salary_amount": .integer(offer.salary), "salary_currency": "GBP", "salary_period": "year",
                "paid_days_off": 27, "start_on": .string(offer.made.adding(seconds: 60 * 86_400).isoDate),
                "status": result == "pending" ? "open" : "closed", "result": .string(result),
                "sent_at": PinpointTime.value(offer.made), "signature_type": "e_signature",
            ],
            in: "offers",
            &store
        )
    }
}
