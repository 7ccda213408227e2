import Connections
import HTTP
import JSON
import Tools

/// `/integrated-account/{connection}/mcp`: endpoints over the tools of one connection.
///
/// Each is an endpoint whose policy names one toolkit and one connection of it, and so it is found here however it was made.
struct AccountEndpointResource: ControlResource {
    static let root = "integrated-account"

    let forms: EndpointForms
    let administration: ConnectionAdministration
    /// Whose an endpoint is that is made for a connection which everybody may use.
    let defaultUser: String

    var name: String { AccountEndpointResource.root }

    private static let members = ["name", "config", "expires_at"]
    private static let settings = [
        "methods", "tags", "tools", "approvals", "mode", "rate_limit", "require_api_token_auth",
    ]

    func respond(to call: ControlCall) async throws -> HTTPResponse {
        guard call.path.count >= 3, call.path[2] == "mcp", call.path.count <= 4 else {
            throw Problem(404, "not_found", "There is only /integrated-account/CONNECTION/mcp[/ID] here.")
        }
        let connection = try connection(call.path[1], principal: call.principal)
        let id = call.path.count == 4 ? call.path[3] : nil
        switch (call.method, id) {
        case ("GET", nil):
            let parameters = try call.parameters(["limit", "cursor"])
            let own = forms.store.all.filter { AccountEndpointResource.belongs($0, to: connection) }
            return try ControlCall.page(own, "mcp_servers", parameters, id: \.id, json: AccountEndpointResource.json)
        case ("POST", nil): return try await create(call, connection)
        case ("GET", let id?):
            return ControlCall.json(.object(AccountEndpointResource.json(try endpoint(id, of: connection))))
        case ("PATCH", let id?):
            let endpoint = try endpoint(id, of: connection)
            let arguments = try call.arguments(["version"] + AccountEndpointResource.members)
            var draft = EndpointDraft(endpoint)
            try apply(arguments, to: &draft)
            let version = try arguments.integer("version", in: 1...Int(Int32.max))
            let changed = try await forms.update(endpoint, version: version, to: draft)
            return ControlCall.json(.object(AccountEndpointResource.json(changed)))
        case ("DELETE", let id?):
            _ = try await forms.store.delete(try endpoint(id, of: connection).id)
            return HTTPResponse(status: 204)
        case (_, nil): throw Problem.method("GET, POST")
        default: throw Problem.method("GET, PATCH, DELETE")
        }
    }

    private func create(_ call: ControlCall, _ connection: ConnectionRecord) async throws -> HTTPResponse {
        let arguments = try call.arguments(AccountEndpointResource.members)
        var draft = EndpointDraft(
            name: try arguments.string("name", limit: 200),
            user: connection.user ?? call.principal.person ?? defaultUser
        )
        draft.policy.toolkits = .only([connection.toolkit])
        draft.policy.connections = [connection.toolkit: [connection.id]]
        try apply(arguments, to: &draft)
        let (endpoint, url, _) = try await forms.create(draft)
        var json = AccountEndpointResource.json(endpoint)
        json["url"] = .string(url)
        return ControlCall.json(.object(json), status: 201)
    }

    private func apply(_ arguments: ArgumentObject, to draft: inout EndpointDraft) throws(RouterError) {
        if arguments.has("name") { draft.name = try arguments.string("name", limit: 200) }
        if arguments.has("expires_at") { draft.expiresAt = try arguments.instant("expires_at") }
        guard arguments.has("config") else { return }
        let config = try arguments.object("config")
        try forms.apply(try ArgumentObject(config, known: Self.settings, in: "config"), to: &draft)
    }

    private func connection(_ id: String, principal: ControlPrincipal) throws(RouterError) -> ConnectionRecord {
        let shared = forms.router.connections.connections(of: principal.person ?? defaultUser)
        guard let record = administration.store.record(id) ?? shared.first(where: { $0.id == id }) else {
            throw RouterError(.notFound, "There is no connection \(id.prefix(64)). See: switchboard connections list")
        }
        return record
    }

    private func endpoint(_ id: String, of connection: ConnectionRecord) throws(RouterError) -> Endpoint {
        let endpoint = try forms.endpoint(id)
        guard AccountEndpointResource.belongs(endpoint, to: connection) else { throw forms.store.missing(id) }
        return endpoint
    }

    private static func belongs(_ endpoint: Endpoint, to connection: ConnectionRecord) -> Bool {
        endpoint.policy.toolkits == .only([connection.toolkit])
            && endpoint.policy.connections == [connection.toolkit: [connection.id]]
    }

    private static func json(_ endpoint: Endpoint) -> JSONObject {
        let all = endpoint.json
        var config = JSONObject()
        for name in settings { config[name] = all[name] }
        var object = JSONObject()
        for name in ["id", "name", "user", "expires_at", "version", "token_hint", "created_at", "updated_at"] {
            object[name] = all[name]
        }
        object["config"] = .object(config)
        return object
    }
}
