import Basics
package import HTTP
import JSON
package import MCP

/// Serves the MCP endpoints: `POST /mcp/{token}`, and `POST /mcp` with the token as bearer or `x-api-key`.
///
/// Which origins and hosts may ask is settled before a request comes here.
package struct EndpointRoutes: HTTPHandler {
    /// How the server presents itself to clients.
    package struct Identity: Sendable, Hashable {
        package var name: String
        package var version: String

        package init(name: String, version: String) {
            self.name = name
            self.version = version
        }
    }

    private let store: EndpointStore
    private let router: Router
    private let identity: Identity
    private let options: MCPServer.Options
    private let holder: @Sendable (_ token: String) -> String?
    private let servers: ServerCache
    /// Outlives the servers, which are made anew when a policy changes.
    private let exchange = MCPExchange()

    /// Makes the routes.
    ///
    /// - Parameters:
    ///   - store: The endpoints.
    ///   - router: The tools.
    ///   - identity: How the server presents itself.
    ///   - options: Limits for MCP requests.
    ///   - holder: Who holds an API token, as the audit names them; nil for one that is none.
    package init(
        store: EndpointStore,
        router: Router,
        identity: Identity,
        options: MCPServer.Options = MCPServer.Options(),
        holder: @escaping @Sendable (_ token: String) -> String?
    ) {
        self.store = store
        self.router = router
        self.identity = identity
        self.options = options
        self.holder = holder
        servers = ServerCache()
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        var response = await answer(request)
        if let origin = request.fields["Origin"] {
            response.fields["Access-Control-Allow-Origin"] = origin
            response.fields["Access-Control-Expose-Headers"] = "Mcp-Session-Id, WWW-Authenticate"
            response.fields.append("Vary", "Origin")
        }
        return response
    }

    private func answer(_ request: HTTPRequest) async -> HTTPResponse {
        let path = request.path
        guard path == "/mcp" || path.hasPrefix("/mcp/") else { return Problem.notFound(path).response }
        // A browser asks before it sends the token, so there is none yet.
        if request.method == "OPTIONS" { return EndpointRoutes.preflight }
        var candidates = EndpointRoutes.credentials(request.fields)
        let inPath = path.dropFirst("/mcp/".count)
        if !inPath.isEmpty { candidates = [String(inPath)] }
        guard let (endpoint, token) = find(candidates) else { return EndpointRoutes.unauthorized(Self.unknownToken) }
        let others = EndpointRoutes.credentials(request.fields).filter { $0 != token }
        let actor = others.lazy.compactMap(holder).first
        guard actor != nil || !endpoint.requiresAPIToken else { return EndpointRoutes.unauthorized(Self.secondFactor) }
        return await server(for: endpoint, actor: actor).respond(to: request)
    }

    private func find(_ candidates: [String]) -> (Endpoint, String)? {
        for token in candidates {
            if let endpoint = store.endpoint(token: token) { return (endpoint, token) }
        }
        return nil
    }

    /// The server that keeps an endpoint's rendered lists, made anew when the endpoint has changed.
    private func server(for endpoint: Endpoint, actor: String?) -> MCPServer {
        servers.server(for: endpoint, actor: actor) {
            MCPServer(
                service: EndpointService(router: router, endpoint: endpoint, actor: actor),
                name: identity.name,
                version: identity.version,
                options: options,
                exchange: exchange,
                principal: endpoint.id
            )
        }
    }

    /// The secrets that a request carries: bearer tokens, then keys.
    package static func credentials(_ fields: HTTPFields) -> [String] {
        var found: [String] = []
        for value in fields.values("Authorization") {
            let scheme = value.prefix { $0 != " " }
            guard scheme.lowercased() == "bearer" else { continue }
            found.append(String(value.dropFirst(scheme.count).drop { $0 == " " }))
        }
        return found + fields.values("x-api-key")
    }

    private static let unknownToken =
        "No endpoint belongs to this token: it is wrong, was deleted, or has expired. See: switchboard endpoints list"
    private static let secondFactor =
        "This endpoint also needs an API token, as Authorization: Bearer or as x-api-key. See: switchboard tokens"

    private static func unauthorized(_ message: String) -> HTTPResponse {
        .json(
            JSONWriter.bytes(of: ["error": "unauthorized", "message": .string(message)]),
            status: 401,
            fields: ["WWW-Authenticate": "Bearer"]
        )
    }

    private static let preflight = HTTPResponse(
        status: 204,
        fields: [
            "Access-Control-Allow-Methods": "POST, GET, DELETE, OPTIONS",
            "Access-Control-Allow-Headers":
                "Authorization, Content-Type, Accept, MCP-Protocol-Version, Mcp-Method, Mcp-Name, Mcp-Session-Id, "
                + "Last-Event-ID, x-api-key",
            "Access-Control-Max-Age": "600",
        ]
    )
}

/// MCP servers by endpoint and by who uses it.
private final class ServerCache: Sendable {
    private struct Entry {
        var version: Int
        var server: MCPServer
    }

    private struct Key: Hashable {
        var endpoint: String
        var actor: String?
    }

    private let entries = Locked<[Key: Entry]>([:])
    private static let largest = 1024

    func server(for endpoint: Endpoint, actor: String?, make: () -> MCPServer) -> MCPServer {
        let key = Key(endpoint: endpoint.id, actor: actor)
        let known = entries.withLock { $0[key] }
        if let known, known.version == endpoint.version { return known.server }
        let server = make()
        entries.withLock { entries in
            if entries.count >= ServerCache.largest { entries.removeAll() }
            // A request that began before a change must not bring the old policy back.
            if let current = entries[key], current.version > endpoint.version { return }
            entries[key] = Entry(version: endpoint.version, server: server)
        }
        return server
    }
}
