import Basics
import JSON

extension AshbyCatalog {
    /// Projects: lists of people that the talent team keeps.
    static let projects: [AshbyOperation] = [
        .list("project.list", "candidatesRead", "projects", created) { (call, row) throws(AshbyFailure) in
            createdTest(call)(row)
        } render: {
            $0.project($1)
        },
        .info("project.info", "candidatesRead", "projectId", "projects", "project") { $0.project($1) },
        .init("project.search", "candidatesRead", [.init("title", required: true)]) { (call) throws(AshbyFailure) in
            let wanted = call.arguments.text("title")?.lowercased() ?? ""
            let rows = call.store["projects"].listed(now: call.now.milliseconds).filter { row in
                call.isVisible(row, "projects") && row.text("title")?.lowercased().contains(wanted) == true
            }
            return .list(rows.prefix(100).map { call.project($0) })
        },
        .init(
            "project.create",
            "projectsWrite",
            [.init("title", required: true), .init("description"), .init("confidential", .boolean)]
        ) { (call) throws(AshbyFailure) in
            guard call.arguments.text("title")?.isEmpty == false else { throw .invalid("title", "must not be empty") }
            let row = call.add(
                [
                    "title": call.arguments["title"] ?? .null, "description": call.arguments["description"] ?? .null,
                    "isArchived": false, "confidential": .bool(call.arguments.flag("confidential")),
                    "authorId": .string(call.actor),
                ],
                to: "projects"
            )
            return .object(call.project(row))
        },
        changed("project.update", [.init("title"), .init("description")]) { (row, call) throws(AshbyFailure) in
            for name in ["title", "description"] { if let value = call.arguments[name] { row[name] = value } }
        },
        changed("project.archive") { (row, _) throws(AshbyFailure) in row["isArchived"] = true },
        changed("project.restore") { (row, _) throws(AshbyFailure) in row["isArchived"] = false },
    ]

    private static func changed(
        _ name: String,
        _ more: [AshbyOperation.Parameter] = [],
        _ body: @escaping @Sendable (inout Row, inout AshbyCall) throws(AshbyFailure) -> Void
    ) -> AshbyOperation {
        .change(name, "projectsWrite", "projectId", "projects", "project", more, render: { $0.project($1) }, body)
    }
}
