import JSON

extension AshbyCatalog {
    private static let workplaces = ["OnSite", "Hybrid", "Remote"]

    /// Locations, which nest below regions, are archived and come back.
    static let locations: [AshbyOperation] = [
        .info("location.info", "organizationRead", "locationId", "locations", "location") { $0.location($1) },
        .init(
            "location.create",
            "organizationWrite",
            [
                .init("name", required: true),
                .init("type", .choice(["Location", "LocationHierarchy"]), required: true),
                .init("address", .object), .id("parentLocationId", required: false), .init("isRemote", .boolean),
                .init("workplaceType", .choice(workplaces)), .init("externalName"), .init("extraData", .object),
            ]
        ) { (call) throws(AshbyFailure) in
            guard call.arguments.text("name")?.isEmpty == false else { throw .invalid("name", "must not be empty") }
            let parent = try call.optional("locations", "parentLocationId", "location")
            let workplace =
                call.arguments.text("workplaceType") ?? (call.arguments.flag("isRemote") ? "Remote" : "OnSite")
            // The older flag and the newer type have to say the same.
            guard !call.arguments.has("isRemote") || call.arguments.flag("isRemote") == (workplace == "Remote") else {
                throw .invalid("isRemote", "does not agree with workplaceType")
            }
            let row = call.add(
                [
                    "name": call.arguments["name"] ?? .null, "externalName": call.arguments["externalName"] ?? .null,
                    "isArchived": false, "isRemote": .bool(workplace == "Remote"),
                    "workplaceType": .string(workplace), "type": call.arguments["type"] ?? .null,
                    "address": try address(call) ?? .null, "parentLocationId": parent.map { .string($0.id) } ?? .null,
                    "extraData": call.arguments["extraData"] ?? .null,
                ],
                to: "locations"
            )
            return .object(call.location(row))
        },
        changed("location.archive") { (row, _) throws(AshbyFailure) in row["isArchived"] = true },
        changed("location.restore") { (row, _) throws(AshbyFailure) in row["isArchived"] = false },
        changed("location.updateName", [.init("name", required: true)]) { (row, call) throws(AshbyFailure) in
            guard call.arguments.text("name")?.isEmpty == false else { throw .invalid("name", "must not be empty") }
            row["name"] = call.arguments["name"] ?? .null
        },
        changed("location.updateExternalName", [.init("externalName", nullable: true)]) {
            (row, call) throws(AshbyFailure) in
            row["externalName"] = call.arguments["externalName"] ?? .null
        },
        changed("location.updateAddress", [.init("address", .object, required: true)]) {
            (row, call) throws(AshbyFailure) in
            row["address"] = try address(call) ?? .null
        },
        changed("location.updateWorkplaceType", [.init("workplaceType", .choice(workplaces), required: true)]) {
            (row, call) throws(AshbyFailure) in
            row["workplaceType"] = call.arguments["workplaceType"] ?? .null
            row["isRemote"] = .bool(call.arguments.text("workplaceType") == "Remote")
        },
        changed("location.move", [.id("parentLocationHierarchyId")]) { (row, call) throws(AshbyFailure) in
            let parent = try call.row("locations", "parentLocationHierarchyId", "location")
            guard parent["type"] == "LocationHierarchy" else {
                throw .invalid("parentLocationHierarchyId", "not a location hierarchy")
            }
            var above: Row? = parent
            while let one = above {
                guard one.id != row.id else {
                    throw .invalid("parentLocationHierarchyId", "lies below the location itself")
                }
                above = one.text("parentLocationId").flatMap { call.store["locations"][$0] }
            }
            row["parentLocationId"] = .string(parent.id)
        },
    ]

    private static func changed(
        _ name: String,
        _ more: [AshbyOperation.Parameter] = [],
        _ body: @escaping @Sendable (inout Row, inout AshbyCall) throws(AshbyFailure) -> Void
    ) -> AshbyOperation {
        .change(
            name,
            "organizationWrite",
            "locationId",
            "locations",
            "location",
            more,
            render: { $0.location($1) },
            body
        )
    }

    private static func address(_ call: AshbyCall) throws(AshbyFailure) -> JSONValue? {
        guard let address = call.arguments["address"] else { return nil }
        guard let postal = address["postalAddress"] else { return address }
        let names = ["addressCountry", "addressRegion", "addressLocality", "postalCode", "streetAddress"]
        for (name, value) in postal.object ?? [:] where names.contains(name) && value.string == nil {
            throw .invalid("address.postalAddress.\(name)", "expected a string")
        }
        guard postal.object != nil else { throw .invalid("address.postalAddress", "expected an object") }
        return address
    }
}
