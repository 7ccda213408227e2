import JSON

extension PinpointCatalog {
    static let scorecards: [PinpointResource] = [
        PinpointResource(
            type: "scorecards",
            className: "Scorecard",
            attributes: [
                .init("name"), .init("interview_guidance"), .init("is_active", .boolean),
                .init("scorecardable_id", .id),
                .init("scorecardable_type"),
            ] + PinpointResource.times,
            relationships: [
                .init("scorecard_notes", "scorecard_notes", .many("scorecard_notes", key: "scorecard_id")),
                .init("scorecard_sections", "scorecard_sections", .none(many: true)),
                .init("user_scorecards", "user_scorecards", .many("user_scorecards", key: "scorecard_id")),
                .init("stages", "stages", .none(many: true)),
            ],
            filters: [.init("scorecardable_type")],
            sorts: ["id"]
        ),
        PinpointResource(
            type: "user_scorecards",
            className: "UserScorecard",
            operations: [],
            attributes: [
                .init("name"), .init("status"), .init("sentiment"), .init("summary"), .init("completed_at", .instant),
                .init("locked", .boolean),
            ],
            hidden: ["application_id", "scorecard_id", "user_id"],
            relationships: [
                .init("scorecard", "scorecards", .one("scorecard_id")),
                .init("scorecard_answers", "scorecard_answers", .none(many: true)),
                .init("scorecard_note", "scorecard_notes", .none(many: false)),
                .init("scorecard_ratings", "scorecard_ratings", .many("scorecard_ratings", key: "user_scorecard_id")),
                .init("user", "users", .one("user_id")),
            ],
            indexed: ["application_id", "scorecard_id"]
        ),
        PinpointResource(
            type: "scorecard_ratings",
            className: "ScorecardRating",
            operations: [],
            attributes: [.init("score", .integer), .init("user_id", .id)],
            hidden: ["application_id", "user_scorecard_id"],
            indexed: ["application_id", "user_scorecard_id"]
        ),
        PinpointResource(
            type: "scorecard_notes",
            className: "ScorecardNote",
            operations: [],
            attributes: [.init("body"), .init("user_id", .id)],
            hidden: ["application_id", "scorecard_id"],
            indexed: ["application_id", "scorecard_id"]
        ),
    ]
}
