package import Basics
package import JSON
package import Tools

/// How an endpoint shows its tools; fixed when it is made.
package enum EndpointMode: String, Sendable, Hashable {
    /// The router's few meta-tools.
    case meta
    /// Every allowed tool by its name.
    case direct
}

/// One aggregate MCP URL: whose connections it uses and what it lets through.
package struct Endpoint: Sendable, Hashable {
    /// `ep_…`; no secret.
    package var id: String
    package var name: String
    /// Whose connections are used.
    package var user: String
    package var policy: ToolPolicy
    /// Which calls a person must approve.
    package var approvals = ApprovalRules()
    package var mode: EndpointMode
    /// Whether the URL alone is not enough, and an API token must come with each request.
    package var requiresAPIToken: Bool
    package var options: EndpointOptions
    /// When it stops to exist; nil for never.
    package var expiresAt: Timestamp?
    /// Counts the changes, from 1; a change must name the version it is based on.
    package var version: Int
    /// The last four characters of the token, to tell URLs apart.
    package var tokenHint: String
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    /// Whether it exists no more.
    package func isExpired(at now: Timestamp) -> Bool { expiresAt.map { $0 <= now } ?? false }

    /// The endpoint as the control API shows it.
    package var json: JSONObject {
        func list(_ texts: [String]?) -> JSONValue { texts.map { .array($0.map { .string($0) }) } ?? .null }
        let toolkits: JSONValue =
            switch policy.toolkits {
            case .all: .null
            case .only(let names): list(names)
            case .except(let names): ["disable": list(names)]
            }
        var tools = list(policy.tools)
        if !policy.toolsByToolkit.isEmpty {
            var object = JSONObject()
            for (toolkit, rule) in policy.toolsByToolkit.sorted(by: { $0.key < $1.key }) {
                switch rule {
                case .only(let names): object[toolkit] = ["enable": list(names)]
                case .except(let names): object[toolkit] = ["disable": list(names)]
                }
            }
            tools = .object(object)
        }
        var connections = JSONObject()
        for (toolkit, ids) in policy.connections.sorted(by: { $0.key < $1.key }) { connections[toolkit] = list(ids) }
        return [
            "id": .string(id), "name": .string(name), "user": .string(user), "mode": .string(mode.rawValue),
            "toolkits": toolkits, "methods": list(policy.methods), "tags": list(policy.tags),
            "tools": tools, "connections": connections.isEmpty ? .null : .object(connections),
            "approvals": approvals.json, "manage_connections": .bool(options.managesConnections),
            "rate_limit": options.rateLimit.map { .object($0.json) } ?? .null,
            "require_api_token_auth": .bool(requiresAPIToken),
            "expires_at": expiresAt.map { .string($0.iso8601) } ?? .null, "version": .integer(version),
            "token_hint": .string(tokenHint), "created_at": .string(createdAt.iso8601),
            "updated_at": .string(updatedAt.iso8601),
        ]
    }
}

/// What an endpoint is to be; for making one and for changing one.
package struct EndpointDraft: Sendable, Hashable {
    package var name: String
    package var user: String
    package var policy: ToolPolicy
    /// Which calls a person must approve.
    package var approvals = ApprovalRules()
    package var mode: EndpointMode
    package var requiresAPIToken: Bool
    package var options: EndpointOptions
    package var expiresAt: Timestamp?

    package init(
        name: String,
        user: String,
        policy: ToolPolicy = ToolPolicy(),
        mode: EndpointMode = .direct,
        requiresAPIToken: Bool = false,
        options: EndpointOptions = EndpointOptions(),
        expiresAt: Timestamp? = nil
    ) {
        self.name = name
        self.user = user
        self.policy = policy
        self.mode = mode
        self.requiresAPIToken = requiresAPIToken
        self.options = options
        self.expiresAt = expiresAt
    }

    /// A draft that says what an endpoint is now.
    package init(_ endpoint: Endpoint) {
        self.init(
            name: endpoint.name,
            user: endpoint.user,
            policy: endpoint.policy,
            mode: endpoint.mode,
            requiresAPIToken: endpoint.requiresAPIToken,
            options: endpoint.options,
            expiresAt: endpoint.expiresAt
        )
        approvals = endpoint.approvals
    }

    /// Holds the draft against the tools that there are.
    ///
    /// - Throws: ``RouterError`` with code `invalid` that says what is wrong.
    package func check(against catalog: ToolCatalog, now: Timestamp) throws(RouterError) {
        func refuse(_ message: String) -> RouterError { RouterError(.invalid, message) }
        guard !name.isEmpty, name.utf8.count <= 200 else { throw refuse("The name must have 1 to 200 bytes.") }
        guard !user.isEmpty, user.utf8.count <= 200 else { throw refuse("The user must have 1 to 200 bytes.") }
        if let expiresAt, expiresAt < now.adding(seconds: 60) {
            throw refuse("expires_at must be at least 60 seconds ahead, and \(expiresAt.iso8601) is not.")
        }
        func known(_ words: [String], _ all: [String], _ what: String) throws(RouterError) {
            for word in words where !all.contains(word) {
                let near = Similarity.nearest(to: word, among: all, limit: 3)
                let hint =
                    near.isEmpty
                    ? "There are: \(all.prefix(12).joined(separator: ", "))."
                    : "Did you mean \(near.joined(separator: ", "))?"
                throw refuse("There is no \(what) \(word). \(hint)")
            }
        }
        switch policy.toolkits {
        case .all: break
        case .only(let names), .except(let names): try known(names, catalog.toolkits, "toolkit")
        }
        try known(policy.methods ?? [], ToolPolicy.methodWords, "method")
        try known(policy.tools ?? [], catalog.tools.map(\.name), "tool")
        try known(approvals.toolNames, catalog.tools.map(\.name), "tool")
        // A rule about a tag that no tool has would protect nothing, and nobody would notice.
        try known(approvals.tags, Set(catalog.tools.flatMap(\.tags)).sorted(), "tag")
        try known(policy.connections.keys.sorted(), catalog.toolkits, "toolkit")
        for (toolkit, rule) in policy.toolsByToolkit.sorted(by: { $0.key < $1.key }) {
            try known([toolkit], catalog.toolkits, "toolkit")
            let all = catalog.tools.filter { $0.toolkit == toolkit }.map(\.name)
            switch rule {
            case .only(let names), .except(let names): try known(names, all, "tool of \(toolkit)")
            }
        }
        guard catalog.tools.contains(where: policy.allows) else {
            throw refuse(
                "This filter leaves no tool. An empty list means nothing, not everything; leave a condition out to "
                    + "lift it."
            )
        }
    }
}
