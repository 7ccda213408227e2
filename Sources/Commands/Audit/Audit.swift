import Gateway
import HTTP
import JSON

extension Command {
    static let auditVerify = Command(
        path: ["audit", "verify"],
        summary: "Prove that no row of the audit was changed, removed or moved",
        options: [
            .init(name: "head", value: "NUMBER:HASH", summary: "An end of the chain that was exported earlier"),
            CommonOptions.json,
        ] + CommonOptions.places,
        run: { invocation in
            let query = invocation.value("head").map { "?head=" + PercentEncoding.encode($0) } ?? ""
            return try await invocation.withControl { control in
                let answer = try await control.send("GET", "/v1/audit/verify" + query)
                let isIntact = answer["ok"]?.bool == true
                if invocation.json {
                    invocation.terminal.print(JSONWriter.pretty(answer))
                } else if isIntact {
                    let rows = answer["rows"]?.integer ?? 0
                    invocation.terminal.print("The audit is intact: \(rows) rows, head \(answer["head"]?.string ?? "")")
                } else {
                    for problem in answer["problems"]?.array ?? [] { invocation.terminal.print(problem.string ?? "") }
                }
                return isIntact ? .done : .failed
            }
        }
    )

    static let auditExport = Command(
        path: ["audit", "export"],
        summary: "Print rows of the audit as JSON Lines, and the end of its chain as the last line",
        options: [
            .init(name: "record", value: "ID", summary: "Only what read or wrote this record"),
            .init(name: "actor", value: "WHO", summary: "Only what they did, such as token:tok_…"),
            .init(name: "via", value: "WAY", summary: "Only what came through it, such as chat or run:run_…"),
            .init(name: "tool", value: "NAME", summary: "Only calls of this tool"),
            .init(name: "action", value: "KIND", summary: "Only calls, searches, or another kind"),
            .init(name: "since", value: "TIME", summary: "Only rows from then on (ISO 8601)"),
            .init(name: "until", value: "TIME", summary: "Only rows before then (ISO 8601)"),
        ] + CommonOptions.places,
        details: """
            Keep the last line elsewhere: with it, `audit verify --head` finds rows that were cut off at the end.
            Example: switchboard audit export --record 98765
            """,
        run: { invocation in
            var pairs: [(name: String, value: String)] = [("limit", "1000")]
            for name in ["record", "actor", "via", "tool", "action", "since", "until"] {
                if let value = invocation.value(name) { pairs.append((name, value)) }
            }
            let conditions = pairs
            return try await invocation.withControl { control in
                var cursor: String?
                repeat {
                    let query = PercentEncoding.encodeForm(conditions + (cursor.map { [("cursor", $0)] } ?? []))
                    let page = try await control.send("GET", "/v1/audit?" + query)
                    for row in page["entries"]?.array ?? [] { invocation.terminal.print(JSONWriter.text(of: row)) }
                    cursor = page["next_cursor"]?.string
                } while cursor != nil
                let head = try await control.send("GET", "/v1/audit/head")
                invocation.terminal.print(JSONWriter.text(of: head))
                return .done
            }
        }
    )
}
