import Basics
import Connections
import Cryptography
import HTTP
import JSON
import Storage
import TestSupport
import ToolRouter
import Toolkits
import Tools

/// The control API over a database of its own, with the tools of ``Fixture``.
struct ControlFixture {
    let database: SQLiteDatabase
    let routes: ControlRoutes
    let endpoints: EndpointStore
    let connections: ConnectionStore
    let tokens: APITokenStore
    let router: Router
    let mcp: EndpointRoutes
    let clock: ManualClock

    private struct Unreachable: HTTPTransport {
        func send(_ request: HTTPRequest, options: HTTPRequestOptions) async throws -> HTTPResponse {
            throw HTTPError(.connectFailed, "nothing listens", nothingSent: true)
        }
    }

    static func open(
        _ folder: TemporaryFolder,
        provider: any ToolProvider = EchoTools(Fixture.tools),
        writes: WritePath = .unprotected,
        observers: [any CallObserver] = [],
        audit: ControlAudit? = nil,
        additional: [any ControlResource] = []
    ) async throws -> ControlFixture {
        let clock = ManualClock(Timestamp(milliseconds: 1_800_000_000_000))
        let database = try await SQLiteDatabase.open(folder.file("control.db"))
        try await database.migrate(
            ConnectionStore.migrations + EndpointStore.migrations + PeopleStore.migrations + ConnectLinks.migrations
                + APITokenStore.migrations + IdempotencyStore.migrations
        )
        let vault = Vault(current: SymmetricKey())
        let connections = try await ConnectionStore(database: database, vault: vault)
        let endpoints = try await EndpointStore(database: database, clock: clock)
        let tokens = try await APITokenStore(database: database, clock: clock)
        let router = Router(
            providers: [provider],
            connections: CompositeConnectionSource([connections, Fixture.connections()]),
            writes: writes,
            interceptors: [EndpointLimiter(store: endpoints) { UInt64(clock.now().milliseconds) * 1_000_000 }],
            observers: observers
        )
        let toolkits = ToolkitProvider(
            toolkits: [],
            connections: connections,
            transport: Unreachable(),
            clock: SystemClock(),
            log: .none
        )
        let routes = ControlRoutes(
            store: endpoints,
            router: router,
            administration: ConnectionAdministration(
                keeper: ConnectionKeeper(store: connections, transport: Unreachable()),
                toolkits: toolkits
            ),
            links: ConnectLinks(database: database, address: PublicAddress()),
            publicURL: "https://tools.example",
            defaultUser: "ada",
            idempotency: IdempotencyStore(database: database, vault: vault, clock: clock),
            audit: audit,
            additional: [TokenResource(store: tokens, defaultPerson: "ada")] + additional
        )
        let mcp = EndpointRoutes(
            store: endpoints,
            router: router,
            identity: EndpointRoutes.Identity(name: "switchboard", version: "test"),
            holder: { tokens.token($0).map { "token:" + $0.id } }
        )
        return ControlFixture(
            database: database,
            routes: routes,
            endpoints: endpoints,
            connections: connections,
            tokens: tokens,
            router: router,
            mcp: mcp,
            clock: clock
        )
    }

    /// Keeps a connection and returns its id.
    func connect(_ user: String, _ toolkit: String) async throws -> String {
        try await connections.add(NewConnection(user: user, toolkit: toolkit, secrets: ["api_key": Secret("k")])).id
    }

    func send(
        _ method: String,
        _ target: String,
        _ body: JSONValue? = nil,
        key: String? = nil,
        as principal: ControlPrincipal = .local
    ) async throws -> (status: Int, body: JSONValue, fields: HTTPFields) {
        var fields: HTTPFields = [:]
        if let key { fields["Idempotency-Key"] = key }
        let response = await routes.respond(
            to: HTTPRequest(
                method: method,
                target: target,
                fields: fields,
                body: body.map { .bytes(JSONWriter.bytes(of: $0)) } ?? .empty
            ),
            as: principal
        )
        let bytes = try await response.body.collect(limit: 1 << 20)
        return (response.status, bytes.isEmpty ? .null : try Fixture.json(bytes), response.fields)
    }

    /// Asks the MCP endpoint behind a URL, and gives the status and the answer's result.
    func ask(
        _ url: String,
        _ method: String = "tools/list",
        _ parameters: JSONValue = [:],
        fields given: HTTPFields = [:]
    ) async throws -> (status: Int, result: JSONValue) {
        var fields = given
        fields["Content-Type"] = "application/json"
        fields["MCP-Protocol-Version"] = "2025-11-25"
        fields["Accept"] = "application/json, text/event-stream"
        let body: JSONValue = ["jsonrpc": "2.0", "id": 1, "method": .string(method), "params": parameters]
        let response = await mcp.respond(
            to: HTTPRequest(
                method: "POST",
                target: "/mcp/" + (url.split(separator: "/").last.map(String.init) ?? ""),
                fields: fields,
                body: .bytes(JSONWriter.bytes(of: body))
            )
        )
        let bytes = try await response.body.collect(limit: 1 << 20)
        let answer = bytes.isEmpty ? JSONValue.null : try Fixture.json(bytes)
        return (response.status, answer["result"] ?? answer)
    }

    /// Calls a tool by MCP and gives its result.
    func call(_ url: String, _ tool: String, _ arguments: JSONValue) async throws -> JSONValue {
        try await ask(url, "tools/call", ["name": .string(tool), "arguments": arguments]).result
    }
}
