import JSON

extension PinpointCatalog {
    static let workflows: [PinpointResource] = [
        PinpointResource(
            type: "hiring_workflows",
            className: "HiringWorkflow",
            attributes: [.init("name"), .init("external_system_reference")] + PinpointResource.times,
            relationships: [
                .init("stages", "stages", .many("stages", key: "stageable_key", prefix: "HiringWorkflow:"))
            ],
            filters: PinpointResource.timeFilters + [.init("external_system_reference")]
        ),
        // Stages have no endpoint of their own: they come with jobs and workflows.
        PinpointResource(
            type: "stages",
            className: "Stage",
            operations: [],
            attributes: [
                .init("name"), .init("external_name"), .init("description"), .init("basic_type"),
                .init("position", .integer), .init("visible", .boolean), .init("external_system_reference"),
            ] + PinpointResource.times,
            hidden: ["stageable_id", "stageable_type", "stageable_key"],
            relationships: [
                .init("applications", "applications", .many("applications", key: "stage_id")),
                .init(
                    "stageable",
                    ["jobs", "hiring_workflows"],
                    .polymorphic(id: "stageable_id", type: "stageable_type")
                ),
            ],
            indexed: ["stageable_key"]
        ),
        PinpointResource(
            type: "job_postings",
            className: "JobPosting",
            attributes: [
                .init("name"), .init("title"), .init("status"), .init("default_for_job", .boolean),
                .init("description"), .init("compensation"), .init("compensation_visible", .boolean),
                .init("employment_type"), .init("employment_type_text"), .init("workplace_type"),
                .init("workplace_type_text"), .init("url"), .init("path"), .init("application_form_url"),
            ] + PinpointResource.times,
            hidden: ["job_id", "location_id"],
            relationships: [
                .init("job", "jobs", .one("job_id")), .init("location", "locations", .one("location_id")),
            ],
            filters: PinpointResource.timeFilters + [.init("job_id"), .init("status")],
            indexed: ["job_id"],
            // Postings of a confidential job would give it away.
            confidentiality: (
                visibility: { row, store in row.text("job_id").flatMap { store["jobs"][$0]?.text("visibility") } },
                filters: []
            )
        ),
    ]
}
