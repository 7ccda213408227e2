import Basics
import Cryptography
import HTTP
import JSON

/// What an accepted write means to those who subscribed to it.
enum AshbyEvents {
    /// The deliveries that follow from a write, in the vendor's order of cascades.
    static func deliveries(after name: String, _ reply: AshbyOperation.Reply, _ call: AshbyCall) -> [WebhookDelivery] {
        guard case .object(let value) = reply else { return [] }
        let rows = call.store["webhooks"].listed(now: call.now.milliseconds).filter { $0["enabled"] == true }
        guard !rows.isEmpty else { return [] }
        if name == "webhook.create" {
            let body: JSONValue = ["action": "ping", "data": ["webhookActionType": "ping"]]
            return rows.filter { .string($0.id) == value["id"] }.map { delivery(body, to: $0) }
        }
        var made: [WebhookDelivery] = []
        for (number, event) in events(of: name, value, call).enumerated() {
            // The id is the same for every subscription to one event, and for every attempt.
            let id = StableID.uuid("webhook action \(event.action)", call.store.revision * 8 + number, seed: call.seed)
            let body: JSONValue = [
                "webhookActionId": .string(id), "action": .string(event.action), "data": event.data,
            ]
            made += rows.filter { $0["webhookType"] == .string(event.action) }.map { delivery(body, to: $0) }
        }
        return made
    }

    private static func delivery(_ body: JSONValue, to row: Row) -> WebhookDelivery {
        let bytes = JSONWriter.bytes(of: body)
        let key = Array((row.text("secretToken") ?? "").utf8)
        let signature = Hex.encode(HMACSHA256.authenticate(bytes, key: key))
        return WebhookDelivery(
            url: row.text("requestUrl") ?? "",
            fields: ["Content-Type": "application/json", "Ashby-Signature": "sha256=" + signature],
            body: bytes,
            final: [401, 403, 404, 405, 410],
            wait: { attempt in Double((1 << attempt) - 1) * 10 }
        )
    }

    private typealias Event = (action: String, data: JSONValue)

    private static func events(of name: String, _ value: JSONValue, _ call: AshbyCall) -> [Event] {
        func application(_ id: JSONValue?) -> JSONValue {
            let row = id?.string.flatMap { call.store["applications"][$0] }
            return ["application": row.map { call.application($0) } ?? value]
        }
        switch name {
        case "application.create", "referral.create": return [("applicationSubmit", ["application": value])]
        case "applicationForm.submit": return [("applicationSubmit", application(value["applicationId"]))]
        case "application.changeStage", "application.change_stage", "application.transfer":
            let data: JSONValue = ["application": value]
            let moved: [Event] = [("candidateStageChange", data), ("applicationUpdate", data)]
            return value["status"] == "Hired" ? [("candidateHire", data)] + moved : moved
        case "application.update", "application.changeSource", "application.change_source",
            "application.updateHistory":
            return [("applicationUpdate", ["application": value])]
        case "application.addHiringTeamMember", "application.removeHiringTeamMember":
            return [("applicationUpdate", application(call.arguments["applicationId"]))]
        case "job.create": return [("jobCreate", ["job": value])]
        case "job.update", "job.setStatus", "job.updateCompensation": return [("jobUpdate", ["job": value])]
        case "jobPosting.update", "jobPosting.updateCompensation":
            return [("jobPostingUpdate", ["jobPosting": value])]
        case "jobPosting.setStatus":
            let action = value["status"] == "Published" ? "jobPostingPublish" : "jobPostingUnpublish"
            return [(action, ["jobPosting": value]), ("jobPostingUpdate", ["jobPosting": value])]
        case "interviewSchedule.create":
            let data: JSONValue = ["interviewSchedule": value]
            return [("interviewScheduleCreate", data), ("interviewScheduleUpdate", data)]
        case "interviewSchedule.update", "interviewSchedule.cancel":
            return [("interviewScheduleUpdate", ["interviewSchedule": value])]
        case "opening.create": return [("openingCreate", ["opening": value])]
        case "offer.create": return [("offerCreate", ["offer": value])]
        case "offer.update", "offer.approve", "offer.setStatus", "offer.startApprovalProcess", "offer.setDecidedAt":
            return [("offerUpdate", ["offer": value])]
        case "surveySubmission.create": return [("surveySubmit", ["surveySubmission": value])]
        case "candidate.pushToHris": return [("pushToHRIS", application(value["applicationId"]))]
        default: return []
        }
    }
}
