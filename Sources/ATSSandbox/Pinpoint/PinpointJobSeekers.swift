import Basics
import JSON

extension PinpointCatalog {
    /// The talent pipeline: people who have not applied for a job yet.
    static let jobSeekers: [PinpointResource] = [jobSeekersResource]

    private static let jobSeekersResource = PinpointResource(
        type: "job_seekers",
        className: "JobSeeker",
        operations: [.list, .get, .create, .update, .delete],
        attributes: [
            .init("first_name", .text, .write), .init("last_name", .text, .write),
            .init("preferred_name", .text, .write), .init("full_name"), .init("email", .text, .write),
            .init("phone", .text, .write), .init("phone_iso2", .text, .write), .init("date_of_birth", .date, .write),
            .init("address1", .text, .write), .init("address2", .text, .write), .init("town", .text, .write),
            .init("state_province", .text, .write), .init("postcode", .text, .write), .init("country", .text, .write),
            .init("summary", .text, .write), .init("locale", .text, .write),
            .init("external_system_reference", .text, .write),
            .init(
                "channel",
                .text,
                .write,
                allowed: [
                    "undetermined", "other", "direct", "recruiter", "manual", "invited", "employee_referral",
                    "web_traffic_referral", "paid_search", "organic_search", "social", "paid_social", "email",
                    "job_board", "paid_job_board", "chrome_extension", "in_store", "event",
                    "Hidden due to blind screening",
                ]
            ), .init("channel_source", .text, .write),
            .init("pipeline_source", .text, .write, allowed: ["invited", "self_registered"]),
            .init("candidate_id", .id), .init("attachments", .list, extra: true),
            .init("average_rating", .number, extra: true), .init("tags", .list, extra: true),
            .init("created_at", .instant), .init("updated_at", .instant),
            .init("add_tag_with_context", .object, .write, writeOnly: true),
            .init("add_tags_with_context", .list, .write, writeOnly: true),
            .init("remove_tag_with_context", .object, .write, writeOnly: true),
            .init("cv_base64_data", .text, .write, writeOnly: true),
            .init("cv_base64_filename", .text, .write, writeOnly: true),
        ],
        relationships: [
            .init("answers", "answers", .many("answers", key: "answerable_key", prefix: "JobSeeker:"), .write),
            .init("candidate", "candidates", .one("candidate_id"), .write),
            .init("comments", "comments", .many("comments", key: "commentable_key", prefix: "JobSeeker:"), .write),
            .init(
                "custom_attributes",
                "custom_attributes",
                .many("custom_attributes", key: "custom_attributable_key", prefix: "JobSeeker:"),
                .write
            ),
            .init(
                "structured_section_responses",
                "structured_section_responses",
                .many("structured_section_responses", key: "answerable_key", prefix: "JobSeeker:"),
                .write
            ), .init("user_scorecards", "user_scorecards", .none(many: true)),
        ],
        filters: PinpointResource.timeFilters + [
            .init("candidate_id"), .init("external_system_reference"),
            .init("search", .words(["name", "full_name", "email", "summary"])),
        ],
        required: ["first_name", "last_name", "email"],
        indexed: ["candidate_id", "external_system_reference", "email"],
        beforeCreate: { (write) throws(PinpointFailure) in
            try checkPerson(&write)
            write.row["full_name"] = fullName(write.row)
            write.row["tags"] = []
            write.row["attachments"] = []
            try changeTags(&write)
        },
        beforeUpdate: { (write) throws(PinpointFailure) in
            try checkPerson(&write)
            write.row["full_name"] = fullName(write.row)
            try changeTags(&write)
        }
    )
}
