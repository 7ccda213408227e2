import Basics
import JSON

extension AshbyCatalog {
    static let jobStatuses = ["Draft", "Open", "Closed", "Archived"]
    private static let expansions: [AshbyOperation.Parameter] = [
        .init("includeUnpublishedJobPostingsIds", .boolean),
        .init("expand", .words(["location", "openings", "compensation"])),
    ]

    static let jobs: [AshbyOperation] = [
        .init(
            "job.list",
            "jobsRead",
            created + AshbyOperation.paging + expansions + [
                .init("status", .words(jobStatuses)), .init("openedAfter", .integer), .init("openedBefore", .integer),
                .init("closedAfter", .integer), .init("closedBefore", .integer),
            ]
        ) { (call) throws(AshbyFailure) in
            // Drafts show only when they are asked for.
            let wanted = call.arguments.words("status") ?? ["Open", "Closed", "Archived"]
            let tests = [
                createdTest(call), range(call, "openedAfter", "openedBefore", "openedAt"),
                range(call, "closedAfter", "closedBefore", "closedAt"),
            ]
            return try AshbyPager.page(
                call,
                "jobs",
                list: "job.list",
                where: { row in wanted.contains(row.text("status") ?? "") && tests.allSatisfy { $0(row) } }
            ) { call.job($0) }
        },
        .init("job.info", "jobsRead", [.id("id")] + expansions) { (call) throws(AshbyFailure) in
            .object(call.job(try call.row("jobs", "id", "job")))
        },
        .init("job.search", "jobsRead", [.init("title"), .init("requisitionId")]) { (call) throws(AshbyFailure) in
            let title = call.arguments.text("title")?.lowercased()
            let requisition = call.arguments.text("requisitionId")
            guard title != nil || requisition != nil else {
                throw .invalid("title", "title or requisitionId is required")
            }
            let found = call.store["jobs"].listed(now: call.now.milliseconds).filter { row in
                call.isVisible(row, "jobs")
                    && (title == nil || row.text("title")?.lowercased().contains(title ?? "") == true)
                    && (requisition == nil || row.text("customRequisitionId") == requisition)
            }
            return .list(found.prefix(100).map { call.job($0) })
        },
    ]
}
