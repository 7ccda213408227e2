import Basics
import JSON

extension AshbyCatalog {
    private static let limits: [AshbyOperation.Parameter] = [
        .init("dailyLimit", .integer, nullable: true), .init("weeklyLimit", .integer, nullable: true),
    ]

    /// Pools of interviewers, and the limits and pauses of each of them.
    static let interviewers: [AshbyOperation] = [
        .list(
            "interviewerPool.list",
            "hiringProcessMetadataRead",
            "pools",
            [.init("includeArchivedTrainingStages", .boolean)],
            archived: "includeArchivedPools"
        ) { $0.pool($1, whole: false) },
        .info("interviewerPool.info", "hiringProcessMetadataRead", "interviewerPoolId", "pools", "interviewer_pool") {
            $0.pool($1, whole: true)
        },
        .init(
            "interviewerPool.create",
            "hiringProcessMetadataWrite",
            [.init("title", required: true), .init("requiresTraining", .boolean)]
        ) { (call) throws(AshbyFailure) in
            guard call.arguments.text("title")?.isEmpty == false else { throw .invalid("title", "must not be empty") }
            let row = call.add(
                [
                    "title": call.arguments["title"] ?? .null, "isArchived": false,
                    "requiresTraining": .bool(call.arguments.flag("requiresTraining")), "memberIds": [],
                    "traineeIds": [],
                ],
                to: "pools"
            )
            return .object(call.pool(row, whole: true))
        },
        pool("interviewerPool.update", [.init("title"), .init("requiresTraining", .boolean)]) {
            (row, call) throws(AshbyFailure) in
            for name in ["title", "requiresTraining"] { if let value = call.arguments[name] { row[name] = value } }
        },
        pool("interviewerPool.archive") { (row, _) throws(AshbyFailure) in row["isArchived"] = true },
        pool("interviewerPool.restore") { (row, _) throws(AshbyFailure) in row["isArchived"] = false },
        pool(
            "interviewerPool.addUser",
            [.id("userId"), .id("interviewerPoolTrainingPathStageId", required: false)]
        ) { (row, call) throws(AshbyFailure) in
            let user = JSONValue.string(try call.row("users", "userId", "user").id)
            let trains = call.arguments["interviewerPoolTrainingPathStageId"] != nil
            if trains, row["requiresTraining"] != true {
                throw .invalid("interviewerPoolTrainingPathStageId", "the pool has no training path")
            }
            remove(user, from: &row)
            let column = trains ? "traineeIds" : "memberIds"
            row[column] = .array((row[column].array ?? []) + [user])
        },
        pool("interviewerPool.removeUser", [.id("userId")]) { (row, call) throws(AshbyFailure) in
            remove(.string(try call.row("users", "userId", "user").id), from: &row)
        },
        .info("user.interviewerSettings", "organizationRead", "userId", "users", "user") { $0.settings($1) },
        .change(
            "user.updateInterviewerSettings",
            "organizationWrite",
            "userId",
            "users",
            "user",
            limits,
            render: { $0.settings($1) }
        ) { (row, call) throws(AshbyFailure) in
            for name in ["dailyLimit", "weeklyLimit"] where call.arguments.has(name) {
                if let limit = call.arguments.integer(name), limit < 0 { throw .invalid(name, "must not be negative") }
                row[name] = call.arguments[name] ?? .null
            }
        },
        .whole("user.listInterviewerPauses", "organizationRead", "pauses", [.id("userId")]) { call, row in
            call.arguments["userId"] == row["userId"]
        } render: {
            $0.pause($1)
        },
        .init(
            "user.createInterviewerPause",
            "organizationWrite",
            [.id("userId"), .init("startsAt", .instant), .init("endsAt", .instant), .init("comment")]
        ) { (call) throws(AshbyFailure) in
            let user = try call.row("users", "userId", "user")
            let start = call.arguments.text("startsAt") ?? call.now.iso8601
            if let end = call.arguments.text("endsAt"), end <= start { throw .invalid("endsAt", "not after startsAt") }
            let row = call.add(
                [
                    "userId": .string(user.id), "startsAt": .string(start),
                    "endsAt": call.arguments["endsAt"] ?? .null, "comment": call.arguments["comment"] ?? .null,
                ],
                to: "pauses"
            )
            return .object(call.pause(row))
        },
        .init("user.deleteInterviewerPause", "organizationWrite", [.id("interviewerPauseId")]) {
            (call) throws(AshbyFailure) in
            let row = try call.row("pauses", "interviewerPauseId", "interviewer_pause")
            call.store.remove(row.id, from: "pauses")
            return .object(["id": .string(row.id)])
        },
    ]

    private static func pool(
        _ name: String,
        _ more: [AshbyOperation.Parameter] = [],
        _ body: @escaping @Sendable (inout Row, inout AshbyCall) throws(AshbyFailure) -> Void
    ) -> AshbyOperation {
        .change(
            name,
            "hiringProcessMetadataWrite",
            "interviewerPoolId",
            "pools",
            "interviewer_pool",
            more,
            render: { $0.pool($1, whole: true) },
            body
        )
    }

    private static func remove(_ user: JSONValue, from row: inout Row) {
        for column in ["memberIds", "traineeIds"] {
            row[column] = .array((row[column].array ?? []).filter { $0 != user })
        }
    }
}

extension AshbyCall {
    func pool(_ row: Row, whole: Bool) -> JSONValue {
        let path = StableID.uuid("training path " + row.id, 0, seed: seed)
        let stage = StableID.uuid("training stage " + row.id, 0, seed: seed)
        var pool: JSONObject = [
            "id": .string(row.id), "title": row["title"], "isArchived": row["isArchived"],
            "trainingPath": [
                "id": .string(path), "enabled": row["requiresTraining"],
                "trainingStages": row["requiresTraining"] == true
                    ? [
                        [
                            "id": .string(stage), "interviewerRole": "Shadow", "interviewsRequired": 2,
                            "isArchived": false, "approvalRequired": false, "approvers": [],
                        ]
                    ] : [],
            ],
        ]
        guard whole else { return .object(pool) }
        func person(_ id: String) -> JSONValue {
            var person = user(id)
            person["isPaused"] = .bool(isPaused(id))
            return person
        }
        pool["qualifiedMembers"] = .array(row.list("memberIds").map(person))
        pool["trainees"] = .array(
            row.list("traineeIds").map { id in
                var person = person(id)
                person["currentProgress"] = [
                    "trainingPathId": .string(path), "trainingPathStageId": .string(stage), "interviewsCompleted": 0,
                ]
                return person
            }
        )
        return .object(pool)
    }

    private func isPaused(_ user: String) -> Bool {
        store["pauses"].rows(where: "userId", is: user).contains { row in
            (row.text("startsAt") ?? "") <= now.iso8601 && (row.text("endsAt").map { $0 > now.iso8601 } ?? true)
        }
    }

    func settings(_ row: Row) -> JSONValue {
        ["id": .string(row.id), "dailyLimit": row["dailyLimit"], "weeklyLimit": row["weeklyLimit"]]
    }

    func pause(_ row: Row) -> JSONValue { plain("pauses", row, without: ["updatedAt"]) }
}
