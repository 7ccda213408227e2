import Basics
import HTTP
import JSON

/// `/v1/endpoints`.
struct EndpointResource: ControlResource {
    let forms: EndpointForms

    var name: String { "endpoints" }

    func respond(to call: ControlCall) async throws -> HTTPResponse {
        switch (call.method, call.path.count) {
        case ("GET", 1):
            let parameters = try call.parameters(["limit", "cursor"])
            return try ControlCall.page(forms.store.all, "endpoints", parameters, id: \.id, json: \.json)
        case ("POST", 1):
            let arguments = try call.arguments(["user"] + EndpointForms.members)
            var draft = EndpointDraft(
                name: try arguments.string("name", limit: 200),
                user: try arguments.string("user", limit: 200)
            )
            try forms.apply(arguments, to: &draft)
            let (endpoint, url, token) = try await forms.create(draft)
            var json = endpoint.json
            json["url"] = .string(url)
            json["token"] = .string(token.reveal())
            return ControlCall.json(.object(json), status: 201)
        case ("GET", 2): return ControlCall.json(.object(try forms.endpoint(call.path[1]).json))
        case ("PATCH", 2): return try await update(call)
        case ("DELETE", 2):
            guard try await forms.store.delete(call.path[1]) else { throw forms.store.missing(call.path[1]) }
            return HTTPResponse(status: 204)
        case (_, 1): throw Problem.method("GET, POST")
        case (_, 2): throw Problem.method("GET, PATCH, DELETE")
        default: throw Problem(404, "not_found", "There is nothing below an endpoint.")
        }
    }

    private func update(_ call: ControlCall) async throws -> HTTPResponse {
        let arguments = try call.arguments(["user", "version"] + EndpointForms.members)
        let endpoint = try forms.endpoint(call.path[1])
        guard let version = try arguments.integer("version", in: 1...Int(Int32.max)) else {
            throw RouterError(.invalid, "the body: version is missing; send the one that you have read.")
        }
        var draft = EndpointDraft(endpoint)
        if arguments.has("user") { draft.user = try arguments.string("user", limit: 200) }
        try forms.apply(arguments, to: &draft)
        return ControlCall.json(.object(try await forms.update(endpoint, version: version, to: draft).json))
    }
}
