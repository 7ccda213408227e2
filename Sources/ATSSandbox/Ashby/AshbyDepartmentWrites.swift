import Basics
import JSON

extension AshbyCatalog {
    static let departmentWrites: [AshbyOperation] = [
        .init(
            "department.create",
            "organizationWrite",
            [
                .init("name", required: true), .init("externalName", nullable: true),
                .init("parentId", .uuid, nullable: true),
                .init("extraData", .object, nullable: true),
            ]
        ) { (call) throws(AshbyFailure) in
            let parent = try call.optional("departments", "parentId", "department")
            try check(call)
            let row = call.add(
                [
                    "name": call.arguments["name"] ?? .null, "externalName": call.arguments["externalName"] ?? .null,
                    "isArchived": false, "parentId": parent.map { .string($0.id) } ?? .null,
                    "extraData": call.arguments["extraData"] ?? .null,
                ],
                to: "departments"
            )
            return .object(call.department(row))
        },
        .init(
            "department.update",
            "organizationWrite",
            [
                .id("departmentId"), .init("name"), .init("externalName", nullable: true),
                .init("extraData", .object, nullable: true),
            ]
        ) { (call) throws(AshbyFailure) in
            var row = try call.row("departments", "departmentId", "department")
            try check(call)
            for name in ["name", "externalName", "extraData"] where call.arguments.has(name) {
                row[name] = call.arguments[name] ?? .null
            }
            return save(row, &call)
        },
        .init("department.archive", "organizationWrite", [.id("departmentId")]) { (call) throws(AshbyFailure) in
            var row = try call.row("departments", "departmentId", "department")
            let children = call.store["departments"].rows(where: "parentId", is: row.id)
            guard children.allSatisfy({ $0["isArchived"] == true }) else {
                throw .invalid("departmentId", "the department has active departments below it")
            }
            row["isArchived"] = true
            return save(row, &call)
        },
        .init("department.restore", "organizationWrite", [.id("departmentId")]) { (call) throws(AshbyFailure) in
            var row = try call.row("departments", "departmentId", "department")
            row["isArchived"] = false
            return save(row, &call)
        },
        .init(
            "department.move",
            "organizationWrite",
            [.id("departmentId"), .init("parentId", .uuid, nullable: true)]
        ) { (call) throws(AshbyFailure) in
            var row = try call.row("departments", "departmentId", "department")
            let parent = try call.optional("departments", "parentId", "department")
            // A department cannot come to lie below itself.
            var above = parent
            while let one = above {
                guard one.id != row.id else { throw .invalid("parentId", "lies below the department itself") }
                above = one.text("parentId").flatMap { call.store["departments"][$0] }
            }
            row["parentId"] = parent.map { .string($0.id) } ?? .null
            return save(row, &call)
        },
    ]

    private static func save(_ row: Row, _ call: inout AshbyCall) -> AshbyOperation.Reply {
        call.save(row, in: "departments")
        return .object(call.store["departments"][row.id].map { call.department($0) } ?? .null)
    }

    private static func check(_ call: AshbyCall) throws(AshbyFailure) {
        if call.arguments.has("name"), call.arguments.text("name")?.isEmpty != false {
            throw .invalid("name", "must not be empty")
        }
        for (key, value) in call.arguments["extraData"]?.object ?? [:] {
            guard key.count <= 100, let text = value.string, text.count <= 512 else {
                throw .invalid("extraData", "keys have at most 100 characters and values are strings of at most 512")
            }
        }
    }
}
