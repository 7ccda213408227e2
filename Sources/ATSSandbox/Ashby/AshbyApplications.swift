import JSON

extension AshbyCatalog {
    static let statuses = ["Hired", "Archived", "Active", "Lead"]

    static let applications: [AshbyOperation] = [
        .init(
            "application.list",
            "candidatesRead",
            created + AshbyOperation.paging + [
                .init("status", .choice(statuses)), .id("jobId", required: false),
                .init("expand", .words(["openings"])),
            ]
        ) { (call) throws(AshbyFailure) in
            let job = try call.optional("jobs", "jobId", "job")
            let status = call.arguments.text("status")
            let inTime = createdTest(call)
            let rows = job.map { call.store["applications"].rows(where: "jobId", is: $0.id) }
            return try AshbyPager.page(
                call,
                "applications",
                list: "application.list",
                where: { row in inTime(row) && (status == nil || row.text("status") == status) },
                among: rows
            ) { call.application($0) }
        },
        .init(
            "application.info",
            "candidatesRead",
            [
                .id("applicationId", required: false), .id("submittedFormInstanceId", required: false),
                .init("expand", .words(["openings", "applicationFormSubmissions", "referrals"])),
            ]
        ) { (call) throws(AshbyFailure) in
            let row = try call.row("applications", "applicationId", "application")
            var detail = call.applicationWithHistory(row)
            for name in call.arguments.words("expand") ?? [] where name != "openings" {
                detail[name] = name == "referrals" ? [] : submissions(row, call)
            }
            let person = row.text("candidateId").flatMap { call.store["candidates"][$0] }
            if let resume = person?["resumeFileHandle"], !resume.isNull { detail["resumeFileHandle"] = resume }
            return .object(detail)
        },
        .init(
            "application.listHistory",
            "candidatesRead",
            [.id("applicationId")] + AshbyOperation.paging
        ) { (call) throws(AshbyFailure) in
            let row = try call.row("applications", "applicationId", "application")
            return try AshbyPager.page(
                call,
                "history",
                list: "application.listHistory",
                where: { _ in true },
                among: call.history(of: row.id)
            ) { call.historyEvent($0) }
        },
        .init(
            "applicationFeedback.list",
            "candidatesRead",
            created + AshbyOperation.paging + [.id("applicationId", required: false)]
        ) { (call) throws(AshbyFailure) in
            let owner = try call.optional("applications", "applicationId", "application")
            let rows = owner.map { call.store["feedback"].rows(where: "applicationId", is: $0.id) }
            return try AshbyPager.page(
                call,
                "feedback",
                list: "applicationFeedback.list",
                where: createdTest(call),
                among: rows
            ) { call.feedback($0) }
        },
    ]

    private static func submissions(_ row: Row, _ call: AshbyCall) -> JSONValue {
        let form: JSONValue = [
            "sections": [["fields": [call.field("summary", "LongText", "About you", required: false)]]]
        ]
        return [
            [
                "id": .string(StableID.uuid("form " + row.id, 0, seed: call.seed)), "formDefinition": form,
                "submittedValues": ["summary": row["summary"]],
            ]
        ]
    }
}
