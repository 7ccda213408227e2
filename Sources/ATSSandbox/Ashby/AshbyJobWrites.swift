import Basics
import JSON

extension AshbyCatalog {
    private static let employment: AshbyOperation.Parameter = .init(
        "employmentType",
        .choice(["FullTime", "PartTime", "Intern", "Contract", "Temporary"])
    )
    private static let transitions = [
        "Draft": ["Open", "Archived"], "Open": ["Closed"], "Closed": ["Draft", "Archived"], "Archived": ["Draft"],
    ]

    static let jobWrites: [AshbyOperation] = [
        .init(
            "job.create",
            "jobsWrite",
            [
                .init("title", required: true), .id("teamId"), .id("locationId"),
                .id("defaultInterviewPlanId", required: false), .id("jobTemplateId", required: false),
                .id("brandId", required: false), employment,
            ]
        ) { (call) throws(AshbyFailure) in
            var row = call.store["jobs"].row(
                id: call.newID("jobs"),
                [
                    "confidential": false, "status": "Draft", "employmentType": "FullTime", "hiringTeam": [],
                    "jobPostingIds": [], "authorId": .string(call.actor), "createdAt": call.time,
                ]
            )
            try change(&row, call)
            call.save(row, in: "jobs")
            return .object(call.store["jobs"][row.id].map { call.job($0) } ?? .null)
        },
        .init(
            "job.update",
            "jobsWrite",
            [
                .id("jobId"), .init("title"), .id("teamId", required: false), .id("locationId", required: false),
                .id("defaultInterviewPlanId", required: false), .init("customRequisitionId", nullable: true),
                employment,
            ]
        ) { (call) throws(AshbyFailure) in
            var row = try call.row("jobs", "jobId", "job")
            try change(&row, call)
            if call.arguments.has("customRequisitionId") {
                row["customRequisitionId"] = call.arguments["customRequisitionId"] ?? .null
            }
            call.save(row, in: "jobs")
            return .object(call.store["jobs"][row.id].map { call.job($0) } ?? .null)
        },
        .init("job.setStatus", "jobsWrite", [.id("jobId"), .init("status", .choice(jobStatuses), required: true)]) {
            (call) throws(AshbyFailure) in
            var row = try call.row("jobs", "jobId", "job")
            let (from, to) = (row.text("status") ?? "", call.arguments.text("status") ?? "")
            guard transitions[from]?.contains(to) == true else {
                throw .invalid("status", "a job cannot go from \(from) to \(to)")
            }
            if to == "Open", row["defaultInterviewPlanId"].isNull {
                throw .invalid("status", "a job needs a default interview plan before it can open")
            }
            row["status"] = .string(to)
            if to == "Open" { row["openedAt"] = call.time }
            row["closedAt"] = to == "Closed" ? call.time : to == "Archived" ? row["closedAt"] : .null
            call.save(row, in: "jobs")
            return .object(call.store["jobs"][row.id].map { call.job($0) } ?? .null)
        },
    ]

    private static func change(_ row: inout Row, _ call: AshbyCall) throws(AshbyFailure) {
        if let title = call.arguments.text("title") {
            guard !title.isEmpty else { throw .invalid("title", "must not be empty") }
            row["title"] = .string(title)
        }
        if let type = call.arguments["employmentType"] { row["employmentType"] = type }
        for (argument, column, table, kind) in [
            ("teamId", "departmentId", "departments", "department"),
            ("locationId", "locationId", "locations", "location"),
            ("defaultInterviewPlanId", "defaultInterviewPlanId", "plans", "interview_plan"),
        ] {
            if let other = try call.optional(table, argument, kind) { row[column] = .string(other.id) }
        }
    }
}
