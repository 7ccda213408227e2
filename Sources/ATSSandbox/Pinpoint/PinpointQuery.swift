import HTTP
import JSON

/// What the query of a request asks for.
struct PinpointQuery: Sendable {
    struct Condition: Sendable {
        var name: String
        /// `gt` or `lt`, or empty for equality.
        var comparison: String
        var values: [String]
    }

    /// Relationships to embed, by name, each with those to embed in turn.
    struct Tree: Sendable {
        var branches: [(name: String, tree: Tree)] = []

        subscript(name: String) -> Tree? { branches.first { $0.name == name }?.tree }

        mutating func insert(_ path: ArraySlice<Substring>) {
            guard let head = path.first else { return }
            if let position = branches.firstIndex(where: { $0.name == head }) {
                branches[position].tree.insert(path.dropFirst())
            } else {
                var tree = Tree()
                tree.insert(path.dropFirst())
                branches.append((String(head), tree))
            }
        }
    }

    var page = 1
    var size = 100
    var sort: [(name: String, descending: Bool)] = []
    var conditions: [Condition] = []
    var include = Tree()
    var fields: [String: Set<String>] = [:]
    var extra: [String: Set<String>] = [:]
    var wantsCount = false

    init(_ query: some StringProtocol) throws(PinpointFailure) {
        for (name, value) in PercentEncoding.decodeForm(query) {
            let parts = PinpointQuery.parts(of: name)
            let list = value.split(separator: ",", omittingEmptySubsequences: true)
            switch (parts.first, parts.count) {
            case ("page", 2) where parts[1] == "number":
                guard let number = Int(value), number >= 1 else { throw .badRequest("page[number] must be 1 or more") }
                page = number
            case ("page", 2) where parts[1] == "size":
                guard let number = Int(value), (0...1000).contains(number) else {
                    throw .badRequest("page[size] must be from 0 to 1000")
                }
                size = number
            case ("sort", 1):
                sort = list.map { ($0.hasPrefix("-") ? String($0.dropFirst()) : String($0), $0.hasPrefix("-")) }
            case ("include", 1): for path in list { include.insert(path.split(separator: ".")[...]) }
            case ("fields", 2): fields[parts[1], default: []].formUnion(list.map(String.init))
            case ("extra_fields", 2): extra[parts[1], default: []].formUnion(list.map(String.init))
            case ("stats", 2) where parts[1] == "total" && value == "count": wantsCount = true
            case ("filter", 2), ("filter", 3):
                conditions.append(
                    Condition(
                        name: parts[1],
                        comparison: parts.count == 3 ? parts[2] : "",
                        values: list.map { $0.trimmingSpaces }
                    )
                )
            case ("locale", 1): continue
            default: throw .badRequest("Malformed query params: \(name)")
            }
        }
    }

    /// `filter[created_at][gt]` as its three names.
    private static func parts(of name: String) -> [String] {
        let parts = name.split(separator: "[")
        return parts.enumerated().map { index, part in
            index > 0 && part.hasSuffix("]") ? String(part.dropLast()) : String(part)
        }
    }
}

extension Substring {
    var trimmingSpaces: String {
        var text = self
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
