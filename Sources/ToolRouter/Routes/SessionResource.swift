import HTTP
import JSON
import Tools

/// `/v1/sessions`: an endpoint in the form that tool routers have, one user with one policy and one URL.
struct SessionResource: ControlResource {
    let forms: EndpointForms

    var name: String { "sessions" }

    private static let members = ["user_id", "connected_accounts"] + EndpointForms.members

    func respond(to call: ControlCall) async throws -> HTTPResponse {
        switch (call.method, call.path.count) {
        case ("POST", 1):
            let arguments = try call.arguments(SessionResource.members)
            let user = try arguments.string("user_id", limit: 200)
            var draft = EndpointDraft(name: "session of \(user)", user: user, mode: .meta)
            try apply(arguments, to: &draft)
            let (endpoint, url, _) = try await forms.create(draft)
            return ControlCall.json(SessionResource.json(endpoint, url: url), status: 201)
        case ("GET", 2): return ControlCall.json(SessionResource.json(try forms.endpoint(call.path[1])))
        case ("PATCH", 2):
            let arguments = try call.arguments(["version"] + SessionResource.members)
            let endpoint = try forms.endpoint(call.path[1])
            var draft = EndpointDraft(endpoint)
            if arguments.has("user_id") { draft.user = try arguments.string("user_id", limit: 200) }
            try apply(arguments, to: &draft)
            let version = try arguments.integer("version", in: 1...Int(Int32.max))
            let changed = try await forms.update(endpoint, version: version, to: draft)
            return ControlCall.json(SessionResource.json(changed))
        case ("DELETE", 2):
            guard try await forms.store.delete(call.path[1]) else { throw forms.store.missing(call.path[1]) }
            return HTTPResponse(status: 204)
        case (_, 1): throw Problem.method("POST")
        case (_, 2): throw Problem.method("GET, PATCH, DELETE")
        default: throw Problem(404, "not_found", "There is nothing below a session.")
        }
    }

    private func apply(_ arguments: ArgumentObject, to draft: inout EndpointDraft) throws(RouterError) {
        try forms.apply(arguments, to: &draft)
        guard arguments.has("connected_accounts") else { return }
        draft.policy.connections = try forms.connections(arguments, "connected_accounts")
    }

    private static func json(_ endpoint: Endpoint, url: String? = nil) -> JSONValue {
        var object: JSONObject = ["session_id": .string(endpoint.id)]
        if let url { object["mcp"] = ["type": "http", "url": .string(url), "headers": [:]] }
        object["user_id"] = .string(endpoint.user)
        for member in endpoint.json where member.name != "id" && member.name != "user" {
            object[member.name] = member.value
        }
        return .object(object)
    }
}
