import Basics
import JSON

extension PinpointCatalog {
    /// The custom level of the structure.
    static let groups: [PinpointResource] = [structureCustomGroupOnesResource]

    private static let structureCustomGroupOnesResource = PinpointResource(
        type: "structure_custom_group_ones",
        className: "StructureCustomGroupOne",
        operations: [.list, .get, .create, .update, .delete],
        attributes: [
            .init("name", .text, .write), .init("title"), .init("external_system_reference", .text, .write),
            .init("created_at", .instant), .init("updated_at", .instant),
        ],
        relationships: [.init("jobs", "jobs", .many("jobs", key: "structure_custom_group_one_id"), .write)],
        filters: PinpointResource.timeFilters + [
            .init("external_system_reference"), .init("search", .words(["name", "full_name", "email", "summary"])),
        ],
        required: ["name"],
        indexed: ["external_system_reference"],
        beforeUpdate: { (write) throws(PinpointFailure) in
            if (write.row.text("name") ?? "").isEmpty { throw .invalid("name", "can't be blank") }
        },
        beforeDelete: { (write) throws(PinpointFailure) in
            let users = write.store["structure_links"].rows(where: "structure_custom_group_one_id", is: write.row.id)
            if !users.isEmpty { throw .refused("Record is in use") }
        }
    )
}
