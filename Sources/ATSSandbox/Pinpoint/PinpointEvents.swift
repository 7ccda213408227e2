import Basics
import Cryptography
import HTTP
import JSON

/// What an accepted write means to the URLs that want to know.
///
/// The vendor has webhooks in its user interface only, so they are set up over the control routes here. Only the name
/// `application_hired` and its payload are confirmed; the others follow its pattern.
enum PinpointEvents {
    static let names = [
        "application_created", "application_stage_changed", "application_hired", "job_created", "job_updated",
        "job_deleted", "requisition_created", "requisition_approved", "job_seeker_created", "user_created",
    ]

    static func deliveries(
        of type: String,
        _ operation: PinpointResource.Operation,
        before: Row?,
        after: Row?,
        in store: Store,
        to webhooks: [PinpointWebhook],
        now: Timestamp
    ) -> [WebhookDelivery] {
        guard !webhooks.isEmpty, let row = after ?? before else { return [] }
        var made: [WebhookDelivery] = []
        for event in events(type, operation, before: before, after: after, store) {
            let body = JSONWriter.bytes(of: [
                "event": .string(event), "triggeredAt": .integer(Int(now.milliseconds / 1000)), "data": data(type, row),
            ])
            for webhook in webhooks where webhook.events.isEmpty || webhook.events.contains(event) {
                let code = HMACSHA256.authenticate(body, key: Array(webhook.secret.utf8))
                made.append(
                    WebhookDelivery(
                        url: webhook.url,
                        fields: ["Content-Type": "application/json", "PINPOINT-HMAC-SHA256": Base64.encode(code)],
                        body: body,
                        final: [],
                        wait: { attempt in Double(1 << attempt) * 42 }
                    )
                )
            }
        }
        return made
    }

    private static func events(
        _ type: String,
        _ operation: PinpointResource.Operation,
        before: Row?,
        after: Row?,
        _ store: Store
    ) -> [String] {
        switch (type, operation) {
        case ("applications", .create): return ["application_created"]
        case ("applications", .update):
            guard before?["stage_id"] != after?["stage_id"] else { return [] }
            let stage = after?.text("stage_id").flatMap { store["stages"][$0] }
            return ["application_stage_changed"] + (stage?.text("basic_type") == "hired" ? ["application_hired"] : [])
        case ("jobs", .create): return ["job_created"]
        case ("jobs", .update): return ["job_updated"]
        case ("jobs", .delete): return ["job_deleted"]
        case ("requisitions", .create): return ["requisition_created", "requisition_approved"]
        case ("job_seekers", .create): return ["job_seeker_created"]
        case ("users", .create): return ["user_created"]
        default: return []
        }
    }

    /// Ids and nothing else, as numbers: whoever wants more reads the record.
    private static func data(_ type: String, _ row: Row) -> JSONValue {
        func link(_ id: String?) -> JSONValue { ["id": id.flatMap { Int($0) }.map { .integer($0) } ?? .null] }
        var data: JSONObject = [String(type.dropLast()): link(row.id)]
        if type == "applications" { data["job"] = link(row.text("job_id")) }
        return .object(data)
    }
}
