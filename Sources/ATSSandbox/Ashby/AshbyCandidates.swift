import Basics
import JSON

extension AshbyCatalog {
    static let candidates: [AshbyOperation] = [
        .init("candidate.list", "candidatesRead", created + AshbyOperation.paging) { (call) throws(AshbyFailure) in
            let test = createdTest(call)
            return try AshbyPager.page(call, "candidates", list: "candidate.list", where: test) { call.candidate($0) }
        },
        .init("candidate.info", "candidatesRead", [.id("id", required: false), .init("externalMappingId")]) {
            (call) throws(AshbyFailure) in
            if let mapping = call.arguments.text("externalMappingId"), call.arguments["id"] == nil {
                guard let row = call.store["candidates"].rows(where: "externalMappingId", is: mapping).first else {
                    throw .notFound("candidate")
                }
                return .object(call.candidate(row))
            }
            return .object(call.candidate(try call.row("candidates", "id", "candidate")))
        },
        .init("candidate.search", "candidatesRead", [.init("email"), .init("name")]) { (call) throws(AshbyFailure) in
            let email = call.arguments.text("email")?.lowercased()
            let name = call.arguments.text("name")?.lowercased()
            guard email != nil || name != nil else { throw .invalid("email", "email or name is required") }
            let found = call.store["candidates"].listed(now: call.now.milliseconds).lazy.filter { row in
                let addresses = (row["emailAddresses"].array ?? []).compactMap { $0["value"]?.string?.lowercased() }
                return (email == nil || addresses.contains(email ?? ""))
                    && (name == nil || row.text("nameKey")?.contains(name ?? "") == true)
            }
            return .list(found.prefix(100).map { call.candidate($0) })
        },
        .init("candidate.listNotes", "candidatesRead", [.id("candidateId")] + AshbyOperation.paging) {
            (call) throws(AshbyFailure) in
            let owner = try call.row("candidates", "candidateId", "candidate")
            let rows = call.store["notes"].rows(where: "candidateId", is: owner.id)
            return try AshbyPager.page(
                call,
                "notes",
                list: "candidate.listNotes",
                where: { call.key.seesPrivate || $0["isPrivate"] != true },
                among: rows
            ) { call.note($0) }
        },
    ]

    static let created: [AshbyOperation.Parameter] = [
        .init("createdAfter", .integer), .init("createdBefore", .integer),
    ]

    /// The bounds on creation, which are epoch milliseconds while everything else is ISO 8601.
    static func createdTest(_ call: AshbyCall) -> (Row) -> Bool {
        range(call, "createdAfter", "createdBefore", "createdAt")
    }

    static func range(_ call: AshbyCall, _ after: String, _ before: String, _ column: String) -> (Row) -> Bool {
        let lower = call.arguments.integer(after).map { Timestamp(milliseconds: Int64($0)).iso8601 }
        let upper = call.arguments.integer(before).map { Timestamp(milliseconds: Int64($0)).iso8601 }
        guard lower != nil || upper != nil else { return { _ in true } }
        // The text of instants in one form and one zone sorts like the instants.
        return { row in
            guard let at = row.text(column) else { return false }
            return lower.map { at > $0 } ?? true && upper.map { at < $0 } ?? true
        }
    }
}
