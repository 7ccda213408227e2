import Basics
import JSON
import Storage
import Tools

/// Endpoints as rows.
enum EndpointRow {
    /// A policy as JSON text; a condition that is not there is not written.
    static func encode(_ policy: ToolPolicy, _ approvals: ApprovalRules) -> String {
        func list(_ texts: [String]) -> JSONValue { .array(texts.map { .string($0) }) }
        var object = JSONObject()
        switch policy.toolkits {
        case .all: break
        case .only(let names): object["only"] = list(names)
        case .except(let names): object["except"] = list(names)
        }
        object["methods"] = policy.methods.map(list)
        object["tags"] = policy.tags.map(list)
        object["tools"] = policy.tools.map(list)
        if approvals != ApprovalRules() { object["approvals"] = approvals.json }
        if !policy.toolsByToolkit.isEmpty {
            var rules = JSONObject()
            for (toolkit, rule) in policy.toolsByToolkit.sorted(by: { $0.key < $1.key }) {
                switch rule {
                case .only(let names): rules[toolkit] = ["only": list(names)]
                case .except(let names): rules[toolkit] = ["except": list(names)]
                }
            }
            object["by_toolkit"] = .object(rules)
        }
        if !policy.connections.isEmpty {
            var connections = JSONObject()
            for (toolkit, ids) in policy.connections.sorted(by: { $0.key < $1.key }) {
                connections[toolkit] = list(ids)
            }
            object["connections"] = .object(connections)
        }
        return JSONWriter.text(of: .object(object))
    }

    static func decode(_ row: SQLRow) throws -> Endpoint {
        guard let mode = EndpointMode(rawValue: try row.text("mode")) else { throw damaged("mode") }
        let (policy, approvals) = try policy(row.text("policy"))
        return Endpoint(
            id: try row.text("id"),
            name: try row.text("name"),
            user: try row.text("user"),
            policy: policy,
            approvals: approvals,
            mode: mode,
            requiresAPIToken: try row.integer("requires_api_token") != 0,
            options: try EndpointOptions(stored: row.text("options")),
            expiresAt: try row.optionalInteger("expires_at").map { Timestamp(milliseconds: $0) },
            version: Int(try row.integer("version")),
            tokenHint: try row.text("token_hint"),
            createdAt: Timestamp(milliseconds: try row.integer("created_at")),
            updatedAt: Timestamp(milliseconds: try row.integer("updated_at"))
        )
    }

    private static let known = [
        "only", "except", "methods", "tags", "tools", "by_toolkit", "connections", "approvals",
    ]

    private static func policy(_ text: String) throws -> (ToolPolicy, ApprovalRules) {
        guard let object = try JSONParser.parse(text).object else { throw damaged("policy") }
        func texts(_ value: JSONValue?) throws -> [String]? {
            guard let value else { return nil }
            guard let array = value.array, array.allSatisfy({ $0.string != nil }) else { throw damaged("policy") }
            return array.compactMap(\.string)
        }
        func list(_ name: String) throws -> [String]? { try texts(object[name]) }
        // A condition that this program does not know must not be taken for none.
        guard object.names.allSatisfy(known.contains) else {
            throw damaged("policy")
        }
        var policy = ToolPolicy(methods: try list("methods"), tags: try list("tags"), tools: try list("tools"))
        if let names = try list("only") {
            policy.toolkits = .only(names)
        } else if let names = try list("except") {
            policy.toolkits = .except(names)
        }
        for rule in object["by_toolkit"]?.object ?? [:] {
            if let names = try texts(rule.value["only"]) {
                policy.toolsByToolkit[rule.name] = .only(names)
            } else if let names = try texts(rule.value["except"]) {
                policy.toolsByToolkit[rule.name] = .except(names)
            } else {
                throw damaged("policy")
            }
        }
        for pin in object["connections"]?.object ?? [:] { policy.connections[pin.name] = try texts(pin.value) }
        return (policy, try object["approvals"].map { try ApprovalRules($0) } ?? ApprovalRules())
    }

    static func damaged(_ column: String) -> StorageError {
        StorageError(.mismatch, "the column \(column) cannot be understood")
    }
}
