import Basics
package import HTTP
import JSON

/// `/v1/audit`: rows by filter, the end of the chain, and whether it is intact.
package struct AuditResource: ControlResource {
    private let audit: AuditLog

    package init(audit: AuditLog) {
        self.audit = audit
    }

    package var name: String { "audit" }

    package func respond(to call: ControlCall) async throws -> HTTPResponse {
        switch (call.method, call.path.count, call.path.last) {
        case ("GET", 1, _): return try await list(call)
        case ("GET", 2, "head"):
            return ControlCall.json(["head": .string(try await audit.head().text)])
        case ("GET", 2, "verify"):
            var head: AuditHead?
            if let text = try call.parameters(["head"])["head"] {
                guard let known = AuditHead(text) else {
                    throw Problem(400, "invalid", "head must be NUMBER:HASH, as audit export shows it.")
                }
                head = known
            }
            return ControlCall.json(.object(try await audit.verify(against: head).json))
        case (_, 1...2, _): throw Problem.method("GET")
        default: throw Problem(404, "not_found", "There are only /v1/audit, /v1/audit/head and /v1/audit/verify.")
        }
    }

    private func list(_ call: ControlCall) async throws -> HTTPResponse {
        let parameters = try call.parameters([
            "record", "actor", "via", "tool", "action", "since", "until", "limit", "cursor",
        ])
        var filter = AuditFilter()
        (filter.record, filter.actor) = (parameters["record"], parameters["actor"])
        (filter.via, filter.tool) = (parameters["via"], parameters["tool"])
        if let text = parameters["action"] {
            guard let action = AuditEntry.Action(rawValue: text) else {
                let all = AuditEntry.Action.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem(400, "invalid", "action must be one of \(all).")
            }
            filter.action = action
        }
        filter.since = try AuditResource.instant("since", parameters)
        filter.until = try AuditResource.instant("until", parameters)
        let limit = try ControlCall.limit(parameters["limit"]) ?? 100
        if let text = parameters["cursor"] {
            guard let number = Int64(text) else {
                throw Problem(400, "invalid", "The cursor is not one of this list; start again without it.")
            }
            filter.after = number
        }
        filter.limit = limit + 1
        let rows = try await audit.rows(filter)
        let page = rows.prefix(limit)
        return ControlCall.json([
            "entries": .array(page.map { .object($0.json) }),
            "next_cursor": rows.count > limit ? page.last.map { .string(String($0.number)) } ?? .null : .null,
        ])
    }

    static func instant(_ name: String, _ parameters: [String: String]) throws(Problem) -> Timestamp? {
        guard let text = parameters[name] else { return nil }
        guard let instant = Timestamp(iso8601: text) else {
            throw Problem(400, "invalid", "\(name) must be a time such as 2027-01-31T12:00:00Z.")
        }
        return instant
    }
}

/// `/v1/usage`: how much tools were used, counted from the audit.
package struct UsageResource: ControlResource {
    private let audit: AuditLog

    package init(audit: AuditLog) {
        self.audit = audit
    }

    package var name: String { "usage" }

    package func respond(to call: ControlCall) async throws -> HTTPResponse {
        guard call.method == "GET", call.path.count == 1 else { throw Problem.method("GET") }
        let parameters = try call.parameters(["since", "until", "by"])
        guard let group = AuditFilter.Group(rawValue: parameters["by"] ?? "tool") else {
            let all = AuditFilter.Group.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem(400, "invalid", "by must be one of \(all).")
        }
        let usage = try await audit.usage(
            since: try AuditResource.instant("since", parameters),
            until: try AuditResource.instant("until", parameters),
            by: group
        )
        return ControlCall.json(["by": .string(group.rawValue), "usage": .array(usage.map { .object($0.json) })])
    }
}
