import Basics
import Connections
import Cryptography
import HTTP
import JSON
import Storage
import TestSupport
import Testing
import ToolRouter
import Toolkits
import Tools

@Suite struct ControlRoutesTests {
    private let folder = TemporaryFolder()
    private let provider = EchoTools(Fixture.tools)

    private struct Unreachable: HTTPTransport {
        func send(_ request: HTTPRequest, options: HTTPRequestOptions) async throws -> HTTPResponse {
            throw HTTPError(.connectFailed, "nothing listens", nothingSent: true)
        }
    }

    private struct Running {
        var database: SQLiteDatabase
        var routes: ControlRoutes
        var endpoints: EndpointStore
        var connections: ConnectionStore
    }

    private func run() async throws -> Running {
        let database = try await SQLiteDatabase.open(folder.file("c.db"))
        try await database.migrate(
            ConnectionStore.migrations + EndpointStore.migrations + ConnectLinks.migrations
        )
        let connections = try await ConnectionStore(database: database, vault: Vault(current: SymmetricKey()))
        let endpoints = try await EndpointStore(database: database)
        let toolkits = ToolkitProvider(
            toolkits: [],
            connections: connections,
            transport: Unreachable(),
            clock: SystemClock(),
            log: .none
        )
        let routes = ControlRoutes(
            store: endpoints,
            router: Fixture.router(provider),
            administration: ConnectionAdministration(
                keeper: ConnectionKeeper(store: connections, transport: Unreachable()),
                toolkits: toolkits
            ),
            links: ConnectLinks(database: database, address: PublicAddress()),
            publicURL: "https://tools.example"
        )
        return Running(database: database, routes: routes, endpoints: endpoints, connections: connections)
    }

    private func send(
        _ running: Running,
        _ method: String,
        _ target: String,
        _ body: JSONValue? = nil
    ) async throws -> (response: HTTPResponse, body: JSONValue) {
        let response = await running.routes.respond(
            to: HTTPRequest(
                method: method,
                target: target,
                body: body.map { .bytes(JSONWriter.bytes(of: $0)) } ?? .empty
            )
        )
        let bytes = try await response.body.collect(limit: 1 << 20)
        return (response, bytes.isEmpty ? .null : try Fixture.json(bytes))
    }

    @Test func `an endpoint is made, shown, changed and deleted, and its token shown once`() async throws {
        let running = try await run()
        let (created, body) = try await send(
            running,
            "POST",
            "/v1/endpoints",
            ["name": "Briefing", "user": "ada", "toolkits": ["acme"], "methods": ["read"], "mode": "meta"]
        )
        #expect(created.status == 201)
        let id = body["id"]?.string ?? ""
        let token = body["token"]?.string ?? ""
        #expect(body["url"]?.string == "https://tools.example/mcp/" + token)
        #expect(running.endpoints.endpoint(token: token)?.id == id)
        let (_, list) = try await send(running, "GET", "/v1/endpoints")
        let (_, shown) = try await send(running, "GET", "/v1/endpoints/" + id)
        #expect(list["endpoints"] == [shown])
        #expect(shown["token"] == nil && shown["url"] == nil && shown["version"] == 1)
        #expect(shown["tags"] == .null && shown["toolkits"] == ["acme"])
        let (_, changed) = try await send(
            running,
            "PATCH",
            "/v1/endpoints/" + id,
            ["version": 1, "methods": .null, "toolkits": ["disable": ["beta"]]]
        )
        #expect(changed["version"] == 2 && changed["methods"] == .null && changed["name"] == "Briefing")
        #expect(changed["toolkits"] == ["disable": ["beta"]])
        let (race, _) = try await send(running, "PATCH", "/v1/endpoints/" + id, ["version": 1, "name": "x"])
        #expect(race.status == 409)
        #expect(try await send(running, "DELETE", "/v1/endpoints/" + id).response.status == 204)
        #expect(try await send(running, "GET", "/v1/endpoints/" + id).response.status == 404)
        #expect(running.endpoints.endpoint(token: token) == nil)
        await running.database.close()
    }

    private struct Mistake: Sendable {
        var body: JSONValue
        var detail: String
    }

    private static let mistakes: [Mistake] = [
        Mistake(body: ["name": "n", "user": "u", "toolkit": ["acme"]], detail: "Did you mean toolkits?"),
        Mistake(body: ["name": "n", "user": "u", "a": 1, "b": 2], detail: "\"a\", \"b\""),
        Mistake(body: ["name": "n"], detail: "user must be a text"),
        Mistake(body: ["name": "n", "user": "u", "toolkits": []], detail: "leaves no tool"),
        Mistake(body: ["name": "n", "user": "u", "methods": []], detail: "leaves no tool"),
        Mistake(body: ["name": "n", "user": "u", "tags": ["none"]], detail: "leaves no tool"),
        Mistake(body: ["name": "n", "user": "u", "mode": "both"], detail: "mode must be meta or direct"),
        Mistake(body: ["name": "n", "user": "u", "expires_at": "soon"], detail: "must be a time such as"),
        Mistake(body: ["name": "n", "user": "u", "expires_at": "2020-01-01"], detail: "at least 60 seconds ahead"),
        Mistake(body: [1], detail: "must be a JSON object"),
    ]

    @Test(arguments: mistakes.indices)
    func `a body that makes no sense is a 400 that names the mistake`(position: Int) async throws {
        let running = try await run()
        let mistake = ControlRoutesTests.mistakes[position]
        let (response, body) = try await send(running, "POST", "/v1/endpoints", mistake.body)
        #expect(response.status == 400)
        #expect(response.fields["Content-Type"] == "application/problem+json")
        #expect(body["status"] == 400)
        #expect(body["detail"]?.string?.contains(mistake.detail) == true)
        #expect(running.endpoints.all.isEmpty)
        await running.database.close()
    }

    @Test func `tools are listed in pages, shown, found and run`() async throws {
        let running = try await run()
        var seen: [String] = []
        var cursor = ""
        repeat {
            let (_, page) = try await send(running, "GET", "/v1/tools?limit=2" + cursor)
            seen += page["tools"]?.array?.compactMap { $0["name"]?.string } ?? []
            cursor = page["next_cursor"]?.string.map { "&cursor=" + $0 } ?? ""
        } while !cursor.isEmpty
        #expect(seen == Fixture.tools.map(\.name))
        let (_, shown) = try await send(running, "GET", "/v1/tools/get_single_acme_job_by_id")
        #expect(shown["input_schema"] == Fixture.tools[1].inputSchema)
        let (_, found) = try await send(running, "POST", "/v1/tools/search", ["query": "show offers"])
        #expect(found["results"]?[0]?["name"] == "list_all_beta_offers" && found["abstained"] == false)
        let (_, same) = try await send(running, "GET", "/v1/tools/search?q=show+offers")
        #expect(same == found)
        let (ran, result) = try await send(
            running,
            "POST",
            "/v1/tools/get_single_acme_job_by_id/execute",
            ["user": "ada", "arguments": ["id": "7"]]
        )
        #expect(ran.status == 200 && result["arguments"] == ["id": "7"])
        await running.database.close()
    }

    @Test func `a failed call is a problem document, and a full quota keeps its status`() async throws {
        let running = try await run()
        let target = "/v1/tools/get_single_acme_job_by_id/execute"
        let (limited, _) = try await send(running, "POST", target, ["user": "ada", "arguments": ["fail": 429]])
        #expect(limited.status == 429)
        let (wrong, _) = try await send(running, "POST", target, ["user": "ada", "arguments": [:], "all": 3])
        #expect(wrong.status == 400)
        let (record, _) = try await send(running, "POST", target, ["user": "ada", "arguments": [:], "all": true])
        #expect(record.status == 502)
        let (failed, body) = try await send(running, "POST", target, ["user": "ada", "arguments": ["fail": 500]])
        #expect(failed.status == 502 && body["upstream_status"] == 500 && body["code"] == "upstream_error")
        let (missing, near) = try await send(running, "POST", "/v1/tools/get_single_acme_jobs_by_id/execute", [:])
        #expect(missing.status == 404 && near["suggestions"]?[0] == "get_single_acme_job_by_id")
        #expect(try await send(running, "DELETE", "/v1/tools").response.fields["Allow"] == "GET")
        #expect(try await send(running, "GET", "/v1/nothing").response.status == 404)
        #expect(try await send(running, "GET", "/v1/tools?page=2").response.status == 400)
        await running.database.close()
    }

    @Test func `connections are listed without secrets, and a missing one is said`() async throws {
        let running = try await run()
        let record = try await running.connections.add(
            NewConnection(user: "ada", toolkit: "acme", secrets: ["api_key": Secret("canary-42")])
        )
        let (_, list) = try await send(running, "GET", "/v1/connections?user=ada")
        #expect(list["connections"]?[0]?["id"]?.string == record.id)
        #expect(list["connections"]?[0]?["secrets"] == ["api_key"])
        #expect(!JSONWriter.text(of: list).contains("canary"))
        #expect(try await send(running, "GET", "/v1/connections?user=eve").body["connections"] == [])
        let (unknown, body) = try await send(
            running,
            "POST",
            "/v1/connections",
            ["user": "ada", "toolkit": "nope", "secrets": ["api_key": "canary-43"]]
        )
        #expect(unknown.status == 400)
        #expect(!JSONWriter.text(of: body).contains("canary"))
        #expect(try await send(running, "DELETE", "/v1/connections/" + record.id).response.status == 204)
        #expect(try await send(running, "DELETE", "/v1/connections/" + record.id).response.status == 404)
        #expect(try await send(running, "POST", "/v1/connections/x/test").response.status == 404)
        await running.database.close()
    }
}
