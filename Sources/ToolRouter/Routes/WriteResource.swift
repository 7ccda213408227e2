import HTTP
import JSON

/// `/v1/writes`: what was or may have been written, and how a person settles what nobody else can.
struct WriteResource: ControlResource {
    var name: String { "writes" }

    let ledger: WriteLedger?

    func respond(to call: ControlCall) async throws -> HTTPResponse {
        guard let ledger else { throw Problem(404, "not_found", "This server keeps no write ledger.") }
        do {
            return try await answer(call, ledger)
        } catch let error as LedgerError { throw Problem(error) }
    }

    private func answer(_ call: ControlCall, _ ledger: WriteLedger) async throws -> HTTPResponse {
        switch (call.method, call.path.count, call.path.last) {
        case ("GET", 1, _): return try await list(call, ledger)
        case ("GET", 2, let id?):
            guard let entry = try await ledger.store.entry(id) else { throw LedgerStore.missing(id) }
            return ControlCall.json(.object(entry.json(isWhole: true)))
        case ("POST", 3, "settle"):
            let arguments = try call.arguments(["done", "remote_id", "by"])
            guard let isDone = try arguments.flag("done") else {
                throw Problem(400, "invalid", "The body must say with done, true or false, whether it was written.")
            }
            let remoteID = try arguments.optionalString("remote_id", limit: 200)
            if !isDone, remoteID != nil {
                throw Problem(400, "invalid", "What was not written has no remote_id; leave it out.")
            }
            let entry = try await ledger.settle(
                call.path[1],
                isDone: isDone,
                remoteID: remoteID,
                by: try WriteResource.person(call.principal, named: try arguments.optionalString("by", limit: 200))
            )
            return ControlCall.json(.object(entry.json(isWhole: true)))
        case (_, 1, _), (_, 2, _): throw Problem.method("GET")
        case (_, 3, "settle"): throw Problem.method("POST")
        default: throw Problem(404, "not_found", "There is nothing at this path of a write.")
        }
    }

    /// Who settles: whoever reaches the control socket says so, and a token stands for its own person alone.
    private static func person(_ principal: ControlPrincipal, named name: String?) throws(Problem) -> String {
        if principal == .local { return name ?? "administrator" }
        let own = principal.person ?? principal.actor
        guard name == nil || name == own else {
            throw Problem(400, "invalid", "This token settles writes as \(own) and as nobody else; leave out by.")
        }
        return own
    }

    private func list(_ call: ControlCall, _ ledger: WriteLedger) async throws -> HTTPResponse {
        let parameters = try call.parameters(["state", "run", "cursor", "limit"])
        var query = WriteQuery(run: parameters["run"], after: parameters["cursor"])
        for word in (parameters["state"] ?? "").split(separator: ",") {
            guard let state = WriteState(rawValue: String(word)) else {
                let all = WriteState.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem(400, "invalid", "There is no state \(word.prefix(32)); there are \(all).")
            }
            query.states.append(state)
        }
        if let text = parameters["limit"] {
            guard let limit = Int(text), (1...1000).contains(limit) else {
                throw Problem(400, "invalid", "limit must be an integer from 1 to 1000.")
            }
            query.limit = limit
        }
        let (entries, damaged) = try await ledger.store.entries(query)
        let isLast = entries.count + damaged.count < query.limit
        return ControlCall.json([
            "writes": .array(entries.map { .object($0.json(isWhole: false)) }),
            "damaged": .array(damaged.map { .string($0) }),
            "next_cursor": isLast ? .null : (entries.map(\.id) + damaged).max().map { .string($0) } ?? .null,
        ])
    }
}

extension Problem {
    init(_ error: LedgerError) {
        switch error.code {
        case .notFound: self.init(404, "not_found", error.message)
        case .conflict: self.init(409, "conflict", error.message)
        case .damaged, .storage: self.init(500, error.code.rawValue, error.message)
        }
    }
}
