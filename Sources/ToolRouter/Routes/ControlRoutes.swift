import Connections
import Cryptography
package import HTTP
import JSON

/// The control API: one resource for each noun below `/v1/`.
///
/// Whoever mounts it has found out who asks; what that principal may ask is settled here.
package struct ControlRoutes: HTTPHandler {
    private let resources: [String: any ControlResource]
    private let accountEndpoints: AccountEndpointResource
    private let idempotency: IdempotencyStore?
    private let audit: ControlAudit?

    private static let maximumBodySize = 1 << 20

    /// Makes the routes.
    ///
    /// - Parameters:
    ///   - store: The endpoints.
    ///   - router: The tools.
    ///   - administration: What can be done with connections.
    ///   - links: Makes links by which people connect accounts themselves.
    ///   - publicURL: What URLs of endpoints start with, without a slash at the end.
    ///   - defaultUser: Whose connections an endpoint uses that is made for a connection which everybody may use.
    ///   - idempotency: Remembers the answers to requests with an `Idempotency-Key`; without it the field is refused.
    ///   - audit: Writes down what is changed.
    ///   - additional: More nouns.
    package init(
        store: EndpointStore,
        router: Router,
        administration: ConnectionAdministration,
        links: ConnectLinks,
        publicURL: String,
        defaultUser: String = "default",
        idempotency: IdempotencyStore? = nil,
        audit: ControlAudit? = nil,
        additional: [any ControlResource] = []
    ) {
        let endpoints = EndpointForms(store: store, router: router, publicURL: publicURL)
        accountEndpoints = AccountEndpointResource(
            forms: endpoints,
            administration: administration,
            defaultUser: defaultUser
        )
        var ledger: WriteLedger?
        if case .ledger(let kept) = router.writes { ledger = kept }
        self.idempotency = idempotency
        self.audit = audit
        let all: [any ControlResource] =
            [
                EndpointResource(forms: endpoints), SessionResource(forms: endpoints), ToolResource(router: router),
                ConnectionResource(
                    administration: administration,
                    redirectURI: publicURL + ConnectionResource.callbackPath
                ),
                ConnectLinkResource(links: links, administration: administration), WriteResource(ledger: ledger),
            ] + additional
        resources = Dictionary(all.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse { await respond(to: request, as: .local) }

    /// Whether a path is served here.
    package static func serves(_ path: Substring) -> Bool {
        path.hasPrefix("/v1/") || path.hasPrefix("/\(AccountEndpointResource.root)/")
    }

    /// Answers a request of somebody.
    package func respond(to request: HTTPRequest, as principal: ControlPrincipal) async -> HTTPResponse {
        guard let audit else { return await serve(request, as: principal) }
        return await audit.watch(request, by: principal) { await serve(request, as: principal) }
    }

    private func serve(_ request: HTTPRequest, as principal: ControlPrincipal) async -> HTTPResponse {
        do {
            let resource = try resource(for: request)
            guard principal.role == .administrator || resource.isOpenToMembers else {
                throw Problem(
                    403,
                    "forbidden",
                    "/v1/\(resource.name) needs the role administrator, and this token has the role "
                        + "\(principal.role.rawValue)."
                )
            }
            let bytes = try await ControlCall.body(of: request, limit: ControlRoutes.maximumBodySize)
            let call = try ControlCall(request, bytes: bytes, principal: principal)
            guard call.method == "POST", let key = call.idempotencyKey else { return await answer(call, resource) }
            guard let idempotency else {
                throw Problem(400, "invalid", "This server keeps no answers, so it takes no Idempotency-Key.")
            }
            return try await idempotency.once(key, by: principal.actor, target: request.target, body: bytes) {
                await answer(call, resource)
            }
        } catch { return ControlRoutes.problem(error).response }
    }

    private func resource(for request: HTTPRequest) throws(Problem) -> any ControlResource {
        let parts = request.path.split(separator: "/")
        if parts.first.map(String.init) == AccountEndpointResource.root { return accountEndpoints }
        guard request.path.hasPrefix("/v1/"), parts.count > 1, let resource = resources[String(parts[1])] else {
            throw Problem.notFound(request.path)
        }
        return resource
    }

    private func answer(_ call: ControlCall, _ resource: any ControlResource) async -> HTTPResponse {
        do {
            return try await resource.respond(to: call)
        } catch { return ControlRoutes.problem(error).response }
    }

    private static func problem(_ error: any Error) -> Problem {
        switch error {
        case let problem as Problem: problem
        case let error as RouterError: Problem(error)
        case let error as ConnectionError: Problem(error)
        default: Problem(500, "internal", "The request could not be served.")
        }
    }
}
