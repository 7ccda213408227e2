import Basics
import JSON

extension PinpointCatalog {
    static let interviews = PinpointResource(
        type: "interviews",
        className: "Interview",
        operations: [.list, .get, .update],
        attributes: [
            .init("start_at", .instant), .init("end_at", .instant), .init("interviewable_id", .id),
            .init("interviewable_type"), .init("presence"), .init("status"), .init("summary", .text, .write),
        ] + PinpointResource.times,
        hidden: ["stage_id", "interviewable_key"],
        relationships: [
            .init("stage", "stages", .one("stage_id")),
            .init("interview_parts", "interview_parts", .many("interview_parts", key: "interview_id")),
            .init(
                "interviewable",
                ["applications", "job_seekers"],
                .polymorphic(id: "interviewable_id", type: "interviewable_type")
            ),
        ],
        filters: PinpointResource.timeFilters + [
            .init("start_at", .instant("start_at")), .init("interviewable_id"), .init("interviewable_type"),
            .init("presence"), .init("job_visibility", .custom { _, _, _ in true }, allowed: visibilities),
        ],
        sorts: ["id", "start_at", "created_at", "updated_at"],
        indexed: ["interviewable_id"],
        confidentiality: (
            visibility: { row, store in
                let application = row.text("interviewable_id").flatMap { store["applications"][$0] }
                return application?.text("job_id").flatMap { store["jobs"][$0]?.text("visibility") }
            },
            filters: ["job_visibility"]
        )
    )
}
