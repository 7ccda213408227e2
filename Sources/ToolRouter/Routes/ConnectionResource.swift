import Basics
import Connections
import HTTP
import JSON
import Toolkits

/// `/v1/connections`.
struct ConnectionResource: ControlResource {
    let administration: ConnectionAdministration
    /// Where browsers come back to.
    let redirectURI: String

    /// Where browsers come back to, below the public URL.
    static let callbackPath = "/oauth/callback"

    var name: String { "connections" }

    private static let members = ["user", "toolkit", "label", "fields", "secrets", "base_url", "grant"]

    func respond(to call: ControlCall) async throws -> HTTPResponse {
        do {
            return try await answer(call)
        } catch let error as ConnectionError { throw Problem(error) }
    }

    private func answer(_ call: ControlCall) async throws -> HTTPResponse {
        switch (call.method, call.path.count, call.path.last) {
        case ("GET", 1, _):
            let parameters = try call.parameters(["user", "toolkit", "limit", "cursor"])
            let records = administration.store.all.filter { record in
                (parameters["user"].map { $0 == record.user } ?? true)
                    && (parameters["toolkit"].map { $0 == record.toolkit } ?? true)
            }
            return try ControlCall.page(records, "connections", parameters, id: \.id, json: \.json)
        case ("POST", 1, _):
            let arguments = try call.arguments(ConnectionResource.members + ["test"])
            let trial = try await administration.connect(
                try new(arguments),
                isTried: try arguments.flag("test") ?? true
            )
            var body = trial.record.json
            if !trial.works { body["message"] = .string(trial.message) }
            return ControlCall.json(.object(body), status: 201)
        case ("POST", 2, "authorize"):
            // A flow without a browser's session ends in whatever browser opens its URL: a token that could begin one could
            // have somebody else's account connected.
            guard call.principal == .local else {
                throw Problem(
                    403,
                    "forbidden",
                    "Only commands of this machine begin an authorization. Make a connect link with POST "
                        + "/v1/connect-links; it is bound to the person who opens it."
                )
            }
            let start = try administration.beginOAuth(
                try new(call.arguments(ConnectionResource.members)),
                redirectURI: redirectURI,
                session: nil
            )
            return ControlCall.json(
                [
                    "flow": .string(start.id), "authorization_url": .string(start.url),
                    "redirect_uri": .string(redirectURI), "expires_at": .string(start.expiresAt.iso8601),
                ],
                status: 201
            )
        case ("GET", 3, let toolkit?) where call.path[1] == "schemes":
            return ControlCall.json(.object(try administration.check(toolkit: toolkit).authentication.json))
        case ("GET", 3, let flow?) where call.path[1] == "authorize": return try standing(of: flow)
        case ("GET", 2, let id?): return ControlCall.json(.object(try record(id).json))
        case ("DELETE", 2, let id?):
            guard try await administration.store.remove(id) else { throw missing(id) }
            return HTTPResponse(status: 204)
        case ("POST", 3, "test"):
            let trial = try await administration.test(call.path[1])
            return ControlCall.json([
                "connection": .object(trial.record.json), "ok": .bool(trial.works), "message": .string(trial.message),
            ])
        case (_, 1, _): throw Problem.method("GET, POST")
        case (_, 2, _): throw Problem.method("GET, DELETE")
        case (_, 3, "test"): throw Problem.method("POST")
        default: throw Problem(404, "not_found", "There is nothing at this path of a connection.")
        }
    }

    private func grant(_ arguments: ArgumentObject) throws -> OAuthScheme.Grant? {
        guard let text = try arguments.optionalString("grant", limit: 64) else { return nil }
        guard let grant = OAuthScheme.Grant(rawValue: text) else {
            let all = OAuthScheme.Grant.allCases.map(\.rawValue).joined(separator: " or ")
            throw arguments.wrong("grant", "must be \(all)")
        }
        return grant
    }

    private func standing(of flow: String) throws -> HTTPResponse {
        switch administration.keeper.standing(ofFlow: flow) {
        case nil: throw Problem(404, "not_found", "There is no authorization \(flow.prefix(64)).")
        case .waiting?: return ControlCall.json(["status": "waiting"])
        case .failed(let error)?:
            return ControlCall.json([
                "status": "failed", "code": .string(error.code.rawValue), "message": .string(error.message),
            ])
        case .ended(let id)?:
            return ControlCall.json(["status": "done", "connection": .object(try record(id).json)])
        }
    }

    private func new(_ arguments: ArgumentObject) throws -> NewConnection {
        NewConnection(
            user: try arguments.string("user", limit: 200),
            toolkit: try arguments.string("toolkit", limit: 200),
            label: try arguments.optionalString("label", limit: 200) ?? "",
            fields: try arguments.texts("fields"),
            secrets: try arguments.texts("secrets").mapValues { Secret($0) },
            baseURL: try arguments.optionalString("base_url", limit: 2000),
            grant: try grant(arguments)
        )
    }

    private func record(_ id: String) throws -> ConnectionRecord {
        guard let record = administration.store.record(id) else { throw missing(id) }
        return record
    }

    private func missing(_ id: String) -> ConnectionError {
        ConnectionError(.missing, "There is no connection \(id.prefix(64)). See: switchboard connections list")
    }
}
