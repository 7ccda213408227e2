import Basics
import JSON

/// Answers lists and single reads.
enum PinpointReader {
    static func list(
        _ resource: PinpointResource,
        _ query: PinpointQuery,
        store: Store,
        now: Timestamp
    ) throws(PinpointFailure) -> JSONValue {
        try check(query, resource)
        var tests: [(Row) -> Bool] = []
        var visibilities: [String]?
        for condition in query.conditions {
            if resource.confidentiality?.filters.contains(condition.name) == true { visibilities = condition.values }
            tests.append(try test(condition, resource, store))
        }
        if let confidentiality = resource.confidentiality {
            // Confidential records show only when they are named; without a filter every other kind shows.
            tests.append { row in
                let visibility = confidentiality.visibility(row, store) ?? "external"
                return visibilities?.contains(visibility) ?? (visibility != "confidential")
            }
        }
        var rows = candidates(resource, query, store, now).filter { row in tests.allSatisfy { $0(row) } }
        sort(&rows, by: query.sort)
        let total = rows.count
        let start = min(total, (query.page - 1).multipliedReportingOverflow(by: query.size).partialValue)
        let page = start < 0 ? [] : Array(rows[start..<min(total, start + query.size)])
        var renderer = PinpointRenderer(store: store, query: query, now: now)
        return renderer.document(of: page, resource, total: query.wantsCount ? total : nil)
    }

    static func get(
        _ resource: PinpointResource,
        id: String,
        _ query: PinpointQuery,
        store: Store,
        now: Timestamp
    ) throws(PinpointFailure) -> JSONValue {
        try check(query, resource)
        guard let row = store[resource.type][id] else { throw .notFound }
        var renderer = PinpointRenderer(store: store, query: query, now: now)
        return renderer.document(of: row, resource)
    }

    /// Refuses names that the resource does not have.
    private static func check(_ query: PinpointQuery, _ resource: PinpointResource) throws(PinpointFailure) {
        for (name, _) in query.sort where !resource.sorts.contains(name) {
            throw .badRequest("Malformed query params: cannot sort \(resource.type) by \(name)")
        }
        try check(query.include, resource)
    }

    private static func check(_ tree: PinpointQuery.Tree, _ resource: PinpointResource) throws(PinpointFailure) {
        for (name, branch) in tree.branches {
            guard let relationship = resource.relationship(name) else {
                throw .badRequest("Malformed query params: \(resource.type) has no relationship \(name)")
            }
            let targets = relationship.types.compactMap { PinpointCatalog[$0] }
            guard !branch.branches.isEmpty else { continue }
            if targets.count == 1 {
                try check(branch, targets[0])
            } else {
                for (inner, _) in branch.branches where targets.allSatisfy({ $0.relationship(inner) == nil }) {
                    throw .badRequest("Malformed query params: \(name) has no relationship \(inner)")
                }
            }
        }
    }

    /// The rows to look at: those of an indexed filter, or all.
    private static func candidates(
        _ resource: PinpointResource,
        _ query: PinpointQuery,
        _ store: Store,
        _ now: Timestamp
    ) -> [Row] {
        let table = store[resource.type]
        for condition in query.conditions where condition.comparison.isEmpty {
            guard let filter = resource.filters.first(where: { $0.name == condition.name }),
                case .any(let column) = filter.match, resource.indexed.contains(column)
            else { continue }
            var seen: Set<String> = []
            let found = condition.values.flatMap { table.rows(where: column, is: $0) }
                .filter { seen.insert($0.id).inserted }
            return found.compactMap { table.listed(id: $0.id, now: now.milliseconds) }
        }
        return table.listed(now: now.milliseconds)
    }

    private static func test(
        _ condition: PinpointQuery.Condition,
        _ resource: PinpointResource,
        _ store: Store
    ) throws(PinpointFailure) -> (Row) -> Bool {
        guard let filter = resource.filters.first(where: { $0.name == condition.name }) else {
            throw .badRequest("Malformed query params: cannot filter \(resource.type) by \(condition.name)")
        }
        for value in condition.values where !filter.allowed.isEmpty && !filter.allowed.contains(value) {
            if condition.name == "locale" { throw .badRequest("\(value) is not a valid locale") }
            throw .badRequest("Malformed query params: \(value) is not a value of \(condition.name)")
        }
        let values = condition.values
        switch filter.match {
        case .any(let column): return { row in matches(row[column], values) }
        case .folded(let column):
            let folded = values.map { $0.lowercased() }
            return { row in row.text(column).map { folded.contains($0.lowercased()) } ?? false }
        case .words(let columns):
            let words = values.map { $0.lowercased() }
            return { row in
                columns.contains { column in
                    guard let text = row.text(column)?.lowercased() else { return false }
                    return words.contains { text.contains($0) }
                }
            }
        case .custom(let decide): return { row in decide(row, values, store) }
        case .instant(let column):
            guard let bound = values.first.flatMap({ Timestamp(iso8601: $0) }),
                ["gt", "lt", "gte", "lte", ""].contains(condition.comparison)
            else {
                throw .badRequest("Malformed query params: \(condition.name) needs gt or lt and an ISO 8601 instant")
            }
            return { row in
                guard let at = row.text(column).flatMap({ Timestamp(iso8601: $0) }) else { return false }
                switch condition.comparison {
                case "gt": return at > bound
                case "gte": return at >= bound
                case "lt": return at < bound
                case "lte": return at <= bound
                default: return at == bound
                }
            }
        }
    }

    private static func matches(_ value: JSONValue, _ wanted: [String]) -> Bool {
        switch value {
        case .string(let text): wanted.contains(text)
        case .bool(let flag): wanted.contains(flag ? "true" : "false")
        case .number(let number): wanted.contains(number.text)
        case .array(let values): values.contains { matches($0, wanted) }
        default: false
        }
    }

    private static func sort(_ rows: inout [Row], by keys: [(name: String, descending: Bool)]) {
        guard !keys.isEmpty else { return }
        rows.sort { a, b in
            for (name, descending) in keys {
                let order: Int
                if name == "id" {
                    let (x, y) = (Int(a.id) ?? 0, Int(b.id) ?? 0)
                    order = x < y ? -1 : x > y ? 1 : 0
                } else {
                    let (x, y) = (a.text(name) ?? "", b.text(name) ?? "")
                    order = x < y ? -1 : x > y ? 1 : 0
                }
                if order != 0 { return descending ? order > 0 : order < 0 }
            }
            return false
        }
    }
}
