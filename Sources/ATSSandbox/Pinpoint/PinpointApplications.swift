import Basics
import JSON

extension PinpointCatalog {
    static let visibilities = ["internal", "external", "confidential", "private_job"]
    private static let channels = [
        "undetermined", "other", "direct", "recruiter", "manual", "invited", "employee_referral",
        "web_traffic_referral", "paid_search", "organic_search", "social", "paid_social", "email", "job_board",
        "paid_job_board", "chrome_extension", "in_store", "event",
    ]

    static let applications = PinpointResource(
        type: "applications",
        className: "Application",
        operations: [.list, .get, .create, .update, .delete],
        attributes: applicationAttributes,
        hidden: ["furthest_stage_id", "stage_entered_at", "cv_text"],
        relationships: [
            .init("job", "jobs", .one("job_id"), .create, required: true),
            .init("job_posting", "job_postings", .one("job_posting_id"), .create),
            .init("stage", "stages", .one("stage_id"), .write),
            .init("furthest_stage", "stages", .one("furthest_stage_id")),
            .init("candidate", "candidates", .one("candidate_id"), .write),
            .init("hris_reference", "hris_exports", .none(many: false)),
            .init("onboarding_application", "onboarding_applications", .none(many: false)),
            .init("document_requests", "document_requests", .none(many: true)),
            .init("offers", "offers", .many("offers", key: "application_id")),
            .init("answers", "answers", .many("answers", key: "answerable_key", prefix: "Application:"), .create),
            .init(
                "custom_attributes",
                "custom_attributes",
                .many("custom_attributes", key: "custom_attributable_key", prefix: "Application:"),
                .write
            ),
            .init("structured_section_responses", "structured_section_responses", .none(many: true), .write),
            .init("scorecard_ratings", "scorecard_ratings", .many("scorecard_ratings", key: "application_id")),
            .init("scorecard_notes", "scorecard_notes", .many("scorecard_notes", key: "application_id")),
            .init("scorecard_answers", "scorecard_answers", .none(many: true)),
            .init("user_scorecards", "user_scorecards", .many("user_scorecards", key: "application_id")),
            .init("comments", "comments", .many("comments", key: "commentable_key", prefix: "Application:"), .write),
        ],
        filters: PinpointResource.timeFilters + [
            .init("uuid"), .init("candidate_id"), .init("external_system_reference"),
            .init("internal_candidate", allowed: ["true", "false"]), .init("job_id"), .init("job_posting_id"),
            .init("locale", allowed: ["de", "en", "es", "fr", "it", "nl", "pl", "pt"]), .init("stage_id"),
            .init(
                "stage_basic_type",
                .custom { row, values, store in
                    let type = row.text("stage_id").flatMap { store["stages"][$0]?.text("basic_type") }
                    return type.map { values.contains($0) } ?? false
                },
                allowed: ["applied", "rejected", "review", "interview", "hired", "offer"]
            ),
            .init("candidate_email", .folded("email")), .init("candidate_phone", .any("phone")),
            .init("job_visibility", .custom { _, _, _ in true }, allowed: visibilities),
            .init("concealed", allowed: ["true", "false"]),
        ],
        required: ["first_name", "last_name", "email"],
        indexed: ["candidate_id", "job_id", "stage_id", "external_system_reference", "uuid"],
        computed: [
            "average_rating": { row, store, _ in
                let scores = store["scorecard_ratings"].rows(where: "application_id", is: row.id)
                    .compactMap { $0["score"].integer }
                return scores.isEmpty ? .null : .double(Double(scores.reduce(0, +)) / Double(scores.count))
            },
            "days_in_current_stage": { row, _, now in
                let entered = row.text("stage_entered_at").flatMap { Timestamp(iso8601: $0) }
                return entered.map { .integer(now.days(since: $0)) } ?? .null
            },
        ],
        confidentiality: (
            visibility: { row, store in row.text("job_id").flatMap { store["jobs"][$0]?.text("visibility") } },
            filters: ["job_visibility"]
        ),
        beforeCreate: { (write) throws(PinpointFailure) in try createApplication(&write) },
        beforeUpdate: { (write) throws(PinpointFailure) in try updateApplication(&write) }
    )

    private static let applicationAttributes: [PinpointResource.Attribute] =
        [
            .init("uuid"), .init("created_at", .instant), .init("updated_at", .instant), .init("candidate_id", .id),
            .init("job_id", .id), .init("job_posting_id", .id), .init("stage_id", .id),
            .init("first_name", .text, .write), .init("last_name", .text, .write),
            .init("preferred_name", .text, .write), .init("full_name"), .init("email", .text, .write),
            .init("phone", .text, .write), .init("phone_iso2", .text, .write), .init("date_of_birth", .date, .write),
            .init("linkedin_url", .text, .write), .init("summary", .text, .create),
            .init("preferred_pronouns", .text, .write), .init("locale", .text, .write),
            .init("channel", .text, .write, allowed: channels), .init("channel_source", .text, .write),
            .init("address1", .text, .write), .init("address2", .text, .write), .init("town", .text, .write),
            .init("state_province", .text, .write), .init("postcode", .text, .write), .init("country", .text, .write),
            .init("country_code"), .init("country_code_alpha3"), .init("country_name"), .init("national_identifier"),
            .init("external_system_reference", .text, .write), .init("hired_at", .instant, .write),
            .init("rejected_at", .instant), .init("start_on", .date, .write), .init("internal_candidate", .boolean),
            .init("concealed", .boolean), .init("is_demo", .boolean, .write), .init("ai_score", .object),
            .init("attachments", .list, extra: true), .init("average_rating", .number, extra: true),
            .init("tags", .list, extra: true), .init("days_in_current_stage", .integer, extra: true),
        ] + applicationWrites

    private static let applicationWrites: [PinpointResource.Attribute] = [
        .init("add_tag_with_context", .object, .write, writeOnly: true),
        .init("add_tags_with_context", .list, .write, writeOnly: true),
        .init("remove_tag_with_context", .object, .write, writeOnly: true),
        .init("cv_base64_data", .text, .write, writeOnly: true),
        .init("cv_base64_filename", .text, .write, writeOnly: true),
        .init("cv_signed_id", .text, .write, writeOnly: true),
        .init("cover_letter_base64_data", .text, .write, writeOnly: true),
        .init("cover_letter_base64_filename", .text, .write, writeOnly: true),
        .init("create_pdf_application", .boolean, .write, writeOnly: true),
        .init("documents_base64", .list, .write, writeOnly: true),
        .init("equality_monitoring_option_ids", .list, .create, writeOnly: true),
        .init("skip_notifications_on_create", .boolean, .create, writeOnly: true),
    ]

    private static func createApplication(_ write: inout PinpointWrite) throws(PinpointFailure) {
        try checkPerson(&write)
        guard let jobID = write.row.text("job_id"), let job = write.store["jobs"][jobID] else {
            throw .invalid(relationship: "job", "must exist")
        }
        if job["require_phone"] == true, (write.row.text("phone") ?? "").isEmpty {
            throw .invalid("phone", "can't be blank")
        }
        write.row["full_name"] = fullName(write.row)
        let number = write.store.nextNumber("applications")
        write.row["uuid"] = .string(StableID.uuid("pinpoint application", number, seed: write.seed))
        for (name, value) in [("internal_candidate", false), ("concealed", false)] { write.row[name] = .bool(value) }
        if write.row["is_demo"].isNull { write.row["is_demo"] = false }
        if write.row["locale"].isNull { write.row["locale"] = "en" }
        if write.row["channel"].isNull { write.row["channel"] = "undetermined" }
        write.row["tags"] = []
        write.row["attachments"] = []
        let stages = write.store["stages"].rows(where: "stageable_key", is: "Job:\(jobID)")
        if write.row["stage_id"].isNull {
            guard let first = stages.first(where: { $0.text("basic_type") == "applied" }) else {
                throw .invalid(relationship: "stage", "must exist")
            }
            write.row["stage_id"] = .string(first.id)
        }
        if write.row["candidate_id"].isNull {
            let email = write.row.text("email") ?? ""
            let known = write.store["candidates"].rows(where: "email", is: email).first?.id
            write.row["candidate_id"] = .string(known ?? addCandidate(&write))
        }
        try enterStage(&write)
        try changeTags(&write)
    }

    private static func addCandidate(_ write: inout PinpointWrite) -> String {
        var values: JSONObject = ["blocked": false, "tags": [], "attachments": []]
        for name in [
            "first_name", "last_name", "preferred_name", "full_name", "email", "phone", "phone_iso2", "date_of_birth",
            "address1", "address2", "town", "state_province", "postcode", "country", "locale",
        ] { values[name] = write.row[name] }
        return write.add("candidates", values)
    }

    private static func updateApplication(_ write: inout PinpointWrite) throws(PinpointFailure) {
        try checkPerson(&write)
        write.row["full_name"] = fullName(write.row)
        for name in ["stage", "candidate"] where write.links[name]?.isEmpty == true {
            throw .invalid(relationship: name, "must exist")
        }
        if write.row["stage_id"] != (write.before?["stage_id"] ?? .null) { try enterStage(&write) }
        try changeTags(&write)
    }

    /// Notes when a stage was reached, and what the stage means for the application.
    private static func enterStage(_ write: inout PinpointWrite) throws(PinpointFailure) {
        let jobKey = "Job:" + (write.row.text("job_id") ?? "")
        guard let id = write.row.text("stage_id"), let stage = write.store["stages"][id],
            stage.text("stageable_key") == jobKey
        else { throw .invalid(relationship: "stage", "must belong to the job") }
        write.row["stage_entered_at"] = write.time
        let type = stage.text("basic_type")
        write.row["rejected_at"] = type == "rejected" ? write.time : .null
        if type == "hired" {
            if write.row["hired_at"].isNull { write.row["hired_at"] = write.time }
        } else if write.attributes["hired_at"] == nil {
            write.row["hired_at"] = .null
        }
        let furthest = write.row.text("furthest_stage_id").flatMap { write.store["stages"][$0]?["position"].integer }
        if type != "rejected", (stage["position"].integer ?? 0) > (furthest ?? 0) {
            write.row["furthest_stage_id"] = .string(id)
        }
    }

    /// Adds and removes the name and context pairs that Pinpoint calls tags.
    static func changeTags(_ write: inout PinpointWrite) throws(PinpointFailure) {
        var tags = write.row["tags"].array ?? []
        func pair(_ value: JSONValue, _ attribute: String) throws(PinpointFailure) -> JSONValue {
            guard let name = (value["tag"] ?? value["name"])?.string, let context = value["context"]?.string else {
                throw .invalid(attribute, "needs a tag and a context")
            }
            return ["name": .string(name), "context": .string(context)]
        }
        var added = write.attributes["add_tags_with_context"]?.array ?? []
        if let one = write.attributes["add_tag_with_context"], !one.isNull { added.append(one) }
        for value in added {
            let tag = try pair(value, "add_tag_with_context")
            if !tags.contains(tag) { tags.append(tag) }
        }
        if let removed = write.attributes["remove_tag_with_context"], !removed.isNull {
            let tag = try pair(removed, "remove_tag_with_context")
            tags.removeAll { $0 == tag }
        }
        write.row["tags"] = .array(tags)
    }
}
