import Basics
import Connections
import HTTP
import JSON
import Tools

/// Reads what an endpoint is to be from the bodies of the control API's three forms, and makes and changes endpoints.
struct EndpointForms: Sendable {
    let store: EndpointStore
    let router: Router
    let publicURL: String

    /// The members that all forms share.
    static let members = [
        "name", "toolkits", "methods", "tags", "tools", "connections", "approvals", "manage_connections",
        "rate_limit", "mode", "require_api_token_auth", "expires_at",
    ]

    /// - Throws: ``RouterError`` when there is none of that id.
    func endpoint(_ id: String) throws(RouterError) -> Endpoint {
        guard let endpoint = store.endpoint(id) else { throw store.missing(id) }
        return endpoint
    }

    func create(_ draft: EndpointDraft) async throws(RouterError) -> (endpoint: Endpoint, url: String, token: Secret) {
        try checkConnections(draft)
        let (endpoint, token) = try await store.create(draft, catalog: router.catalog)
        return (endpoint, publicURL + "/mcp/" + token.secret.reveal(), token.secret)
    }

    /// Changes an endpoint from the version that the body names, or from the one that is there now.
    func update(
        _ endpoint: Endpoint,
        version: Int?,
        to draft: EndpointDraft
    ) async throws(RouterError) -> Endpoint {
        // A connection that was removed must not stand in the way of another change.
        if draft.policy.connections != endpoint.policy.connections || draft.user != endpoint.user {
            try checkConnections(draft)
        }
        return try await store.update(
            endpoint.id,
            version: version ?? endpoint.version,
            to: draft,
            catalog: router.catalog
        )
    }

    /// Takes over the members that are there; null lifts a condition.
    func apply(_ arguments: ArgumentObject, to draft: inout EndpointDraft) throws(RouterError) {
        if arguments.has("name") { draft.name = try arguments.string("name", limit: 200) }
        if arguments.has("toolkits") { draft.policy.toolkits = try toolkits(arguments) }
        if arguments.has("methods") { draft.policy.methods = try arguments.optionalStrings("methods") }
        if arguments.has("tags") { draft.policy.tags = try arguments.optionalStrings("tags") }
        if arguments.has("tools") { try applyTools(arguments, to: &draft) }
        if arguments.has("connections") {
            draft.policy.connections = try connections(arguments, "connections")
        }
        if let rules = arguments.value("approvals") { draft.approvals = try ApprovalRules(rules) }
        if let flag = try arguments.flag("require_api_token_auth") { draft.requiresAPIToken = flag }
        if arguments.has("manage_connections") { draft.options.managesConnections = try manages(arguments) }
        if arguments.has("rate_limit") { draft.options.rateLimit = try rateLimit(arguments) }
        if let text = try arguments.optionalString("mode", limit: 16) {
            guard let mode = EndpointMode(rawValue: text) else {
                throw arguments.wrong("mode", "must be meta or direct")
            }
            draft.mode = mode
        }
        if arguments.has("expires_at") { draft.expiresAt = try arguments.instant("expires_at") }
    }

    /// The connections to use, by toolkit: an id, or a list of them.
    func connections(_ arguments: ArgumentObject, _ name: String) throws(RouterError) -> [String: [String]] {
        guard let value = arguments.value(name), !value.isNull else { return [:] }
        guard let members = value.object else { throw arguments.wrong(name, "must be an object of lists by toolkit") }
        let inner = try ArgumentObject(members, known: members.names, in: name)
        var connections: [String: [String]] = [:]
        for member in members {
            if let id = member.value.string {
                connections[member.name] = [id]
            } else {
                connections[member.name] = try inner.strings(member.name, 1...10)
            }
        }
        return connections
    }

    /// A list of names, `{"enable": [...]}`, `{"disable": [...]}`, or null for all.
    private func toolkits(_ arguments: ArgumentObject) throws(RouterError) -> ToolPolicy.Toolkits {
        guard let object = arguments.value("toolkits")?.object else {
            return try arguments.optionalStrings("toolkits").map { .only($0) } ?? .all
        }
        return switch try names(object, in: "toolkits") {
        case .only(let names): .only(names)
        case .except(let names): .except(names)
        }
    }

    /// A list of names, or an object of `{"enable": [...]}` or `{"disable": [...]}` by toolkit.
    private func applyTools(_ arguments: ArgumentObject, to draft: inout EndpointDraft) throws(RouterError) {
        draft.policy.tools = nil
        draft.policy.toolsByToolkit = [:]
        guard let object = arguments.value("tools")?.object else {
            draft.policy.tools = try arguments.optionalStrings("tools")
            return
        }
        for member in object {
            guard let rule = member.value.object else {
                throw arguments.wrong("tools.\(member.name)", "must be an object with enable or disable")
            }
            draft.policy.toolsByToolkit[member.name] = try names(rule, in: "tools.\(member.name)")
        }
    }

    private func names(_ object: JSONObject, in place: String) throws(RouterError) -> ToolPolicy.Names {
        let inner = try ArgumentObject(object, known: ["enable", "disable"], in: place)
        switch (try inner.optionalStrings("enable"), try inner.optionalStrings("disable")) {
        case (let names?, nil): return .only(names)
        case (nil, let names?): return .except(names)
        default: throw RouterError(.invalid, "\(place) must have either enable or disable.")
        }
    }

    /// True, false, or an object with `enable`.
    private func manages(_ arguments: ArgumentObject) throws(RouterError) -> Bool {
        guard let object = arguments.value("manage_connections")?.object else {
            return try arguments.flag("manage_connections") ?? true
        }
        let inner = try ArgumentObject(object, known: ["enable"], in: "manage_connections")
        return try inner.flag("enable") ?? true
    }

    private func rateLimit(_ arguments: ArgumentObject) throws(RouterError) -> RateLimit? {
        guard let value = arguments.value("rate_limit"), !value.isNull else { return nil }
        guard let object = value.object else {
            throw arguments.wrong("rate_limit", "must be an object such as {\"calls\": 60, \"seconds\": 60}")
        }
        let inner = try ArgumentObject(object, known: ["calls", "seconds"], in: "rate_limit")
        guard let calls = try inner.integer("calls", in: 1...1_000_000) else {
            throw inner.wrong("calls", "must be an integer from 1 to 1000000")
        }
        return RateLimit(calls: calls, seconds: try inner.integer("seconds", in: 1...86400) ?? 60)
    }

    /// - Throws: ``RouterError`` for a connection that its user does not have.
    private func checkConnections(_ draft: EndpointDraft) throws(RouterError) {
        let own = router.connections.connections(of: draft.user)
        for (toolkit, ids) in draft.policy.connections.sorted(by: { $0.key < $1.key }) {
            for id in ids where !own.contains(where: { $0.id == id && $0.toolkit == toolkit }) {
                let there = own.filter { $0.toolkit == toolkit }.map(\.id)
                throw RouterError(
                    .invalid,
                    "\(draft.user) has no connection \(id.prefix(64)) to \(toolkit). "
                        + (there.isEmpty ? "There is none." : "There is: \(there.joined(separator: ", ")).")
                )
            }
        }
    }
}
