import CurlTransport
import EventLoops
import HTTP
import JSON
import MCP
import Testing
import WebServer

/// Sends raw requests to a server, in memory or over a socket, so that the same test says the same about both.
protocol MCPTestClient: Sendable {
    var transport: any HTTPTransport { get }
    /// The server's URL.
    var url: String { get }
}

/// What came back.
struct Answer {
    var status: Int
    var fields: HTTPFields
    var body: JSONValue?
    var bytes: [UInt8]

    var id: JSONValue? { body?["id"] }
    var result: JSONValue? { body?["result"] }
    var error: JSONValue? { body?["error"] }
    var code: Int? { error?["code"]?.integer }
}

struct InMemoryClient: MCPTestClient {
    let transport: any HTTPTransport
    let url = "http://localhost/mcp"

    init(_ server: MCPServer) {
        transport = InMemoryTransport(server)
    }
}

struct SocketClient: MCPTestClient {
    let transport: any HTTPTransport
    let url: String
}

enum Keys {
    static let version = "io.modelcontextprotocol/protocolVersion"
    static let capabilities = "io.modelcontextprotocol/clientCapabilities"
    static let client = "io.modelcontextprotocol/clientInfo"
    static let server = "io.modelcontextprotocol/serverInfo"

    static let meta: JSONValue = [
        version: "2026-07-28", capabilities: [:], client: ["name": "test", "version": "1"],
    ]
}

extension MCPTestClient {
    func send(
        _ method: String = "POST",
        _ body: [UInt8] = [],
        fields: HTTPFields = [:],
        plain: Bool = false
    ) async throws -> Answer {
        var request = try HTTPRequest(method: method, url: url, fields: fields)
        if !plain, method == "POST" {
            request.fields["Content-Type"] = request.fields["Content-Type"] ?? "application/json"
            request.fields["Accept"] = request.fields["Accept"] ?? "application/json, text/event-stream"
        }
        request.body = body.isEmpty ? .empty : .bytes(body)
        let response = try await transport.send(request, options: HTTPRequestOptions())
        let bytes = try await response.body.collect(limit: 64 << 20)
        return Answer(
            status: response.status,
            fields: response.fields,
            body: bytes.isEmpty ? nil : try JSONParser.parse(bytes),
            bytes: bytes
        )
    }

    func post(_ text: String, fields: HTTPFields = [:]) async throws -> Answer {
        try await send("POST", Array(text.utf8), fields: fields)
    }

    func post(_ body: JSONValue, fields: HTTPFields = [:]) async throws -> Answer {
        try await send("POST", JSONWriter.bytes(of: body), fields: fields)
    }

    /// A well-formed request of 2026-07-28, with `change` to spoil it.
    func modern(
        _ method: String,
        _ params: JSONValue = [:],
        id: JSONValue = 1,
        meta: JSONValue? = Keys.meta,
        change: (inout HTTPFields) -> Void = { _ in }
    ) async throws -> Answer {
        var params = params
        params["_meta"] = meta
        var fields: HTTPFields = ["MCP-Protocol-Version": "2026-07-28", "Mcp-Method": method]
        if let name = params["name"]?.string { fields["Mcp-Name"] = name }
        change(&fields)
        return try await post(
            ["jsonrpc": "2.0", "id": id, "method": .string(method), "params": params],
            fields: fields
        )
    }

    /// A request as clients of an earlier revision send it.
    func legacy(
        _ method: String,
        _ params: JSONValue? = nil,
        id: JSONValue = 1,
        version: String? = "2025-11-25"
    ) async throws -> Answer {
        var body: JSONValue = ["jsonrpc": "2.0", "id": id, "method": .string(method)]
        body["params"] = params
        var fields = HTTPFields()
        fields["MCP-Protocol-Version"] = version
        return try await post(body, fields: fields)
    }
}

/// The ways to reach a server that tests run over.
enum Wire: String, CaseIterable, Sendable {
    case memory, socket

    func run(
        _ service: any MCPService = DemoService(),
        options: MCPServer.Options = .init(),
        _ body: (any MCPTestClient) async throws -> Void
    ) async throws {
        let server = MCPServer(service: service, name: "demo", version: "1.0", options: options)
        switch self {
        case .memory: try await body(InMemoryClient(server))
        case .socket:
            let loops = try EventLoopGroup()
            let listener = try await HTTPServer.start(server, on: .tcp(host: "127.0.0.1", port: 0), loops: loops)
            let transport = try CurlTransport(loops: loops)
            let url = "http://127.0.0.1:\(listener.port)/mcp"
            let outcome: Result<Void, any Error>
            do {
                outcome = .success(try await body(SocketClient(transport: transport, url: url)))
            } catch {
                outcome = .failure(error)
            }
            await transport.shutDown()
            await listener.shutDown(within: 1)
            await loops.stop()
            try outcome.get()
        }
    }
}
