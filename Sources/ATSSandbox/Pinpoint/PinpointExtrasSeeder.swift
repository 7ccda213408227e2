import Basics
import JSON

/// The records around applications: the pipeline, requisitions, checks, questions and surveys.
struct PinpointExtrasSeeder {
    let data: SeedData
    private let start = SeedCompany.day("2024-01-08", hour: 9)

    private func put(
        _ id: String,
        in type: String,
        _ store: inout Store,
        _ values: KeyValuePairs<String, JSONValue>
    ) {
        let time = PinpointTime.value(start)
        store.seed(id, in: type) { row in
            row.fill(values)
            row.fill(["created_at": time, "updated_at": time])
        }
    }

    func add(to store: inout Store) {
        put("3101", in: "structure_custom_group_ones", &store, ["name": "Ferries", "title": "Business line"])
        put("3201", in: "requisition_templates", &store, ["name": "New seat", "has_enforced_maximum_headcount": false])
        for (index, title) in ["Night planner", "Second controller"].enumerated() {
            put(
                String(3211 + index),
                in: "requisitions",
                &store,
                [
                    "identifier": .string("REQ-\(index + 1)"), "name": .string(title),
                    "status": index == 0 ? "pending_approval" : "approved", "creator_id": "3002",
                    "requisition_template_id": "3201",
                ]
            )
        }
        put("3301", in: "positions", &store, ["identifier": "POS-1", "name": "Head of Planning"])
        put(
            "3302",
            in: "positions",
            &store,
            ["identifier": "POS-2", "name": "Planner", "parent_position_id": "3301"]
        )
        put("3401", in: "job_templates", &store, ["title": "Engineer"])
        put(
            "3501",
            in: "equality_monitoring_categories",
            &store,
            ["name": "Age", "enabled": true, "equality_monitoring_template_id": "1"]
        )
        put("3601", in: "structured_sections", &store, ["title": "Education", "internal_name": "education"])
        for (index, title) in ["When could you start?", "Do you need a visa?"].enumerated() {
            put(
                String(3701 + index),
                in: "questions",
                &store,
                [
                    "title": .string(title), "question_type": index == 0 ? "short_text" : "boolean", "required": false,
                    "banked": true, "questionable_id": "1234",
                ]
            )
        }
        addPeople(to: &store)
    }

    private func addPeople(to store: inout Store) {
        let names = [("Ottilie", "Brandvold"), ("Kwame", "Asante-Reid"), ("Lucia", "Ferraro")]
        for (index, name) in names.enumerated() {
            put(
                String(3801 + index),
                in: "job_seekers",
                &store,
                [
                    "first_name": .string(name.0), "last_name": .string(name.1),
                    "full_name": .string(name.0 + " " + name.1), "tags": [], "attachments": [],
                    "email": .string("\(name.0).\(name.1)@mail.example".lowercased()), "locale": "en",
                    "channel": "recruiter", "summary": "Met at a fair; open to a move next year.",
                ]
            )
        }
        let listed = store["applications"].rows(where: "job_id", is: "8899").prefix(3).map(\.id)
        for (index, application) in listed.enumerated() {
            put(
                String(3901 + index),
                in: "background_checks",
                &store,
                [
                    "name": "Identity", "application_id": .string(application), "external_uid": .string("bg-\(index)"),
                    "provider_code": "example", "status": "completed", "is_completed": true, "result": "clear",
                ]
            )
            put(
                String(4001 + index),
                in: "candidate_assessments",
                &store,
                [
                    "assessment_name": "Reasoning", "application_id": .string(application),
                    "external_uid": .string("as-\(index)"), "provider_code": "example", "status": "completed",
                    "result": .string(String(60 + index * 9)),
                ]
            )
            put(
                String(4101 + index),
                in: "candidate_surveys",
                &store,
                ["comment": "Quick and friendly.", "rating": .integer(4), "application_id": .string(application)]
            )
            put(
                String(4201 + index),
                in: "one_way_video_interviews",
                &store,
                [
                    "application_id": .string(application), "interview_name": "Introduction", "num_questions": 3,
                    "status": "sent",
                ]
            )
        }
        guard let first = listed.first else { return }
        put(
            "4301",
            in: "onboarding_applications",
            &store,
            ["application_id": .string(first), "status": "in_progress", "start_at": "2026-12-01T09:00:00+00:00"]
        )
        put(
            "4401",
            in: "reference_checks",
            &store,
            [
                "reference_checkable_id": .string(first), "reference_checkable_type": "Application",
                "reference_check_template_name": "Former manager", "status": "requested",
                "referee_name": "Harriet Lowe", "referee_email": "h.lowe@mail.example",
            ]
        )
        put(
            "4501",
            in: "answers",
            &store,
            [
                "title": "When could you start?", "question_type": "short_text", "text_answer": "In four weeks.",
                "question_id": "3701", "answerable_id": .string(first), "answerable_type": "Application",
                "answerable_key": .string("Application:\(first)"),
            ]
        )
    }
}
