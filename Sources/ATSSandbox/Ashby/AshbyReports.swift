import Basics
import JSON

extension AshbyCatalog {
    private static let report: [AshbyOperation.Parameter] = [
        .id("reportId"), .init("includeHeadersInData", .boolean), .init("resultStyle", .choice(["inline", "url"])),
    ]

    /// Reports: at once, or started and asked for until they are there.
    static let reports: [AshbyOperation] = [
        .init("report.synchronous", "reportsRead", report) { (call) throws(AshbyFailure) in
            let row = try call.row("reports", "reportId", "report")
            return .object(call.report(row, "rep_result:" + row.id))
        },
        .init("report.generate", "reportsRead", report + [.init("requestId")], writes: true) {
            (call) throws(AshbyFailure) in
            let row = try call.row("reports", "reportId", "report")
            if let request = call.arguments.text("requestId") {
                guard
                    call.store["reportRequests"].rows(where: "requestId", is: request).contains(where: {
                        $0["reportId"] == .string(row.id)
                    })
                else { throw .invalid("requestId", "not a request for this report") }
                return .object(call.report(row, request))
            }
            let request = "rep_result:" + call.newID("reportRequests")
            _ = call.add(["requestId": .string(request), "reportId": .string(row.id)], to: "reportRequests")
            return .object([
                "requestId": .string(request), "status": "in_progress", "reportData": .null, "failureReason": .null,
            ])
        },
        .list(
            "auditLog.list",
            "auditLogsRead",
            "auditLog",
            [
                .init("startDate", .instant), .init("endDate", .instant), .init("actorIds", .list(.text)),
                .init("targetIds", .list(.text)), .init("targetTypes", .list(.text)), .init("categories", .list(.text)),
            ]
        ) { (call, row) throws(AshbyFailure) in
            let at = row.text("createdAt") ?? ""
            func has(_ name: String, _ value: JSONValue?) -> Bool {
                call.arguments[name]?.array.map { $0.contains(value ?? .null) } ?? true
            }
            return (call.arguments.text("startDate").map { at >= $0 } ?? true)
                && (call.arguments.text("endDate").map { at <= $0 } ?? true) && has("categories", row["category"])
                && has("actorIds", row["actor"]["id"]) && has("targetIds", row["target"]["id"])
                && has("targetTypes", row["target"]["type"])
        } render: { call, row in
            var entry = call.plain("auditLog", row, without: ["createdAt", "updatedAt"])
            entry["timestamp"] = row["createdAt"]
            return entry
        },
    ]
}

extension AshbyCall {
    /// How many applications every open job has, which is what the generated reports are about.
    func report(_ row: Row, _ request: String) -> JSONValue {
        let columns: [JSONValue] = ["Job", "Active", "Archived", "Hired"]
        var data: [JSONValue] = arguments.flag("includeHeadersInData") ? [.array(columns)] : []
        for job in store["jobs"].listed(now: now.milliseconds) where job["status"] == "Open" && isVisible(job, "jobs") {
            let all = store["applications"].rows(where: "jobId", is: job.id)
            let counts = ["Active", "Archived", "Hired"].map { status in
                JSONValue.integer(all.count { $0.text("status") == status })
            }
            data.append(.array([job["title"]] + counts))
        }
        return [
            "requestId": .string(request), "status": "complete",
            "reportData": [
                "data": .array(data), "columnNames": .array(columns),
                "metadata": ["updatedAt": row["updatedAt"], "title": row["title"], "reportGeneratedAt": time],
            ],
            "failureReason": .null,
        ]
    }
}
