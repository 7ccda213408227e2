import Basics
package import HTTP
import JSON

/// `/v1/people`: for the control socket only.
///
/// Whoever can make a sign-in code can be anybody, so no token of an agent may ever reach this; the socket is open to
/// the owner of the data folder alone.
package struct PeopleRoutes: HTTPHandler {
    private let people: PeopleStore
    private let links: ConnectLinks
    private let address: PublicAddress

    package init(people: PeopleStore, links: ConnectLinks, address: PublicAddress) {
        self.people = people
        self.links = links
        self.address = address
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        do {
            let bytes = try await ControlCall.body(of: request, limit: 64 << 10)
            return try await answer(try ControlCall(request, bytes: bytes, principal: .local))
        } catch let problem as Problem {
            return problem.response
        } catch let error as RouterError {
            return Problem(error).response
        } catch {
            return Problem(500, "internal", "The request could not be served.").response
        }
    }

    private func answer(_ call: ControlCall) async throws -> HTTPResponse {
        switch (call.method, call.path.count, call.path.last) {
        case ("GET", 1, _):
            _ = try call.parameters([])
            return ControlCall.json(["people": .array(people.all.map { .object($0.json) }), "next_cursor": .null])
        case ("POST", 1, _):
            let arguments = try call.arguments(["name", "role", "email"])
            let person = try await people.add(
                name: try arguments.string("name", limit: 64),
                role: try role(arguments) ?? .member,
                email: try arguments.optionalString("email", limit: 254)
            )
            return ControlCall.json(.object(person.json), status: 201)
        case ("PATCH", 2, let name?):
            let arguments = try call.arguments(["role"])
            guard let role = try role(arguments) else { throw arguments.wrong("role", "is missing") }
            return ControlCall.json(.object(try await people.setRole(role, of: name).json))
        case ("DELETE", 2, let name?):
            try await people.remove(name)
            try await links.revoke(user: name)
            return HTTPResponse(status: 204)
        case ("POST", 3, "code"):
            let name = call.path[1]
            let code = try await people.makeCode(for: name)
            let page = address.url.map { $0 + "/sign-in?name=" + PercentEncoding.encode(name) }
            return ControlCall.json(
                [
                    "name": .string(name), "code": .string(code.secret.reveal()),
                    "url": page.map { .string($0) } ?? .null, "expires_at": .string(code.expiresAt.iso8601),
                ],
                status: 201
            )
        case ("DELETE", 3, "sessions"):
            let count = try await people.signOutEverywhere(call.path[1])
            return ControlCall.json(["name": .string(call.path[1]), "ended": .integer(count)])
        case (_, 1, _): throw Problem.method("GET, POST")
        case (_, 2, _): throw Problem.method("PATCH, DELETE")
        case (_, 3, "code"): throw Problem.method("POST")
        case (_, 3, "sessions"): throw Problem.method("DELETE")
        default: throw Problem(404, "not_found", "There is nothing at this path of a person.")
        }
    }

    private func role(_ arguments: ArgumentObject) throws(RouterError) -> PersonRole? {
        guard let text = try arguments.optionalString("role", limit: 32) else { return nil }
        guard let role = PersonRole(text: text) else {
            let names = PersonRole.allCases.map(\.rawValue).joined(separator: ", ")
            throw arguments.wrong("role", "must be one of \(names)")
        }
        return role
    }
}
