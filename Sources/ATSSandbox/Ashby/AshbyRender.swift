import Basics
import JSON

/// Writes rows in the vendor's shapes.
///
/// Where recorded traffic has nulls and the schema has none, and where it leaves members out, the traffic is followed.
extension AshbyCall {
    func user(_ id: String?) -> JSONValue {
        guard let row = id.flatMap({ store["users"][$0] }) else { return .null }
        var user: JSONObject = ["id": .string(row.id)]
        for name in ["firstName", "lastName", "email", "globalRole", "isEnabled", "updatedAt"] {
            user[name] = row[name]
        }
        if !row["managerId"].isNull { user["managerId"] = row["managerId"] }
        if let values = row["customFields"].array { user["customFields"] = .array(values) }
        return .object(user)
    }

    func plain(_ table: String, _ row: Row, without hidden: Set<String> = []) -> JSONValue {
        var object: JSONObject = ["id": .string(row.id)]
        for name in store[table].columns.names where !hidden.contains(name) { object[name] = row[name] }
        return .object(object)
    }

    func untimed(_ table: String, _ id: String?) -> JSONValue {
        guard let row = id.flatMap({ store[table][$0] }) else { return .null }
        return plain(table, row, without: ["createdAt", "updatedAt"])
    }

    func department(_ row: Row) -> JSONValue { plain("departments", row) }
    func location(_ row: Row) -> JSONValue { plain("locations", row, without: ["createdAt", "updatedAt"]) }
    func interview(_ row: Row) -> JSONValue {
        var hidden: Set<String> = ["createdAt", "updatedAt"]
        if row["jobId"].isNull { hidden.insert("jobId") }
        return plain("interviews", row, without: hidden)
    }

    func stage(_ id: String?) -> JSONValue { untimed("stages", id) }

    func job(_ row: Row) -> JSONValue {
        var job = plain("jobs", row, without: ["authorId", "salary", "brandId", "customFields", "compensationTiers"])
        job["interviewPlanIds"] = row["defaultInterviewPlanId"].isNull ? [] : [row["defaultInterviewPlanId"]]
        job["customFields"] = .array(row["customFields"].array ?? [])
        job["author"] = user(row.text("authorId"))
        for name in arguments.words("expand") ?? [] {
            switch name {
            case "location":
                job[name] = row.text("locationId").flatMap { store["locations"][$0] }.map(location) ?? .null
            case "openings":
                let rows = store["openings"].listed(now: now.milliseconds)
                job[name] = .array(
                    rows.filter { $0["version"]["jobIds"]?.array?.contains(.string(row.id)) == true }.map(opening)
                )
            case "compensation" where !row["compensationTiers"].isNull:
                job[name] = ["compensationTiers": row["compensationTiers"]]
            default:
                job[name] = [
                    "compensationTiers": [
                        ["title": .null, "value": row["salary"], "currencyCode": "GBP", "interval": "1 YEAR"]
                    ]
                ]
            }
        }
        return job
    }

    func candidate(_ row: Row) -> JSONValue {
        var candidate: JSONObject = [
            "id": .string(row.id), "createdAt": row["createdAt"], "updatedAt": row["updatedAt"], "name": row["name"],
        ]
        for (single, list) in [("primaryEmailAddress", "emailAddresses"), ("primaryPhoneNumber", "phoneNumbers")] {
            let all = row[list].array ?? []
            if let primary = all.first(where: { $0["isPrimary"] == true }) { candidate[single] = primary }
            candidate[list] = .array(all)
        }
        candidate["socialLinks"] = .array(row["socialLinks"].array ?? [])
        candidate["tags"] = .array(row.list("tagIds").map { untimed("tags", $0) })
        for name in ["position", "company", "school", "resumeFileHandle", "location"] where !row[name].isNull {
            candidate[name] = row[name]
        }
        let applications = store["applications"].rows(where: "candidateId", is: row.id)
        candidate["applicationIds"] = .array(
            applications.filter { isVisible($0, "applications") }.map { .string($0.id) }
        )
        candidate["fileHandles"] = .array(row["fileHandles"].array ?? [])
        candidate["customFields"] = .array(row["customFields"].array ?? [])
        candidate["profileUrl"] = .string(
            "https://app.ashbyhq.com/candidate-searches/new/right-side/candidates/\(row.id)"
        )
        candidate["source"] = untimed("sources", row.text("sourceId"))
        candidate["creditedToUser"] = user(row.text("creditedToUserId"))
        candidate["timezone"] = row["timezone"]
        candidate["fraudStatus"] = row["fraudStatus"]
        return .object(candidate)
    }

    func application(_ row: Row) -> JSONValue {
        let person = row.text("candidateId").flatMap { store["candidates"][$0] }
        var shortPerson: JSONObject = [:]
        if let person, case .object(let whole) = candidate(person) {
            for name in ["id", "name", "primaryEmailAddress", "primaryPhoneNumber"] { shortPerson[name] = whole[name] }
        }
        let job = row.text("jobId").flatMap { store["jobs"][$0] }
        var reason = untimed("archiveReasons", row.text("archiveReasonId"))
        if !reason.isNull { reason["customFields"] = [] }
        var application: JSONObject = [
            "id": .string(row.id), "createdAt": row["createdAt"], "updatedAt": row["updatedAt"],
            "candidate": .object(shortPerson), "status": row["status"],
            "customFields": .array(row["customFields"].array ?? []),
            "currentInterviewStage": stage(row.text("interviewStageId")),
            "source": untimed("sources", row.text("sourceId")),
            "creditedToUser": user(row.text("creditedToUserId")), "archiveReason": reason,
        ]
        application["job"] = [
            "id": row["jobId"], "title": job?["title"] ?? .null, "locationId": job?["locationId"] ?? .null,
            "departmentId": job?["departmentId"] ?? .null,
        ]
        application["hiringTeam"] = .array(team(row, "applications"))
        for name in ["appliedViaJobPostingId"] { application[name] = row[name] }
        application["submitterClientIp"] = .null
        application["submitterUserAgent"] = .null
        if !row["archivedAt"].isNull { application["archivedAt"] = row["archivedAt"] }
        if arguments.words("expand")?.contains("openings") == true { application["openings"] = [] }
        return .object(application)
    }

    func applicationWithHistory(_ row: Row) -> JSONValue {
        var detail = application(row)
        detail["applicationHistory"] = .array(history(of: row.id).map(historyEvent))
        return detail
    }

    func history(of application: String) -> [Row] {
        store["history"].rows(where: "applicationId", is: application)
            .sorted { ($0["stageNumber"].integer ?? 0) < ($1["stageNumber"].integer ?? 0) }
    }

    func historyEvent(_ row: Row) -> JSONValue {
        var event: JSONObject = [
            "id": .string(row.id), "stageId": row["stageId"], "title": row["title"],
            "enteredStageAt": row["enteredStageAt"], "stageNumber": row["stageNumber"],
            "allowedActions": ["set_entered_at", "delete"], "actorId": row["actorId"],
        ]
        if !row["leftStageAt"].isNull { event["leftStageAt"] = row["leftStageAt"] }
        return .object(event)
    }

    func note(_ row: Row) -> JSONValue {
        let author = user(row.text("authorId"))
        var short: JSONObject = [:]
        for name in ["id", "firstName", "lastName", "email"] { short[name] = author[name] }
        return [
            "id": .string(row.id), "createdAt": row["createdAt"], "isPrivate": row["isPrivate"],
            "content": row["content"], "author": .object(short),
        ]
    }

    func feedback(_ row: Row) -> JSONValue {
        var feedback: JSONObject = [
            "id": .string(row.id), "formDefinition": feedbackForm,
            "submittedValues": ["overall_recommendation": row["recommendation"], "notes": row["notes"]],
            "submittedByUser": user(row.text("submittedByUserId")), "interviewId": row["interviewId"],
            "feedbackFormDefinitionId": .string(StableID.uuid("feedback form", 0, seed: seed)),
            "applicationId": row["applicationId"], "submittedAt": row["submittedAt"],
        ]
        if !row["interviewEventId"].isNull { feedback["interviewEventId"] = row["interviewEventId"] }
        return .object(feedback)
    }

    func field(_ path: String, _ type: String, _ title: String, required: Bool) -> JSONValue {
        var field: JSONObject = [
            "id": .string(StableID.uuid("field " + path, 0, seed: seed)), "type": .string(type), "path": .string(path),
            "humanReadablePath": .string(title), "title": .string(title), "isNullable": .bool(!required),
        ]
        if type == "ValueSelect" {
            field["selectableValues"] = [
                ["label": "Strong yes", "value": "4"], ["label": "Yes", "value": "3"], ["label": "No", "value": "2"],
                ["label": "Strong no", "value": "1"],
            ]
        }
        return ["isRequired": .bool(required), "field": .object(field)]
    }

    func schedule(_ row: Row) -> JSONValue {
        [
            "id": .string(row.id), "status": row["status"], "applicationId": row["applicationId"],
            "interviewStageId": row["interviewStageId"], "scheduledBy": user(row.text("scheduledById")),
            "createdAt": row["createdAt"], "updatedAt": row["updatedAt"],
            "interviewEvents": .array(events(of: row).map { event($0, row) }),
        ]
    }

    private func version(_ value: JSONValue) -> JSONValue {
        var version = value
        version["author"] = user(value["authorId"]?.string)
        version["authorId"] = nil
        return version
    }

    func offer(_ row: Row, whole: Bool) -> JSONValue {
        let versions = (row["versions"].array ?? []).map(version)
        var offer: JSONObject = [
            "id": .string(row.id), "decidedAt": row["decidedAt"], "applicationId": row["applicationId"],
            "acceptanceStatus": row["acceptanceStatus"], "offerStatus": row["offerStatus"],
            "latestVersion": versions.last ?? .null,
        ]
        if whole {
            offer["versions"] = .array(versions)
            if !arguments.flag("excludeFormDefinition") { offer["formDefinition"] = offerForm }
        }
        return .object(offer)
    }

    var offerForm: JSONValue {
        [
            "sections": [
                [
                    "fields": [
                        field("startDate", "Date", "Start date", required: true),
                        field("salary", "Currency", "Base salary", required: true),
                    ]
                ]
            ]
        ]
    }
}
