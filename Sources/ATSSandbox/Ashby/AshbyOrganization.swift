import Basics
import JSON

extension AshbyCatalog {
    static let organization: [AshbyOperation] = [
        .init("apiKey.info", "apiKeysRead") { (call) throws(AshbyFailure) in
            .object([
                "title": .string(call.key.title), "createdAt": "2026-01-15T12:00:00.000Z",
                "scopes": .array(call.key.scopes.map { .string($0) }),
            ])
        },
        .init("user.list", "organizationRead", AshbyOperation.paging + [.init("includeDeactivated", .boolean)]) {
            (call) throws(AshbyFailure) in
            let all = call.arguments.flag("includeDeactivated")
            return try AshbyPager.page(
                call,
                "users",
                list: "user.list",
                where: { all || $0["isEnabled"] == true }
            ) { call.user($0.id) }
        },
        .init("user.info", "organizationRead", [.id("userId")]) { (call) throws(AshbyFailure) in
            .object(call.user(try call.row("users", "userId", "user").id))
        },
        .init("user.search", "organizationRead", [.init("email", required: true)]) { (call) throws(AshbyFailure) in
            let email = call.arguments.text("email")?.lowercased() ?? ""
            return .list(call.store["users"].rows(where: "email", is: email).map { call.user($0.id) })
        },
        .init("hiringTeamRole.list", "organizationRead", [.init("namesOnly", .boolean)]) {
            (call) throws(AshbyFailure) in
            let rows = call.store["roles"].listed(now: call.now.milliseconds)
            let namesOnly = call.arguments["namesOnly"]?.bool ?? true
            return .list(rows.map { namesOnly ? $0["title"] : call.untimed("roles", $0.id) })
        },
        .init("department.list", "organizationRead", AshbyOperation.paging + [.init("includeArchived", .boolean)]) {
            (call) throws(AshbyFailure) in
            let archived = call.arguments.flag("includeArchived")
            return try AshbyPager.page(
                call,
                "departments",
                list: "department.list",
                where: { archived || $0["isArchived"] != true }
            ) { call.department($0) }
        },
        .init("department.info", "organizationRead", [.id("departmentId")]) { (call) throws(AshbyFailure) in
            .object(call.department(try call.row("departments", "departmentId", "department")))
        },
        .init(
            "location.list",
            "organizationRead",
            AshbyOperation.paging + [.init("includeArchived", .boolean), .init("includeLocationHierarchy", .boolean)]
        ) { (call) throws(AshbyFailure) in
            let archived = call.arguments.flag("includeArchived")
            return try AshbyPager.page(
                call,
                "locations",
                list: "location.list",
                where: { archived || $0["isArchived"] != true }
            ) { call.location($0) }
        },
    ]
}
