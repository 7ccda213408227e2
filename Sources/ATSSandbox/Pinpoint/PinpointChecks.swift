import Basics
import JSON

extension PinpointCatalog {
    /// What is checked about a person: references, background, assessments.
    static let checks: [PinpointResource] = [
        backgroundChecksResource, referenceChecksResource, candidateAssessmentsResource, oneWayVideoInterviewsResource,
    ]

    private static let backgroundChecksResource = PinpointResource(
        type: "background_checks",
        className: "BackgroundCheck",
        operations: [.list, .get, .create, .update],
        attributes: [
            .init("name", .text, .write), .init("application_id", .id), .init("external_uid", .text, .write),
            .init(
                "provider_code",
                .text,
                .create,
                allowed: [
                    "example_check", "certn", "checkr", "creative_services_inc", "sterling", "zinc", "trust_id",
                    "first_advantage_kyp", "first_advantage", "hire_right", "yoti", "ucheck", "certn_centric", "manual",
                ]
            ),
            .init(
                "status",
                .text,
                .write,
                allowed: [
                    "expired", "pending", "disputed", "suspended", "under_review", "not_eligible", "completed", "error",
                    "received", "invited", "consider", "pre_adverse_action", "engaged", "clear", "review", "analyzing",
                    "returned", "partial", "no_result", "upgrade", "action_required", "in_dispute", "sent", "canceled",
                    "adverse_action", "archive", "hold", "passed", "deal_broken", "deleted", "ongoing",
                    "awaiting_applicant_submission", "in_progress", "submitted_to_source", "client_action_required",
                    "applicant_action_required", "pending_quality_review", "in_quality_review", "superseded",
                    "pending_fulfillment", "draft", "ready_for_review", "pending_adjudication", "invite_expired",
                    "invite_incomplete", "cancelled_invite",
                ]
            ), .init("is_completed", .boolean, .write), .init("result", .text, .write),
            .init("result_details", .object), .init("result_url", .text, .write), .init("created_at", .instant),
            .init("updated_at", .instant),
        ],
        relationships: [.init("application", "applications", .one("application_id"), .create, required: true)],
        filters: PinpointResource.timeFilters + [
            .init("external_uid"), .init("application_id"),
            .init(
                "status",
                allowed: [
                    "expired", "pending", "disputed", "suspended", "under_review", "not_eligible", "completed", "error",
                    "received", "invited", "consider", "pre_adverse_action", "engaged", "clear", "review", "analyzing",
                    "returned", "partial", "no_result", "upgrade", "action_required", "in_dispute", "sent", "canceled",
                    "adverse_action", "archive", "hold", "passed", "deal_broken", "deleted", "ongoing",
                    "awaiting_applicant_submission", "in_progress", "submitted_to_source", "client_action_required",
                    "applicant_action_required", "pending_quality_review", "in_quality_review", "superseded",
                    "pending_fulfillment", "draft", "ready_for_review", "pending_adjudication", "invite_expired",
                    "invite_incomplete", "cancelled_invite",
                ]
            ),
            .init(
                "provider_code",
                allowed: [
                    "example_check", "certn", "checkr", "creative_services_inc", "sterling", "zinc", "trust_id",
                    "first_advantage_kyp", "first_advantage", "hire_right", "yoti", "ucheck", "certn_centric", "manual",
                ]
            ),
        ],
        indexed: ["application_id"]
    )

    private static let referenceChecksResource = PinpointResource(
        type: "reference_checks",
        className: "ReferenceCheck",
        operations: [.list, .get],
        attributes: [
            .init("reference_check_request_id", .id), .init("reference_check_template_name"), .init("reference_type"),
            .init("reference_checkable_id", .id), .init("reference_checkable_type"), .init("status"),
            .init("candidate_consented_at", .instant), .init("referee_details_submitted_at", .instant),
            .init("referee_details_submitted_by"), .init("referee_details_last_edited_at", .instant),
            .init("referee_details_last_edited_by"), .init("reference_submitted_at", .instant),
            .init("reference_submitted_by"), .init("referee_name", extra: true), .init("referee_email", extra: true),
            .init("created_at", .instant), .init("updated_at", .instant),
        ],
        relationships: [
            .init("reference_checkable", "applications", .one("reference_checkable_id")),
            .init("reference_check_field_answers", "reference_check_field_answers", .none(many: true)),
            .init("reference_check_answers", "reference_check_answers", .none(many: true)),
        ],
        filters: PinpointResource.timeFilters + [
            .init("reference_checkable_id"), .init("reference_checkable_type"),
            .init(
                "status",
                allowed: [
                    "approved", "not_required", "referee_declined", "referee_details_received", "reference_received",
                    "rejected", "review_required", "sent_to_candidate", "sent_to_referee", "unattainable",
                    "undeliverable",
                ]
            ), .init("application_id", .any("reference_checkable_id")),
            .init("job_id", .custom { row, values, store in ofJob(row, values, store) }),
        ],
        indexed: ["reference_checkable_id"]
    )

    private static let candidateAssessmentsResource = PinpointResource(
        type: "candidate_assessments",
        className: "CandidateAssessment",
        operations: [.list, .get, .create, .update],
        attributes: [
            .init("assessment_name", .text, .write), .init("application_id", .id), .init("external_uid", .text, .write),
            .init(
                "provider_code",
                .text,
                .create,
                allowed: [
                    "example_assessment", "alva_labs", "bryq", "canditech", "cappfinity", "codility", "criteria",
                    "hacker_rank", "outmatch", "predictive_index", "test_gorilla", "shl",
                ]
            ),
            .init(
                "status",
                .text,
                .write,
                allowed: ["pending", "completed", "abandoned", "failed", "cancelled", "archived", "not_started"]
            ), .init("result", .text, .write), .init("result_details", .object), .init("result_url", .text, .write),
            .init("created_at", .instant), .init("updated_at", .instant),
        ],
        relationships: [.init("application", "applications", .one("application_id"), .create, required: true)],
        filters: PinpointResource.timeFilters + [
            .init("external_uid"), .init("application_id"),
            .init(
                "status",
                allowed: ["pending", "completed", "abandoned", "failed", "cancelled", "archived", "not_started"]
            ),
            .init(
                "provider_code",
                allowed: [
                    "example_assessment", "alva_labs", "bryq", "canditech", "cappfinity", "codility", "criteria",
                    "hacker_rank", "outmatch", "predictive_index", "test_gorilla", "shl",
                ]
            ),
        ],
        sorts: ["created_at", "updated_at"],
        indexed: ["application_id"]
    )

    private static let oneWayVideoInterviewsResource = PinpointResource(
        type: "one_way_video_interviews",
        className: "OneWayVideoInterview",
        operations: [.list, .get],
        attributes: [
            .init("application_id", .id), .init("interview_name"), .init("interview_description"),
            .init("interview_stage"), .init("num_questions", .integer), .init("sent_at", .instant),
            .init("responded_at", .instant), .init("status"), .init("total_time_spent_mins", .number, extra: true),
            .init("time_to_complete_hours", .number, extra: true), .init("created_at", .instant),
            .init("updated_at", .instant),
        ],
        relationships: [.init("application", "applications", .one("application_id"))],
        filters: PinpointResource.timeFilters + [
            .init("application_id"), .init("status", allowed: ["Completed", "Incomplete"]),
            .init("job_id", .custom { row, values, store in ofJob(row, values, store) }),
            .init("job_visibility", .custom { _, _, _ in true }, allowed: visibilities),
        ],
        indexed: ["application_id"],
        confidentiality: (
            visibility: { row, store in
                let job = row.text("application_id").flatMap { store["applications"][$0]?.text("job_id") }
                return job.flatMap { store["jobs"][$0]?.text("visibility") }
            },
            filters: ["job_visibility"]
        )
    )

    /// Whether the application of a record is for one of the jobs.
    static func ofJob(_ row: Row, _ jobs: [String], _ store: Store) -> Bool {
        let id = row.text("application_id") ?? row.text("reference_checkable_id")
        return id.flatMap { store["applications"][$0]?.text("job_id") }.map { jobs.contains($0) } ?? false
    }
}
