import Basics
import JSON

extension AshbyCatalog {
    private static let stageMove: [AshbyOperation.Parameter] = [
        .id("applicationId"), .id("interviewStageId"), .id("archiveReasonId", required: false),
        .init("archiveEmail", .object),
    ]
    private static let sourceChange: [AshbyOperation.Parameter] = [
        .id("applicationId"), .init("sourceId", .uuid, required: true, nullable: true),
    ]

    static let applicationWrites: [AshbyOperation] = [
        .init(
            "application.create",
            "candidatesWrite",
            [
                .id("candidateId"), .id("jobId"), .id("interviewPlanId", required: false), .init("interviewStageId"),
                .id("sourceId", required: false), .id("creditedToUserId", required: false),
                .init("createdAt", .instant), .init("applicationHistory", .list(.object)),
            ]
        ) { (call) throws(AshbyFailure) in try create(&call) },
        .init("application.changeStage", "candidatesWrite", stageMove) { (call) throws(AshbyFailure) in
            try changeStage(&call)
        },
        .init("application.change_stage", "candidatesWrite", stageMove) { (call) throws(AshbyFailure) in
            try changeStage(&call)
        },
        .init("application.changeSource", "candidatesWrite", sourceChange) { (call) throws(AshbyFailure) in
            try changeSource(&call)
        },
        .init("application.change_source", "candidatesWrite", sourceChange) { (call) throws(AshbyFailure) in
            try changeSource(&call)
        },
        .init(
            "application.update",
            "candidatesWrite",
            [
                .id("applicationId"), .id("sourceId", required: false), .id("creditedToUserId", required: false),
                .init("createdAt", .instant), .init("sendNotifications", .boolean),
            ]
        ) { (call) throws(AshbyFailure) in
            var row = try call.row("applications", "applicationId", "application")
            if let source = try call.optional("sources", "sourceId", "source") { row["sourceId"] = .string(source.id) }
            if let user = try call.optional("users", "creditedToUserId", "user") {
                row["creditedToUserId"] = .string(user.id)
            }
            if let created = call.arguments["createdAt"] { row["createdAt"] = created }
            call.save(row, in: "applications")
            return .object(call.application(row: row.id))
        },
        .init(
            "application.transfer",
            "candidatesWrite",
            [
                .id("applicationId"), .id("jobId"), .id("interviewPlanId"), .id("interviewStageId"),
                .init("startAutomaticActivities", .boolean),
            ]
        ) { (call) throws(AshbyFailure) in
            var row = try call.row("applications", "applicationId", "application")
            let job = try call.row("jobs", "jobId", "job")
            let plan = try call.row("plans", "interviewPlanId", "interview_plan")
            let stage = try call.row("stages", "interviewStageId", "interview_stage")
            guard job.text("defaultInterviewPlanId") == plan.id else {
                throw .invalid("interviewPlanId", "not an interview plan of the job")
            }
            guard stage.text("interviewPlanId") == plan.id else {
                throw .invalid("interviewStageId", "not a stage of the interview plan")
            }
            row["jobId"] = .string(job.id)
            row["interviewPlanId"] = .string(plan.id)
            enter(stage, &row, &call, reason: nil)
            return .object(call.application(row: row.id))
        },
        .init("application.delete", "candidatesDelete", [.id("applicationId")]) { (call) throws(AshbyFailure) in
            let row = try call.row("applications", "applicationId", "application")
            call.store.remove(row.id, from: "applications")
            return .object(["id": .string(row.id)])
        },
    ]

    private static func create(_ call: inout AshbyCall) throws(AshbyFailure) -> AshbyOperation.Reply {
        let person = try call.row("candidates", "candidateId", "candidate")
        let job = try call.row("jobs", "jobId", "job")
        let given = try call.optional("plans", "interviewPlanId", "interview_plan")
        guard let plan = given?.id ?? job.text("defaultInterviewPlanId") else {
            throw .init("interview_plan_not_found", "The job has no default interview plan.")
        }
        let source = try call.optional("sources", "sourceId", "source")
        let user = try call.optional("users", "creditedToUserId", "user")
        let stages = call.store["stages"].rows(where: "interviewPlanId", is: plan)
        let wanted = call.arguments.text("interviewStageId")
        let stage = stages.first { row in
            switch wanted {
            case nil: row.text("type") == "Lead"
            case "FirstPreInterviewScreen": row.text("type") == "PreInterviewScreen"
            default: row.id == wanted?.lowercased()
            }
        }
        guard let stage else { throw .notFound("interview_stage") }
        if stage.text("type") == "Archived" {
            throw .invalid("interviewStageId", "an application cannot start archived")
        }
        var row = call.store["applications"].row(
            id: call.newID("applications"),
            [
                "candidateId": .string(person.id), "jobId": .string(job.id), "interviewPlanId": .string(plan),
                "sourceId": source.map { .string($0.id) } ?? .null,
                "creditedToUserId": user.map { .string($0.id) } ?? .null, "customFields": [],
                "createdAt": call.arguments["createdAt"] ?? call.time,
            ]
        )
        enter(stage, &row, &call, reason: nil)
        return .object(call.store["applications"][row.id].map { call.applicationWithHistory($0) } ?? .null)
    }

    private static func changeStage(_ call: inout AshbyCall) throws(AshbyFailure) -> AshbyOperation.Reply {
        var row = try call.row("applications", "applicationId", "application")
        let stage = try call.row("stages", "interviewStageId", "interview_stage")
        guard stage["interviewPlanId"] == row["interviewPlanId"] else {
            throw .invalid("interviewStageId", "not a stage of the application's interview plan")
        }
        let reason = try call.optional("archiveReasons", "archiveReasonId", "archive_reason")
        let isArchive = stage.text("type") == "Archived"
        if isArchive, reason == nil { throw .invalid("archiveReasonId", "required for an archived stage") }
        if !isArchive, reason != nil { throw .invalid("archiveReasonId", "only for an archived stage") }
        if call.arguments["archiveEmail"] != nil {
            // The data set has no templates, and a failed e-mail stops the move.
            throw .notFound("communication_template")
        }
        enter(stage, &row, &call, reason: reason?.id)
        return .object(call.application(row: row.id))
    }

    private static func changeSource(_ call: inout AshbyCall) throws(AshbyFailure) -> AshbyOperation.Reply {
        var row = try call.row("applications", "applicationId", "application")
        let source = try call.optional("sources", "sourceId", "source")
        row["sourceId"] = source.map { .string($0.id) } ?? .null
        call.save(row, in: "applications")
        return .object(call.application(row: row.id))
    }

    /// Puts an application into a stage, ends its stay in the one before, and lets the status follow.
    static func enter(_ stage: Row, _ row: inout Row, _ call: inout AshbyCall, reason: String?) {
        let past = call.history(of: row.id)
        if var last = past.last {
            last["leftStageAt"] = call.time
            call.save(last, in: "history")
        }
        row["interviewStageId"] = .string(stage.id)
        switch stage.text("type") {
        case "Lead": row["status"] = "Lead"
        case "Archived": row["status"] = "Archived"
        case "Hired": row["status"] = "Hired"
        default: row["status"] = "Active"
        }
        row["archiveReasonId"] = reason.map { .string($0) } ?? .null
        row["archivedAt"] = stage.text("type") == "Archived" ? call.time : .null
        call.save(row, in: "applications")
        _ = call.add(
            [
                "applicationId": .string(row.id), "stageId": .string(stage.id), "title": stage["title"],
                "enteredStageAt": past.isEmpty ? row["createdAt"] : call.time,
                "stageNumber": .integer(past.count), "actorId": .string(call.actor),
            ],
            to: "history"
        )
    }
}
