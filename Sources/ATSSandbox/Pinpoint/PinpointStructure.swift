import Basics
import JSON

extension PinpointCatalog {
    /// How a company is laid out: departments, divisions, locations, and the combinations that jobs may have.
    static let structure: [PinpointResource] = [
        named("departments", "Department"), named("divisions", "Division"), locations, structureLinks, companies,
    ]

    private static func named(_ type: String, _ className: String) -> PinpointResource {
        PinpointResource(
            type: type,
            className: className,
            operations: [.list, .get, .create, .update, .delete],
            attributes: [.init("name", .text, .write), .init("external_system_reference", .text, .write)]
                + PinpointResource.times,
            filters: PinpointResource.timeFilters + [.init("external_system_reference")],
            required: ["name"],
            beforeUpdate: { (write) throws(PinpointFailure) in try checkName(write) },
            beforeDelete: { (write) throws(PinpointFailure) in try checkUnused(write, type) }
        )
    }

    private static let locations = PinpointResource(
        type: "locations",
        className: "Location",
        operations: [.list, .get, .create, .update, .delete],
        attributes: [
            .init("name", .text, .write), .init("city", .text, .write), .init("country_code", .text, .write),
            .init("postal_code", .text, .write), .init("province", .text, .write),
            .init("street_address", .text, .write), .init("external_system_reference", .text, .write),
        ] + PinpointResource.times,
        relationships: [.init("equality_monitoring_template", "equality_monitoring_templates", .none(many: false))],
        filters: PinpointResource.timeFilters + [.init("external_system_reference")],
        required: ["name"],
        beforeUpdate: { (write) throws(PinpointFailure) in try checkName(write) },
        beforeDelete: { (write) throws(PinpointFailure) in try checkUnused(write, "locations") }
    )

    private static let structureLinks = PinpointResource(
        type: "structure_links",
        className: "StructureLink",
        operations: [.list, .get, .create, .update, .delete],
        attributes: [
            .init("accepts_speculative_applications", .boolean, .write), .init("department_id", .id, .write),
            .init("division_id", .id, .write), .init("location_id", .id, .write),
            .init("structure_custom_group_one_id", .id),
            .init("names", .object, extra: true), .init("in_use", .boolean, extra: true),
        ] + PinpointResource.times,
        relationships: [
            .init("location", "locations", .one("location_id"), .create),
            .init("department", "departments", .one("department_id"), .create),
            .init("division", "divisions", .one("division_id"), .create),
            .init(
                "structure_custom_group_one",
                "structure_custom_group_ones",
                .one("structure_custom_group_one_id"),
                .create
            ),
        ],
        filters: [
            .init("department_id"), .init("division_id"), .init("location_id"), .init("structure_custom_group_one_id"),
        ],
        sorts: ["id"],
        indexed: ["structure_custom_group_one_id"],
        computed: [
            "names": { row, store, _ in
                func name(_ column: String, _ table: String) -> JSONValue {
                    row.text(column).flatMap { store[table][$0]?["name"] } ?? .null
                }
                return [
                    "department": name("department_id", "departments"), "division": name("division_id", "divisions"),
                    "location": name("location_id", "locations"),
                ]
            },
            "in_use": { row, store, _ in
                .bool(!store["jobs"].rows(where: "structure_link_id", is: row.id).isEmpty)
            },
        ],
        beforeCreate: { (write) throws(PinpointFailure) in try checkLink(write) },
        beforeUpdate: { (write) throws(PinpointFailure) in try checkLink(write) },
        beforeDelete: { (write) throws(PinpointFailure) in
            guard write.store["jobs"].rows(where: "structure_link_id", is: write.row.id).isEmpty else {
                throw .refused("Record is in use")
            }
        }
    )

    /// A combination has a location and a department that exist, and is there once.
    private static func checkLink(_ write: PinpointWrite) throws(PinpointFailure) {
        for (name, table) in [("location", "locations"), ("department", "departments")] {
            guard let id = write.row.text(name + "_id"), write.store[table][id] != nil else {
                throw .invalid(relationship: name, "must exist")
            }
        }
        let columns = ["location_id", "department_id", "division_id", "structure_custom_group_one_id"]
        let same = write.store["structure_links"].listed(now: write.now.milliseconds).contains { row in
            row.id != write.row.id && columns.allSatisfy { row[$0] == write.row[$0] }
        }
        if same { throw .refused("Structure link has already been taken") }
    }

    private static let companies = PinpointResource(
        type: "companies",
        className: "Company",
        operations: [],
        attributes: [.init("name"), .init("subdomain")] + PinpointResource.times
    )

    private static func checkName(_ write: PinpointWrite) throws(PinpointFailure) {
        if (write.row.text("name") ?? "").isEmpty { throw .invalid("name", "can't be blank") }
    }

    private static func checkUnused(_ write: PinpointWrite, _ type: String) throws(PinpointFailure) {
        let column = String(type.dropLast()) + "_id"
        for table in ["jobs", "structure_links"] {
            guard write.store[table].rows(where: column, is: write.row.id).isEmpty else {
                throw .refused("Record is in use")
            }
        }
    }
}
