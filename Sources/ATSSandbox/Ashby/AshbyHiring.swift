import Basics
import JSON

extension AshbyCatalog {
    /// Interviews, their schedules, stages, and the words that describe a process.
    static let hiring: [AshbyOperation] = [
        .init(
            "interview.list",
            "interviewsRead",
            AshbyOperation.paging + [
                .init("includeArchived", .boolean), .init("includeNonSharedInterviews", .boolean),
                .init("excludeArchivedScheduleTemplateInterviews", .boolean),
            ]
        ) { (call) throws(AshbyFailure) in
            let archived = call.arguments.flag("includeArchived")
            let all = call.arguments.flag("includeNonSharedInterviews")
            return try AshbyPager.page(
                call,
                "interviews",
                list: "interview.list",
                where: { (archived || $0["isArchived"] != true) && (all || $0["jobId"].isNull) }
            ) { call.interview($0) }
        },
        .init("interview.info", "interviewsRead", [.id("id")]) { (call) throws(AshbyFailure) in
            .object(call.interview(try call.row("interviews", "id", "interview")))
        },
        .init(
            "interviewSchedule.list",
            "interviewsRead",
            created + AshbyOperation.paging + [
                .id("applicationId", required: false), .id("interviewStageId", required: false),
            ]
        ) { (call) throws(AshbyFailure) in
            let owner = try call.optional("applications", "applicationId", "application")
            let stage = try call.optional("stages", "interviewStageId", "interview_stage")
            let inTime = createdTest(call)
            let rows = owner.map { call.store["schedules"].rows(where: "applicationId", is: $0.id) }
            return try AshbyPager.page(
                call,
                "schedules",
                list: "interviewSchedule.list",
                where: { row in inTime(row) && (stage == nil || row.text("interviewStageId") == stage?.id) },
                among: rows
            ) { call.schedule($0) }
        },
        .init("interviewStage.list", "interviewsRead", [.id("interviewPlanId")]) { (call) throws(AshbyFailure) in
            let plan = try call.row("plans", "interviewPlanId", "interview_plan")
            return .list(call.store["stages"].rows(where: "interviewPlanId", is: plan.id).map { call.stage($0.id) })
        },
        .init("interviewStage.info", "interviewsRead", [.id("interviewStageId")]) { (call) throws(AshbyFailure) in
            .object(call.stage(try call.row("stages", "interviewStageId", "interview_stage").id))
        },
        .init("interviewPlan.list", "interviewsRead", AshbyOperation.paging + [.init("includeArchived", .boolean)]) {
            (call) throws(AshbyFailure) in
            let archived = call.arguments.flag("includeArchived")
            return try AshbyPager.page(
                call,
                "plans",
                list: "interviewPlan.list",
                where: { archived || $0["isArchived"] != true }
            ) { call.plain("plans", $0) }
        },
        words("archiveReason.list", "archiveReasons"), words("source.list", "sources"),
        .init(
            "candidateTag.list",
            "hiringProcessMetadataRead",
            AshbyOperation.paging + [.init("includeArchived", .boolean)]
        ) { (call) throws(AshbyFailure) in
            let archived = call.arguments.flag("includeArchived")
            return try AshbyPager.page(
                call,
                "tags",
                list: "candidateTag.list",
                where: { archived || $0["isArchived"] != true }
            ) { call.untimed("tags", $0.id) }
        },
    ]

    /// A list that the vendor does not page.
    private static func words(_ name: String, _ table: String) -> AshbyOperation {
        .init(name, "hiringProcessMetadataRead", [.init("includeArchived", .boolean)]) { (call) throws(AshbyFailure) in
            let archived = call.arguments.flag("includeArchived")
            let rows = call.store[table].listed(now: call.now.milliseconds)
            return .list(
                rows.filter { archived || $0["isArchived"] != true }.map { call.untimed(table, $0.id) }
            )
        }
    }
}
