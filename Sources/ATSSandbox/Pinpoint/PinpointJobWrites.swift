import Basics
import JSON

extension PinpointCatalog {
    /// What a caller cannot set on a job.
    static let computedJobAttributes: Set<String> = [
        "key_responsibilities_header", "skills_knowledge_expertise_header", "benefits_header", "employment_type_text",
        "workplace_type_text", "deadline_at", "compensation_visible", "diversity_monitoring_requirement", "remote",
        "uuid", "url", "path", "application_form_url", "country_code", "about_company_theme_section",
        "about_company_theme_section_header", "opened_at", "closed_at", "filled_at", "on_hold_in_seconds",
        "hiring_user_id", "recruitment_manager_user_id", "assigned_onboarding_process_id",
        "assigned_onboarding_process_name", "assigned_onboarding_candidate_owner_user_id",
        "assigned_onboarding_candidate_owner_user_email", "created_at", "updated_at",
    ]
    static let jobWrites: [PinpointResource.Attribute] = [
        .init("onboarding_process_id", .id, .write, writeOnly: true),
        .init("hiring_manager_user_email", .text, .create, writeOnly: true),
        .init("recruitment_manager_user_email", .text, .create, writeOnly: true),
    ]
    static let jobValues: [String: [String]] = [
        "status": [
            "draft", "pending_approval", "open", "closed", "archived", "hold", "cancelled", "filled", "preview",
        ],
        "visibility": visibilities, "workplace_type": ["onsite", "hybrid", "remote"],
        "compensation_frequency": ["hour", "day", "week", "month", "year"],
    ]

    /// Gives a new job its place in the structure, its stages and its posting.
    static func createJob(_ write: inout PinpointWrite) throws(PinpointFailure) {
        guard let link = write.row.text("structure_link_id"), let place = write.store["structure_links"][link] else {
            throw .invalid(relationship: "structure_link", "must exist")
        }
        for column in ["department_id", "division_id", "location_id"] where write.row[column].isNull {
            write.row[column] = place[column]
        }
        for (email, column) in [
            ("hiring_manager_user_email", "hiring_manager_user_id"),
            ("recruitment_manager_user_email", "recruitment_manager_id"),
        ] {
            guard let address = write.attributes[email]?.string else { continue }
            guard let user = write.store["users"].rows(where: "email", is: address).first else {
                throw .invalid(email, "must exist")
            }
            write.row[column] = .string(user.id)
        }
        guard let workflow = write.row.text("selected_hiring_workflow_id"),
            write.store["hiring_workflows"][workflow] != nil
        else { throw .invalid("selected_hiring_workflow_id", "must exist") }
        if write.row["visibility"].isNull { write.row["visibility"] = "external" }
        write.row["uuid"] = .string(StableID.uuid("new pinpoint job", Int(write.row.id) ?? 0, seed: write.seed))
        write.row["path"] = .string("/en/jobs/\(write.row.id)")
        write.row["url"] = .string("https://larkfield.pinpointhq.com/en/jobs/\(write.row.id)")
        write.row["company_id"] = "1"
        write.row["creator_user_id"] = .string(systemUser)
        try checkJob(&write)
        for stage in write.store["stages"].rows(where: "stageable_key", is: "HiringWorkflow:\(workflow)") {
            var values: JSONObject = [:]
            for name in ["name", "external_name", "basic_type", "position", "visible"] { values[name] = stage[name] }
            values["stageable_id"] = .string(write.row.id)
            values["stageable_type"] = "Job"
            values["stageable_key"] = .string("Job:\(write.row.id)")
            _ = write.add("stages", values)
        }
        _ = write.add(
            "job_postings",
            [
                "name": .string((write.row.text("title") ?? "") + " (default)"), "title": write.row["title"],
                "status": write.row["status"] == "open" ? "active" : "inactive", "default_for_job": true,
                "job_id": .string(write.row.id), "location_id": write.row["location_id"],
                "employment_type": write.row["employment_type"],
            ]
        )
    }

    static func updateJob(_ write: inout PinpointWrite) throws(PinpointFailure) {
        try checkJob(&write)
        let status = write.row.text("status")
        for var posting in write.store["job_postings"].rows(where: "job_id", is: write.row.id) {
            posting["status"] = status == "open" ? "active" : "inactive"
            write.store.put(posting, in: "job_postings")
        }
    }

    static func deleteJob(_ write: inout PinpointWrite) throws(PinpointFailure) {
        guard write.store["applications"].rows(where: "job_id", is: write.row.id).isEmpty else {
            throw .refused("Record is in use")
        }
        for (table, column) in [("stages", "stageable_id"), ("job_postings", "job_id")] {
            for row in write.store[table].rows(where: column, is: write.row.id) {
                write.store.remove(row.id, from: table)
            }
        }
    }

    /// An open job has to say what it is; opening and closing are dated.
    private static func checkJob(_ write: inout PinpointWrite) throws(PinpointFailure) {
        if (write.row.text("title") ?? "").isEmpty { throw .invalid("title", "can't be blank") }
        let status = write.row.text("status")
        if status == "open" {
            for name in ["description", "employment_type", "workplace_type"] where (write.row.text(name) ?? "").isEmpty
            {
                throw .invalid(name, "can't be blank")
            }
        }
        guard status != write.before?.text("status") else { return }
        switch status {
        case "open": write.row["opened_at"] = write.time
        case "closed", "archived": write.row["closed_at"] = write.time
        case "filled": write.row["filled_at"] = write.time
        default: return
        }
    }
}
