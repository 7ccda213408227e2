package import Basics
package import HTTP
import JSON

/// Writes a row for everything that the control API changes, or was asked to change.
package struct ControlAudit: Sendable {
    private let audit: AuditLog
    private let clock: any WallClock
    private let log: Log

    package init(audit: AuditLog, clock: any WallClock = SystemClock(), log: Log = .none) {
        self.audit = audit
        self.clock = clock
        self.log = log
    }

    /// Answers a request, and writes down what it changed before the answer is given.
    ///
    /// Reads of the control API are not acts upon anybody's data and leave no row; calls of tools leave the router's own.
    package func watch(
        _ request: HTTPRequest,
        by principal: ControlPrincipal,
        _ answer: () async -> HTTPResponse
    ) async -> HTTPResponse {
        let parts = request.path.split(separator: "/").map { PercentEncoding.decode($0) ?? "" }
        let noun = parts.first == "v1" ? parts.dropFirst().first ?? "" : parts.first ?? ""
        guard request.method != "GET", noun != "tools" else { return await answer() }
        let start = monotonicNanoseconds()
        let response = await answer()
        let rest = Array(parts.dropFirst(parts.first == "v1" ? 2 : 1))
        let body = ControlAudit.json(of: response)
        var object = rest.last { $0.contains("_") }
        if object == nil { object = body?["id"]?.string ?? body?["session_id"]?.string ?? rest.first }
        let entry = AuditEntry(
            at: clock.now(),
            action: ControlAudit.action(noun),
            actor: principal.actor,
            via: "control",
            user: principal.person,
            tool: ControlAudit.verb(request.method, rest) + " " + noun,
            object: object.map { String($0.prefix(200)) },
            outcome: response.status < 400 ? "ok" : body?["code"]?.string ?? "status_\(response.status)",
            milliseconds: Int((monotonicNanoseconds() - start) / 1_000_000)
        )
        await audit.record(entry, log)
        return response
    }

    private static func verb(_ method: String, _ rest: [String]) -> String {
        switch method {
        case "POST": rest.count > 1 && rest.last?.contains("_") == false ? rest.last ?? "create" : "create"
        case "PATCH", "PUT": "update"
        case "DELETE": "delete"
        default: method.lowercased()
        }
    }

    private static func action(_ noun: String) -> AuditEntry.Action {
        switch noun {
        case "endpoints", "sessions", AccountEndpointResource.root: .endpoint
        case "connections", "connect-links": .connection
        case "approvals": .approval
        case "tokens", "people", "keys": .access
        default: .change
        }
    }

    private static func json(of response: HTTPResponse) -> JSONValue? {
        guard case .bytes(let bytes) = response.body else { return nil }
        return try? JSONParser.parse(bytes)
    }
}
