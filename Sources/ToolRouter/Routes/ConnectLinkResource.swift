import HTTP
import JSON

/// `/v1/connect-links`.
struct ConnectLinkResource: ControlResource {
    var name: String { "connect-links" }

    let links: ConnectLinks
    let administration: ConnectionAdministration

    func respond(to call: ControlCall) async throws -> HTTPResponse {
        switch (call.method, call.path.count) {
        case ("POST", 1):
            let arguments = try call.arguments(["user", "toolkit", "label", "base_url"])
            let toolkit = try arguments.string("toolkit", limit: 200)
            try administration.check(toolkit: toolkit)
            let new = try await links.make(
                user: try arguments.string("user", limit: 200),
                toolkit: toolkit,
                label: try arguments.optionalString("label", limit: 200) ?? "",
                baseURL: try arguments.optionalString("base_url", limit: 2000)
            )
            var json = new.link.json
            json["url"] = .string(new.url)
            return ControlCall.json(.object(json), status: 201)
        case ("GET", 2):
            guard let link = try await links.link(id: call.path[1]) else {
                throw Problem(404, "not_found", "There is no connect link \(call.path[1].prefix(64)).")
            }
            return ControlCall.json(.object(link.json))
        case (_, 1): throw Problem.method("POST")
        case (_, 2): throw Problem.method("GET")
        default: throw Problem(404, "not_found", "There is nothing below a connect link.")
        }
    }
}
