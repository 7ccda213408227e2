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
        attributes: [
            .init("accepts_speculative_applications", .boolean), .init("department_id", .id), .init("division_id", .id),
            .init("location_id", .id), .init("structure_custom_group_one_id", .id),
            .init("names", .object, extra: true), .init("in_use", .boolean, extra: true),
        ] + PinpointResource.times,
        relationships: [
            .init("location", "locations", .one("location_id")),
            .init("department", "departments", .one("department_id")),
            .init("division", "divisions", .one("division_id")),
            .init("structure_custom_group_one", "structure_custom_group_ones", .none(many: false)),
        ],
        filters: [
            .init("department_id"), .init("division_id"), .init("location_id"), .init("structure_custom_group_one_id"),
        ],
        sorts: ["id"],
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
        ]
    )

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
