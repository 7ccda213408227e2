import Basics
package import HTTP
import JSON

/// `/v1/tokens`.
package struct TokenResource: ControlResource {
    private let store: APITokenStore
    private let defaultPerson: String

    /// The resource.
    ///
    /// - Parameters:
    ///   - store: The tokens.
    ///   - defaultPerson: Whose a token is that is made through the control socket without naming a person.
    package init(store: APITokenStore, defaultPerson: String) {
        self.store = store
        self.defaultPerson = defaultPerson
    }

    package var name: String { "tokens" }

    package func respond(to call: ControlCall) async throws -> HTTPResponse {
        switch (call.method, call.path.count) {
        case ("GET", 1):
            return try ControlCall.page(
                store.all,
                "tokens",
                try call.parameters(["limit", "cursor"]),
                id: \.id,
                json: \.json
            )
        case ("POST", 1): return try await create(call)
        case ("DELETE", 2):
            guard try await store.revoke(call.path[1]) else {
                throw RouterError(.notFound, "There is no token \(call.path[1]). See: switchboard tokens list")
            }
            return HTTPResponse(status: 204)
        case (_, 1): throw Problem.method("GET, POST")
        case (_, 2): throw Problem.method("DELETE")
        default: throw Problem(404, "not_found", "There is nothing below a token.")
        }
    }

    private func create(_ call: ControlCall) async throws -> HTTPResponse {
        let arguments = try call.arguments(["name", "person", "role", "expires_at"])
        var role = PersonRole.administrator
        if let text = try arguments.optionalString("role", limit: 32) {
            guard let known = PersonRole(text: text) else {
                let all = PersonRole.allCases.map(\.rawValue).joined(separator: ", ")
                throw arguments.wrong("role", "must be one of \(all)")
            }
            role = known
        }
        let own = call.principal.person ?? defaultPerson
        let person = try arguments.optionalString("person", limit: 200) ?? own
        // Who could make tokens of others could approve, as somebody else, what it asked for itself.
        guard call.principal == .local || person == own else {
            throw Problem(
                403,
                "forbidden",
                "A token makes tokens of its own person only; for \(person.prefix(64)) use: switchboard tokens create"
            )
        }
        let (token, secret) = try await store.create(
            name: try arguments.string("name", limit: 200),
            person: person,
            role: role,
            expiresAt: try arguments.instant("expires_at")
        )
        var json = token.json
        json["token"] = .string(secret.reveal())
        return ControlCall.json(.object(json), status: 201)
    }
}
