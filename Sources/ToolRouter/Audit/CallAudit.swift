package import Basics
import Cryptography
import JSON
package import Tools

/// Writes a row for every call, and counts it.
package struct CallAudit: CallObserver {
    private let audit: AuditLog
    private let metrics: CallMetrics
    private let clock: any WallClock
    private let log: Log

    package init(audit: AuditLog, metrics: CallMetrics, clock: any WallClock = SystemClock(), log: Log = .none) {
        self.audit = audit
        self.metrics = metrics
        self.clock = clock
        self.log = log
    }

    package func finished(
        _ call: ToolCall,
        tool: ToolSpecification?,
        result: ToolResult,
        nanoseconds: UInt64
    ) async -> ToolResult {
        let isSearch = tool.map { $0.toolkit == "switchboard" } ?? false
        let outcome = result.isError ? result.problem?.code ?? "failed" : "ok"
        if !isSearch { metrics.count(effect: tool?.effect, outcome: outcome, nanoseconds: nanoseconds) }
        var ids = RecordIDs()
        ids.add(call.arguments)
        let entry = AuditEntry(
            at: clock.now(),
            action: !isSearch ? .call : tool?.name == "manage_connections" ? .connection : .search,
            actor: call.context.actor ?? "user:" + call.user,
            via: CallAudit.via(call.context),
            user: call.user,
            // A name that does not exist may be anything that a model was told, a person's name included.
            tool: tool?.name,
            effect: isSearch ? nil : tool?.effect.rawValue,
            object: isSearch ? CallAudit.found(by: tool, result) : call.connection,
            records: ids.all,
            argumentsHash: Hex.encode(SHA256.hash(JSONWriter.bytes(of: .object(call.arguments), sorted: true))),
            outcome: outcome,
            request: result.request.flatMap(CallAudit.visible),
            milliseconds: Int(nanoseconds / 1_000_000)
        )
        let isWrite = tool?.effect.isWrite == true && !isSearch
        do {
            if isWrite {
                var entry = entry
                ids.add(payload: result.payload)
                entry.records = ids.all
                try await audit.record(entry)
            } else {
                try await audit.note(entry, payload: isSearch ? nil : result.payload)
            }
        } catch {
            log.error("a row of the audit waits to be written", ["error": "\(error)"])
            // What was read is not handed out unless somebody can learn of it; what was changed must be told.
            if !isWrite {
                return .failure("audit_unavailable", "Nothing can be read while the audit cannot be written. \(error)")
            }
        }
        return result
    }

    private static func via(_ context: CallContext) -> String {
        if let run = context.run { return "run:" + run }
        if let endpoint = context.endpoint { return "endpoint:" + endpoint }
        return context.via ?? "local"
    }

    /// An id as a vendor sent it, unless it is one that could be anything.
    private static func visible(_ id: String) -> String? {
        let isPlain = id.utf8.allSatisfy { (0x21...0x7E).contains($0) }
        return isPlain && (1...128).contains(id.utf8.count) ? id : nil
    }

    /// The names of the tools that a search found; its text is kept as a hash only.
    private static func found(by tool: ToolSpecification?, _ result: ToolResult) -> String? {
        guard tool?.name == "search_tools", !result.isError, let document = try? JSONParser.parse(result.payload)
        else { return nil }
        var names: [String] = []
        for query in document["results"]?.array ?? [] {
            // One query of the control API is answered with its tools, several of the meta-tool with theirs each.
            for tool in query["tools"]?.array ?? [query] {
                guard let name = tool["name"]?.string, !names.contains(name) else { continue }
                names.append(name)
            }
        }
        return names.isEmpty ? nil : names.prefix(mostTools).joined(separator: " ")
    }

    private static let mostTools = 20
}
