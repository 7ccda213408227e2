import Basics
import HTTP
import JSON
import Tools

/// `/v1/endpoints`.
struct EndpointResource {
    let store: EndpointStore
    let router: Router
    let publicURL: String

    private static let members = [
        "name", "user", "toolkits", "methods", "tags", "tools", "approvals", "mode", "require_api_token_auth",
        "expires_at",
    ]

    func respond(to call: ControlCall) async throws -> HTTPResponse {
        switch (call.method, call.path.count) {
        case ("GET", 1):
            _ = try call.parameters([])
            return ControlCall.json(["endpoints": .array(store.all.map { .object($0.json) }), "next_cursor": .null])
        case ("POST", 1): return try await create(call)
        case ("GET", 2): return ControlCall.json(.object(try endpoint(call.path[1]).json))
        case ("PATCH", 2): return try await update(call)
        case ("DELETE", 2):
            guard try await store.delete(call.path[1]) else { throw EndpointStore.missing(call.path[1]) }
            return HTTPResponse(status: 204)
        case (_, 1): throw Problem.method("GET, POST")
        case (_, 2): throw Problem.method("GET, PATCH, DELETE")
        default: throw Problem(404, "not_found", "There is nothing below an endpoint.")
        }
    }

    private func endpoint(_ id: String) throws -> Endpoint {
        guard let endpoint = store.endpoint(id) else { throw EndpointStore.missing(id) }
        return endpoint
    }

    private func create(_ call: ControlCall) async throws -> HTTPResponse {
        let arguments = try call.arguments(EndpointResource.members)
        var draft = EndpointDraft(
            name: try arguments.string("name", limit: 200),
            user: try arguments.string("user", limit: 200)
        )
        try EndpointResource.apply(arguments, to: &draft)
        let (endpoint, token) = try await store.create(draft, catalog: router.catalog)
        var json = endpoint.json
        json["url"] = .string(publicURL + "/mcp/" + token.secret.reveal())
        json["token"] = .string(token.secret.reveal())
        return ControlCall.json(.object(json), status: 201)
    }

    private func update(_ call: ControlCall) async throws -> HTTPResponse {
        let arguments = try call.arguments(EndpointResource.members + ["version"])
        let endpoint = try endpoint(call.path[1])
        guard let version = try arguments.integer("version", in: 1...Int(Int32.max)) else {
            throw RouterError(.invalid, "the body: version is missing; send the one that you have read.")
        }
        var draft = EndpointDraft(endpoint)
        if arguments.has("name") { draft.name = try arguments.string("name", limit: 200) }
        if arguments.has("user") { draft.user = try arguments.string("user", limit: 200) }
        try EndpointResource.apply(arguments, to: &draft)
        let changed = try await store.update(endpoint.id, version: version, to: draft, catalog: router.catalog)
        return ControlCall.json(.object(changed.json))
    }

    /// Takes over the members that are there; null lifts a condition.
    private static func apply(_ arguments: ArgumentObject, to draft: inout EndpointDraft) throws(RouterError) {
        if arguments.has("toolkits") { draft.policy.toolkits = try toolkits(arguments) }
        if arguments.has("methods") { draft.policy.methods = try arguments.optionalStrings("methods") }
        if arguments.has("tags") { draft.policy.tags = try arguments.optionalStrings("tags") }
        if arguments.has("tools") { draft.policy.tools = try arguments.optionalStrings("tools") }
        if let rules = arguments.value("approvals") { draft.approvals = try ApprovalRules(rules) }
        if let flag = try arguments.flag("require_api_token_auth") { draft.requiresAPIToken = flag }
        if let text = try arguments.optionalString("mode", limit: 16) {
            guard let mode = EndpointMode(rawValue: text) else {
                throw arguments.wrong("mode", "must be meta or direct")
            }
            draft.mode = mode
        }
        guard arguments.has("expires_at") else { return }
        draft.expiresAt = nil
        if let text = try arguments.optionalString("expires_at", limit: 64) {
            guard let instant = Timestamp(iso8601: text) else {
                throw arguments.wrong("expires_at", "must be a time such as 2027-01-31T12:00:00Z")
            }
            draft.expiresAt = instant
        }
    }

    /// A list of names, `{"enable": [...]}`, `{"disable": [...]}`, or null for all.
    private static func toolkits(_ arguments: ArgumentObject) throws(RouterError) -> ToolPolicy.Toolkits {
        guard let object = arguments.value("toolkits")?.object else {
            return try arguments.optionalStrings("toolkits").map { .only($0) } ?? .all
        }
        let inner = try ArgumentObject(object, known: ["enable", "disable"], in: "toolkits")
        switch (try inner.optionalStrings("enable"), try inner.optionalStrings("disable")) {
        case (let names?, nil): return .only(names)
        case (nil, let names?): return .except(names)
        default: throw arguments.wrong("toolkits", "must have either enable or disable")
        }
    }
}
