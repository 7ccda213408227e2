import JSON

extension AshbyCatalog {
    static let webhookTypes = [
        "applicationSubmit", "applicationUpdate", "candidateHire", "candidateStageChange", "candidateDelete",
        "candidateMerge", "interviewPlanTransition", "interviewScheduleCreate", "interviewScheduleUpdate", "jobCreate",
        "jobUpdate", "jobPostingUpdate", "jobPostingDelete", "jobPostingPublish", "jobPostingUnpublish",
        "openingCreate", "offerCreate", "offerUpdate", "offerDelete", "pushToHRIS", "surveySubmit",
        "takeHomeAssignmentAssigned", "takeHomeAssignmentCancelled", "takeHomeAssignmentCompleted",
        "takeHomeAssignmentSubmitted", "signatureRequestUpdate",
    ]

    /// Settings of webhooks; there is no list of them, as with the vendor.
    static let webhooks: [AshbyOperation] = [
        .init(
            "webhook.create",
            "apiKeysWrite",
            [
                .init("webhookType", .choice(webhookTypes), required: true), .init("requestUrl", required: true),
                .init("secretToken", required: true),
            ]
        ) { (call) throws(AshbyFailure) in
            try checkURL(call)
            let same = call.store["webhooks"].rows(where: "requestUrl", is: call.arguments.text("requestUrl") ?? "")
            guard same.allSatisfy({ $0["webhookType"] != call.arguments["webhookType"] }) else {
                throw .invalid("requestUrl", "a webhook of this type has this URL already")
            }
            var values: JSONObject = ["enabled": true]
            for name in ["webhookType", "requestUrl", "secretToken"] { values[name] = call.arguments[name] }
            return .object(call.plain("webhooks", call.add(values, to: "webhooks"), without: times))
        },
        .info("webhook.info", "apiKeysRead", "webhookId", "webhooks", "webhook") {
            $0.plain("webhooks", $1, without: times.union(["secretToken"]))
        },
        .change(
            "webhook.update",
            "apiKeysWrite",
            "webhookId",
            "webhooks",
            "webhook",
            [.init("enabled", .boolean), .init("requestUrl"), .init("secretToken")],
            render: { $0.plain("webhooks", $1, without: times) }
        ) { (row, call) throws(AshbyFailure) in
            try checkURL(call)
            for name in ["enabled", "requestUrl", "secretToken"] {
                if let value = call.arguments[name] { row[name] = value }
            }
        },
        .init("webhook.delete", "apiKeysWrite", [.id("webhookId")]) { (call) throws(AshbyFailure) in
            let row = try call.row("webhooks", "webhookId", "webhook")
            call.store.remove(row.id, from: "webhooks")
            return .object(["webhookId": .string(row.id)])
        },
    ]

    private static let times: Set<String> = ["createdAt", "updatedAt"]

    private static func checkURL(_ call: AshbyCall) throws(AshbyFailure) {
        guard let url = call.arguments.text("requestUrl") else { return }
        guard url.hasPrefix("https://") || url.hasPrefix("http://") else {
            throw .invalid("requestUrl", "expected a URL")
        }
    }
}
