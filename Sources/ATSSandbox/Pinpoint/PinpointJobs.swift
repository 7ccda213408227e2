import Basics
import JSON

extension PinpointCatalog {
    static let jobs = PinpointResource(
        type: "jobs",
        className: "Job",
        operations: [.list, .get, .create, .update, .delete],
        attributes: jobAttributes.map(writable) + jobWrites,
        hidden: [
            "department_id", "division_id", "location_id", "structure_link_id", "company_id", "hiring_manager_user_id",
            "creator_user_id", "recruitment_manager_id", "structure_custom_group_one_id",
        ],
        relationships: [
            .init("department", "departments", .one("department_id"), .write),
            .init("division", "divisions", .one("division_id"), .write),
            .init("location", "locations", .one("location_id"), .write),
            .init(
                "structure_custom_group_one",
                "structure_custom_group_ones",
                .one("structure_custom_group_one_id"),
                .write
            ),
            .init("company", "companies", .one("company_id"), .write),
            .init("structure_link", "structure_links", .one("structure_link_id"), .write, required: true),
            .init("hiring_manager_user", "users", .one("hiring_manager_user_id"), .write),
            .init("recruitment_manager_user", "users", .one("recruitment_manager_id"), .write),
            .init("creator_user", "users", .one("creator_user_id")),
            .init("applications", "applications", .many("applications", key: "job_id")),
            .init("job_postings", "job_postings", .many("job_postings", key: "job_id")),
            .init("questions", "questions", .many("questions", key: "questionable_id"), .write),
            .init(
                "custom_attributes",
                "custom_attributes",
                .many("custom_attributes", key: "custom_attributable_key", prefix: "Job:"),
                .write
            ),
            .init("stages", "stages", .many("stages", key: "stageable_key", prefix: "Job:")),
        ],
        filters: jobFilters,
        sorts: ["id", "created_at", "updated_at", "opened_at"],
        required: ["title", "status", "selected_hiring_workflow_id"],
        indexed: ["external_system_reference", "structure_custom_group_one_id"],
        // The documented name is visibility; job_visibility is what some third-party pages say.
        confidentiality: (visibility: { row, _ in row.text("visibility") }, filters: ["visibility", "job_visibility"]),
        beforeCreate: { (write) throws(PinpointFailure) in try createJob(&write) },
        beforeUpdate: { (write) throws(PinpointFailure) in try updateJob(&write) },
        beforeDelete: { (write) throws(PinpointFailure) in try deleteJob(&write) }
    )

    /// An attribute as a caller may write it.
    private static func writable(_ attribute: PinpointResource.Attribute) -> PinpointResource.Attribute {
        var attribute = attribute
        guard !computedJobAttributes.contains(attribute.name) else { return attribute }
        attribute.access =
            ["requisition_id", "selected_hiring_workflow_id"].contains(attribute.name) ? .create : .write
        attribute.allowed = jobValues[attribute.name] ?? []
        return attribute
    }

    private static let jobFilters: [PinpointResource.Filter] =
        PinpointResource.timeFilters + [
            .init("uuid"), .init("external_system_reference"), .init("requisition_id"), .init("employment_type"),
            .init("workplace_type", allowed: ["onsite", "hybrid", "remote"]),
            .init("visibility", allowed: visibilities),
            .init("job_visibility", .any("visibility"), allowed: visibilities),
            .init(
                "status",
                allowed: [
                    "open", "closed", "archived", "pending_approval", "draft", "hold", "cancelled", "filled", "preview",
                ]
            ),
            .init("remote", allowed: ["true", "false"]), .init("department_id"),
            .init(
                "department_name",
                .custom { row, values, store in
                    named(row, "department_id", "departments", values, store)
                }
            ),
            .init("division_id"),
            .init(
                "division_name",
                .custom { row, values, store in
                    named(row, "division_id", "divisions", values, store)
                }
            ),
            .init("location_id"),
            .init(
                "location_name",
                .custom { row, values, store in
                    named(row, "location_id", "locations", values, store)
                }
            ),
            .init("structure_custom_group_one_id"),
            .init("structure_custom_group_one_name", .custom { _, _, _ in false }),
            .init("search", .words(["title"])),
            .init(
                "non_rejected_applications",
                .custom { row, values, store in
                    let least = values.first.flatMap { Int($0) } ?? 0
                    let rows = store["applications"].rows(where: "job_id", is: row.id)
                    return rows.count { $0["rejected_at"].isNull } >= least
                }
            ),
            .init("hiring_manager_user_id"), .init("recruitment_manager_user_id", .any("recruitment_manager_id")),
        ]

    private static func named(
        _ row: Row,
        _ column: String,
        _ table: String,
        _ values: [String],
        _ store: Store
    ) -> Bool {
        let name = row.text(column).flatMap { store[table][$0]?.text("name") }
        return name.map { values.contains($0) } ?? false
    }

    private static let jobAttributes: [PinpointResource.Attribute] =
        [
            .init("title"), .init("status"), .init("visibility"), .init("description"), .init("key_responsibilities"),
            .init("key_responsibilities_header"), .init("external_key_responsibilities_header"),
            .init("skills_knowledge_expertise"), .init("skills_knowledge_expertise_header"),
            .init("external_skills_knowledge_expertise_header"), .init("benefits"), .init("benefits_header"),
            .init("external_benefits_header"), .init("employment_type"), .init("employment_type_text"),
            .init("workplace_type"), .init("workplace_type_text"), .init("experience_level"), .init("reporting_to"),
            .init("headcount_maximum", .integer), .init("headcount_maximum_enabled", .boolean),
            .init("deadline_on", .date), .init("deadline_at", .instant), .init("compensation"),
            .init("compensation_minimum", .number), .init("compensation_maximum", .number),
            .init("compensation_currency"), .init("compensation_frequency"),
            .init("is_compensation_visible", .boolean), .init("compensation_visible", .boolean),
            .init("blind_screening", .boolean), .init("require_phone", .boolean), .init("ask_for_address", .boolean),
            .init("ask_for_date_of_birth", .boolean), .init("ask_for_linkedin_profile", .boolean),
            .init("ask_for_middle_name", .boolean), .init("resume_requirement"), .init("cover_letter_requirement"),
            .init("personal_summary_requirement"), .init("diversity_monitoring", .boolean),
            .init("diversity_monitoring_requirement"), .init("draft_job_additional_information"),
            .init("company_name_override"), .init("custom_country"), .init("custom_county"), .init("custom_town"),
            .init("is_remote_with_location_restrictions", .boolean), .init("remote", .boolean),
            .init("linkedin", .boolean), .init("linkedin_company_id"), .init("monster", .boolean),
            .init("talentdotcom", .boolean), .init("ziprecruiter", .boolean), .init("notify", .boolean),
            .init("referrals_enabled", .boolean), .init("referral_amount", .number), .init("referral_currency"),
            .init("referral_details"), .init("external_system_reference"), .init("requisition_id"),
            .init("selected_hiring_workflow_id", .id), .init("uuid"), .init("url"), .init("path"),
            .init("application_form_url"), .init("country_code"), .init("about_company_theme_section"),
            .init("about_company_theme_section_header"), .init("opened_at", .instant), .init("closed_at", .instant),
            .init("filled_at", .instant), .init("on_hold_in_seconds", .integer),
        ] + PinpointResource.times + [
            .init("hiring_user_id", .id, extra: true), .init("recruitment_manager_user_id", .id, extra: true),
            .init("assigned_onboarding_process_id", .id, extra: true),
            .init("assigned_onboarding_process_name", extra: true),
            .init("assigned_onboarding_candidate_owner_user_id", .id, extra: true),
            .init("assigned_onboarding_candidate_owner_user_email", extra: true),
            .init("users_emails_with_job_level_visibility", .list, extra: true),
        ]
}
