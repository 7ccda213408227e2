import Basics
import JSON

extension PinpointCatalog {
    /// After the offer, and what people think of the process.
    static let onboarding: [PinpointResource] = [
        onboardingApplicationsResource, candidateSurveysResource, equalityMonitoringCategoriesResource,
    ]

    private static let onboardingApplicationsResource = PinpointResource(
        type: "onboarding_applications",
        className: "OnboardingApplication",
        operations: [.list, .get],
        attributes: [
            .init("start_at", .instant), .init("status"), .init("created_at", .instant), .init("updated_at", .instant),
        ],
        hidden: ["application_id"],
        relationships: [
            .init("application", "applications", .one("application_id")),
            .init("onboarding_answers", "onboarding_answers", .none(many: true)),
        ],
        filters: PinpointResource.timeFilters + [.init("application_id"), .init("start_at", .instant("start_at"))],
        sorts: ["id", "created_at", "start_at", "updated_at"],
        indexed: ["application_id"]
    )

    private static let candidateSurveysResource = PinpointResource(
        type: "candidate_surveys",
        className: "CandidateSurvey",
        operations: [.list, .get],
        attributes: [
            .init("comment"), .init("rating", .integer), .init("responded_at", .instant), .init("created_at", .instant),
            .init("updated_at", .instant),
        ],
        hidden: ["application_id"],
        relationships: [
            .init("application", "applications", .one("application_id")),
            .init("answers", "answers", .many("answers", key: "answerable_key", prefix: "CandidateSurvey:")),
        ],
        filters: PinpointResource.timeFilters + [
            .init("responded_at", .instant("responded_at")),
            .init("job_id", .custom { row, values, store in ofJob(row, values, store) }), .init("application_id"),
            .init(
                "responded",
                .custom { row, values, _ in values.contains(row["responded_at"].isNull ? "false" : "true") },
                allowed: ["true", "false"]
            ),
        ],
        sorts: ["id", "responded_at", "created_at", "updated_at"],
        indexed: ["application_id"]
    )

    private static let equalityMonitoringCategoriesResource = PinpointResource(
        type: "equality_monitoring_categories",
        className: "EqualityMonitoringCategory",
        operations: [.list, .get],
        attributes: [
            .init("name"), .init("enabled", .boolean), .init("equality_monitoring_template_id", .id),
            .init("created_at", .instant), .init("updated_at", .instant),
        ],
        relationships: [
            .init("equality_monitoring_template", "equality_monitoring_templates", .none(many: false)),
            .init("equality_monitoring_options", "equality_monitoring_options", .none(many: true)),
        ],
        filters: PinpointResource.timeFilters + [.init("enabled"), .init("equality_monitoring_template_id")]
    )
}
