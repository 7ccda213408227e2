import Connections
package import HTTP
import JSON

/// The control API: `/v1/endpoints`, `/v1/tools`, `/v1/connections`, `/v1/connect-links`,
/// `/v1/writes`.
///
/// Whoever mounts it has checked that the caller may administer this server.
package struct ControlRoutes: HTTPHandler {
    private let endpoints: EndpointResource
    private let tools: ToolResource
    private let connections: ConnectionResource
    private let links: ConnectLinkResource
    private let writes: WriteResource

    private static let maximumBodySize = 1 << 20

    /// Makes the routes.
    ///
    /// - Parameters:
    ///   - store: The endpoints.
    ///   - router: The tools.
    ///   - administration: What can be done with connections.
    ///   - links: Makes links by which people connect accounts themselves.
    ///   - publicURL: What URLs of endpoints start with, without a slash at the end.
    package init(
        store: EndpointStore,
        router: Router,
        administration: ConnectionAdministration,
        links: ConnectLinks,
        publicURL: String
    ) {
        endpoints = EndpointResource(store: store, router: router, publicURL: publicURL)
        tools = ToolResource(router: router)
        connections = ConnectionResource(
            administration: administration,
            redirectURI: publicURL + ConnectionResource.callbackPath
        )
        if case .ledger(let ledger) = router.writes {
            writes = WriteResource(ledger: ledger)
        } else {
            writes = WriteResource(ledger: nil)
        }
        self.links = ConnectLinkResource(links: links, administration: administration)
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        do {
            let call = try await ControlCall(request, maximumBodySize: ControlRoutes.maximumBodySize)
            switch call.path.first {
            case "endpoints": return try await endpoints.respond(to: call)
            case "tools": return try await tools.respond(to: call)
            case "connections": return try await connections.respond(to: call)
            case "connect-links": return try await links.respond(to: call)
            case "writes": return try await writes.respond(to: call)
            default: throw Problem.notFound(request.path)
            }
        } catch let problem as Problem {
            return problem.response
        } catch let error as RouterError {
            return Problem(error).response
        } catch let error as ConnectionError {
            return Problem(error).response
        } catch {
            return Problem(500, "internal", "The request could not be served.").response
        }
    }
}

/// A request to the control API, read.
struct ControlCall {
    var method: String
    /// What follows `/v1/`, decoded.
    var path: [String]
    var query: [(name: String, value: String)]
    /// What the caller calls its request, so that it can be repeated (draft-ietf-httpapi-idempotency-key-header).
    var idempotencyKey: String?
    /// The members of the body; empty without one.
    var body: JSONObject

    init(_ request: HTTPRequest, maximumBodySize: Int) async throws {
        guard request.path.hasPrefix("/v1/") else { throw Problem.notFound(request.path) }
        method = request.method
        path = try request.path.dropFirst("/v1/".count).split(separator: "/").map { part in
            guard let text = PercentEncoding.decode(part) else { throw Problem.notFound(request.path) }
            return text
        }
        idempotencyKey = request.fields["Idempotency-Key"].map { String($0.prefix(200)) }
        query = PercentEncoding.decodeForm(request.query)
        let bytes: [UInt8]
        do {
            bytes = try await request.body.collect(limit: maximumBodySize)
        } catch { throw Problem(413, "too_large", "The body must not be longer than \(maximumBodySize) bytes.") }
        if bytes.isEmpty {
            body = [:]
            return
        }
        do {
            guard let object = try JSONParser.parse(bytes, options: JSONParser.Options(maximumDepth: 32)).object else {
                throw Problem(400, "invalid", "The body must be a JSON object.")
            }
            body = object
        } catch let error as JSONError { throw Problem(400, "invalid", "The body is not JSON: \(error).") }
    }

    /// The body with its members checked against what is known.
    func arguments(_ known: [String]) throws(RouterError) -> ArgumentObject {
        try ArgumentObject(body, known: known, in: "the body")
    }

    /// The value of a parameter, refusing parameters that are not known.
    func parameters(_ known: [String]) throws -> [String: String] {
        var values: [String: String] = [:]
        for (name, value) in query {
            guard known.contains(name) else {
                throw Problem(
                    400,
                    "invalid",
                    "There is no parameter \(name.prefix(32)); known are \(known.joined(separator: ", "))."
                )
            }
            values[name] = value
        }
        return values
    }

    static func json(_ value: JSONValue, status: Int = 200) -> HTTPResponse {
        .json(JSONWriter.bytes(of: value), status: status)
    }
}
