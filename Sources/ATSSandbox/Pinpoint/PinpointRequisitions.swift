import Basics
import JSON

extension PinpointCatalog {
    /// Requests for headcount, and what they are made from.
    static let requisitions: [PinpointResource] = [
        requisitionsResource, requisitionTemplatesResource, positionsResource, jobTemplatesResource,
    ]

    private static let requisitionsResource = PinpointResource(
        type: "requisitions",
        className: "Requisition",
        operations: [.list, .get, .create, .update, .delete],
        attributes: [
            .init("identifier", .text, .create), .init("name", .text, .create), .init("status"),
            .init("creator_id", .id, .write), .init("requisition_template_id", .id), .init("job_id", .id),
            .init("created_at", .instant), .init("updated_at", .instant),
            .init("archive", .boolean, .write, writeOnly: true), .init("creator_email", .text, .write, writeOnly: true),
        ],
        relationships: [
            .init(
                "requisition_template",
                "requisition_templates",
                .one("requisition_template_id"),
                .create,
                required: true
            ), .init("creator", "users", .one("creator_id")),
            .init("requisition_details", "requisition_details", .none(many: true), .create),
        ],
        filters: PinpointResource.timeFilters + [.init("identifier")],
        required: ["name"],
        beforeCreate: { (write) throws(PinpointFailure) in
            // What comes over the API needs no approval.
            write.row["status"] = "approved"
            try checkCreator(&write)
        },
        beforeUpdate: { (write) throws(PinpointFailure) in
            if (write.row.text("name") ?? "").isEmpty { throw .invalid("name", "can't be blank") }
            if write.attributes["archive"] == true { write.row["status"] = "archived" }
            try checkCreator(&write)
        }
    )

    private static let requisitionTemplatesResource = PinpointResource(
        type: "requisition_templates",
        className: "RequisitionTemplate",
        operations: [.list, .get],
        attributes: [
            .init("name"), .init("has_enforced_maximum_headcount", .boolean),
            .init("enforced_maximum_headcount", .integer), .init("created_at", .instant), .init("updated_at", .instant),
        ],
        relationships: [.init("requisition_template_fields", "requisition_template_fields", .none(many: true))],
        filters: PinpointResource.timeFilters + []
    )

    private static let positionsResource = PinpointResource(
        type: "positions",
        className: "Position",
        operations: [.list, .get],
        attributes: [
            .init("identifier"), .init("name"), .init("parent_position_id", .id), .init("archived_at", .instant),
            .init("discarded_at", .instant), .init("created_at", .instant), .init("updated_at", .instant),
        ],
        relationships: [
            .init("position_openings", "position_openings", .none(many: true)),
            .init("current_position_opening", "position_openings", .none(many: false)),
            .init("child_positions", "positions", .none(many: true)),
            .init("parent_position", "positions", .one("parent_position_id")),
            .init(
                "custom_attributes",
                "custom_attributes",
                .many("custom_attributes", key: "custom_attributable_key", prefix: "Position:")
            ),
        ],
        filters: PinpointResource.timeFilters + [.init("parent_position_id")]
    )

    private static let jobTemplatesResource = PinpointResource(
        type: "job_templates",
        className: "JobTemplate",
        operations: [.list],
        attributes: [.init("title"), .init("created_at", .instant), .init("updated_at", .instant)],
        filters: PinpointResource.timeFilters + []
    )

    private static func checkCreator(_ write: inout PinpointWrite) throws(PinpointFailure) {
        if let email = write.attributes["creator_email"]?.string {
            guard let user = write.store["users"].rows(where: "email", is: email).first else {
                throw .invalid("creator_email", "must exist")
            }
            write.row["creator_id"] = .string(user.id)
        }
        if let id = write.row.text("creator_id"), write.store["users"][id] == nil {
            throw .invalid("creator_id", "must exist")
        }
    }
}
