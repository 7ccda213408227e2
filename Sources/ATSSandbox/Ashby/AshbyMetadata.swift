import Basics
import JSON

extension AshbyCatalog {
    /// The smaller lists: reasons, templates, links, approvals, and what is known about a candidate besides.
    static let metadata: [AshbyOperation] = [
        .whole(
            "closeReason.list",
            "hiringProcessMetadataRead",
            "closeReasons",
            [.init("includeArchived", .boolean)]
        ) { call, row in
            call.arguments.flag("includeArchived") || row["isArchived"] != true
        } render: {
            $0.untimed("closeReasons", $1.id)
        },
        .whole("communicationTemplate.list", "hiringProcessMetadataRead", "templates") { $0.plain("templates", $1) },
        .whole(
            "sourceTrackingLink.list",
            "hiringProcessMetadataRead",
            "trackingLinks",
            [.init("includeDisabled", .boolean), .id("sourceId", required: false)]
        ) { call, row in
            (call.arguments.flag("includeDisabled") || row["enabled"] == true)
                && (call.arguments["sourceId"].map { $0 == row["sourceId"] } ?? true)
        } render: {
            $0.untimed("trackingLinks", $1.id)
        },
        .change(
            "candidateTag.archive",
            "hiringProcessMetadataWrite",
            "tagId",
            "tags",
            "candidate_tag",
            render: { $0.untimed("tags", $1.id) }
        ) { (row, _) throws(AshbyFailure) in row["isArchived"] = true },
        .list(
            "approval.list",
            "approvalsRead",
            "approvals",
            [.init("entityType", .choice(["offer", "job", "opening"])), .id("entityId", required: false)]
        ) { (call, row) throws(AshbyFailure) in
            ["entityType", "entityId"].allSatisfy { name in call.arguments[name].map { $0 == row[name] } ?? true }
        } render: {
            $0.plain("approvals", $1, without: ["updatedAt"])
        },
        .init(
            "approvalDefinition.update",
            "approvalsWrite",
            [
                .init("entityType", .choice(["offer"]), required: true), .id("entityId"),
                .init("approvalStepDefinitions", .list(.object), required: true),
                .init("submitApprovalRequest", .boolean),
            ]
        ) { (call) throws(AshbyFailure) in try updateApproval(&call) },
        .init(
            "application.updateHistory",
            "candidatesWrite",
            [.id("applicationId"), .init("applicationHistory", .list(.object), required: true)]
        ) { (call) throws(AshbyFailure) in try updateHistory(&call) },
        .init(
            "application.listCriteriaEvaluations",
            "candidatesRead",
            [.id("applicationId")] + AshbyOperation.paging
        ) { (call) throws(AshbyFailure) in
            let row = try call.row("applications", "applicationId", "application")
            return .page([call.evaluation(row)], next: nil, sync: nil)
        },
        .init("candidate.listClientInfo", "candidatesRead", [.id("candidateId")] + AshbyOperation.paging) {
            (call) throws(AshbyFailure) in
            let row = try call.row("candidates", "candidateId", "candidate")
            let applications = call.store["applications"].rows(where: "candidateId", is: row.id)
                .filter { call.isVisible($0, "applications") }
            return .page(applications.map { call.clientInfo($0) }, next: nil, sync: nil)
        },
        .init("candidate.listFraudChecks", "candidatesRead", [.id("candidateId")] + AshbyOperation.paging) {
            (call) throws(AshbyFailure) in
            _ = try call.row("candidates", "candidateId", "candidate")
            return .page([], next: nil, sync: nil)
        },
        .change(
            "candidate.setFraudStatus",
            "candidatesWrite",
            "candidateId",
            "candidates",
            "candidate",
            [.init("fraudStatus", .choice(["Fraudulent", "NotFraudulent", "Unsure"]), required: true)],
            render: { $0.candidate($1) }
        ) { (row, call) throws(AshbyFailure) in row["fraudStatus"] = call.arguments["fraudStatus"] ?? .null },
        .init("candidate.listProjects", "candidatesRead", [.id("candidateId")] + AshbyOperation.paging) {
            (call) throws(AshbyFailure) in
            let row = try call.row("candidates", "candidateId", "candidate")
            let rows = row.list("projectIds").compactMap { call.store["projects"][$0] }
            return .page(
                rows.filter { call.isVisible($0, "projects") }.map { call.project($0) },
                next: nil,
                sync: nil
            )
        },
        .init("version.list", "apiKeysRead") { (_) throws(AshbyFailure) in
            .list([["version": "2026-01-01", "status": "active"]])
        },
    ]

    private static func updateApproval(_ call: inout AshbyCall) throws(AshbyFailure) -> AshbyOperation.Reply {
        let version = call.arguments["entityId"] ?? .null
        let offers = call.store["offers"].listed(now: call.now.milliseconds)
        guard let offer = offers.first(where: { $0["versions"].array?.last?["id"] == version }),
            call.isVisible(offer, "offers")
        else { throw .invalid("entityId", "not the latest version of an offer") }
        var steps: [JSONValue] = []
        let given = call.arguments["approvalStepDefinitions"]?.array ?? []
        for (number, step) in given.enumerated() {
            let people = step["approvers"]?.array ?? []
            guard let needed = step["approvalsRequired"]?.integer, (1...max(1, people.count)).contains(needed) else {
                throw .invalid("approvalStepDefinitions", "approvalsRequired is not from 1 to the number of approvers")
            }
            var approvers: [JSONValue] = []
            for (index, person) in people.enumerated() {
                guard let id = person["userId"]?.string, call.store["users"][id] != nil else { throw .notFound("user") }
                approvers.append([
                    "id": .string(StableID.uuid("approver \(offer.id)", number * 100 + index, seed: call.seed)),
                    "userId": .string(id), "decision": "pending", "decidedAt": .null,
                ])
            }
            steps.append([
                "id": .string(StableID.uuid("approval step \(offer.id)", number, seed: call.seed)),
                "approvalsRequired": .integer(needed), "completedAt": .null, "approvers": .array(approvers),
            ])
        }
        let submits = call.arguments.flag("submitApprovalRequest")
        for old in call.store["approvals"].rows(where: "entityId", is: version.string ?? "") {
            call.store.remove(old.id, from: "approvals")
        }
        let row = call.add(
            [
                "approvalDefinitionId": .string(StableID.uuid("approval \(offer.id)", 0, seed: call.seed)),
                "entityId": version, "entityType": "offer", "submittedAt": submits ? call.time : .null,
                "completedAt": .null, "steps": .array(steps),
            ],
            to: "approvals"
        )
        if submits {
            var changed = offer
            changed["offerStatus"] = "WaitingOnOfferApproval"
            call.save(changed, in: "offers")
        }
        return .object([
            "id": row["approvalDefinitionId"], "entityType": "Offer", "entityId": version,
            "approvalStepDefinitions": call.arguments["approvalStepDefinitions"] ?? [],
        ])
    }

    /// Replaces the history of an application: events that the caller leaves out are dropped.
    private static func updateHistory(_ call: inout AshbyCall) throws(AshbyFailure) -> AshbyOperation.Reply {
        var row = try call.row("applications", "applicationId", "application")
        let given = call.arguments["applicationHistory"]?.array ?? []
        guard !given.isEmpty else { throw .invalid("applicationHistory", "needs one event or more") }
        let known = call.history(of: row.id)
        var events: [(id: String?, stage: Row, entered: String, reason: String?)] = []
        for item in given.sorted(by: { ($0["stageNumber"]?.integer ?? 0) < ($1["stageNumber"]?.integer ?? 0) }) {
            guard let stage = item["stageId"]?.string.flatMap({ call.store["stages"][$0.lowercased()] }) else {
                throw .notFound("interview_stage")
            }
            guard stage["interviewPlanId"] == row["interviewPlanId"] else {
                throw .invalid("applicationHistory.stageId", "not a stage of the application's interview plan")
            }
            guard let entered = item["enteredStageAt"]?.string.flatMap({ Timestamp(iso8601: $0) }) else {
                throw .invalid("applicationHistory.enteredStageAt", "expected an ISO 8601 date-time")
            }
            if let last = events.last, last.entered > entered.iso8601 {
                throw .invalid("applicationHistory", "an event is earlier than the one before it")
            }
            let id = item["applicationHistoryId"]?.string?.lowercased()
            if let id, !known.contains(where: { $0.id == id }) { throw .notFound("application_history") }
            events.append((id, stage, entered.iso8601, item["archiveReasonId"]?.string))
        }
        for old in known where !events.contains(where: { $0.id == old.id }) {
            call.store.remove(old.id, from: "history")
        }
        for (number, event) in events.enumerated() {
            let left: JSONValue = number + 1 < events.count ? .string(events[number + 1].entered) : .null
            let values: JSONObject = [
                "applicationId": .string(row.id), "stageId": .string(event.stage.id), "title": event.stage["title"],
                "enteredStageAt": .string(event.entered), "leftStageAt": left, "stageNumber": .integer(number),
                "actorId": .string(call.actor), "createdAt": call.time,
            ]
            if let id = event.id {
                call.save(call.store["history"].row(id: id, values), in: "history")
            } else {
                _ = call.add(values, to: "history")
            }
        }
        if let last = events.last {
            row["interviewStageId"] = .string(last.stage.id)
            let type = last.stage.text("type") ?? ""
            row["status"] = ["Lead", "Archived", "Hired"].contains(type) ? .string(type) : "Active"
            row["archivedAt"] = type == "Archived" ? .string(last.entered) : .null
            row["archiveReasonId"] =
                type == "Archived" ? last.reason.map { .string($0) } ?? row["archiveReasonId"] : .null
        }
        call.save(row, in: "applications")
        return .object(call.store["applications"][row.id].map { call.applicationWithHistory($0) } ?? .null)
    }
}

extension AshbyCall {
    func project(_ row: Row) -> JSONValue {
        var project = plain("projects", row, without: ["updatedAt", "customFields"])
        project["customFieldEntries"] = .array(row["customFields"].array ?? [])
        return project
    }

    func clientInfo(_ row: Row) -> JSONValue {
        [
            "id": .string(StableID.uuid("client " + row.id, 0, seed: seed)), "ipAddress": "192.0.2.41",
            "userAgent": "Mozilla/5.0", "relatedEntityType": "application", "relatedEntityId": .string(row.id),
            "candidateId": row["candidateId"], "createdAt": row["createdAt"],
        ]
    }

    func evaluation(_ row: Row) -> JSONValue {
        let isOver = row["status"] != "Lead"
        return [
            "id": .string(StableID.uuid("evaluation " + row.id, 0, seed: seed)),
            "criterion": [
                "id": .string(StableID.uuid("criterion", 0, seed: seed)), "title": "Relevant experience",
                "type": "ResumePrompt", "prompt": "Has the person worked in a comparable role?",
                "applicationFormDefinitionId": .null, "applicationFormFieldPath": .null,
            ],
            "status": isOver ? "Completed" : "Pending", "outcome": isOver ? "Meets" : .null,
            "reasoning": isOver ? "The summary names a comparable role." : .null, "skipReason": .null,
            "outcomeNumber": .null, "evaluatedAt": isOver ? row["updatedAt"] : .null,
        ]
    }
}
