import Basics
import HTTP
import JSON
import MCP
import Storage
import TestSupport
import Testing
import ToolRouter
import Tools

@Suite struct EndpointRoutesTests {
    private let folder = TemporaryFolder()
    private let provider = EchoTools(Fixture.tools)
    private let clock = ManualClock(Timestamp(milliseconds: 1_800_000_000_000))

    private struct Running {
        var database: SQLiteDatabase
        var store: EndpointStore
        var router: Router
        var routes: EndpointRoutes
    }

    private func run() async throws -> Running {
        let database = try await SQLiteDatabase.open(folder.file("r.db"))
        try await database.migrate(EndpointStore.migrations)
        let store = try await EndpointStore(database: database, clock: clock)
        let router = Fixture.router(provider)
        let routes = EndpointRoutes(
            store: store,
            router: router,
            identity: EndpointRoutes.Identity(name: "switchboard", version: "test"),
            holder: { $0 == "api-token" ? "token:tok_1" : nil }
        )
        return Running(database: database, store: store, router: router, routes: routes)
    }

    private func post(
        _ target: String,
        _ method: String = "tools/list",
        _ parameters: JSONValue = [:],
        fields: HTTPFields = [:]
    ) -> HTTPRequest {
        var fields = fields
        fields["Content-Type"] = "application/json"
        fields["MCP-Protocol-Version"] = "2025-11-25"
        fields["Accept"] = "application/json, text/event-stream"
        let body: JSONValue = ["jsonrpc": "2.0", "id": 1, "method": .string(method), "params": parameters]
        return HTTPRequest(method: "POST", target: target, fields: fields, body: .bytes(JSONWriter.bytes(of: body)))
    }

    private func answer(_ running: Running, _ request: HTTPRequest) async throws -> (status: Int, body: JSONValue) {
        let response = await running.routes.respond(to: request)
        let bytes = try await response.body.collect(limit: 1 << 20)
        return (response.status, bytes.isEmpty ? .null : try Fixture.json(bytes))
    }

    private func names(_ body: JSONValue) -> [String] {
        body["result"]?["tools"]?.array?.compactMap { $0["name"]?.string } ?? []
    }

    @Test func `the token opens the endpoint in the path, as bearer and as key`() async throws {
        let running = try await run()
        let (_, token) = try await running.store.create(
            EndpointDraft(name: "n", user: "ada"),
            catalog: running.router.catalog
        )
        let text = token.secret.reveal()
        for request in [
            post("/mcp/" + text), post("/mcp", fields: ["Authorization": "Bearer " + text]),
            post("/mcp", fields: ["X-API-Key": text]),
        ] {
            let (status, body) = try await answer(running, request)
            #expect(status == 200)
            #expect(names(body) == Fixture.tools.map(\.name))
        }
        await running.database.close()
    }

    @Test func `a token that opens nothing is a 401 that says what to do`() async throws {
        let running = try await run()
        for request in [
            post("/mcp/sb_wrong"), post("/mcp"), post("/mcp/"), post("/mcp", fields: ["Authorization": "Basic abc"]),
            HTTPRequest(method: "GET", target: "/mcp/sb_wrong"),
        ] {
            let response = await running.routes.respond(to: request)
            #expect(response.status == 401)
            #expect(response.fields["WWW-Authenticate"] == "Bearer")
            let body = try Fixture.json(try await response.body.collect(limit: 4096))
            #expect(body["error"] == "unauthorized")
            #expect(!JSONWriter.text(of: body).contains("sb_wrong"))
        }
        await running.database.close()
    }

    @Test func `a browser's question is answered without a token, other methods are refused`() async throws {
        let running = try await run()
        let preflight = await running.routes.respond(
            to: HTTPRequest(method: "OPTIONS", target: "/mcp/x", fields: ["Origin": "https://app.example"])
        )
        #expect(preflight.status == 204)
        #expect(preflight.fields["Access-Control-Allow-Origin"] == "https://app.example")
        #expect(preflight.fields["Access-Control-Allow-Headers"]?.contains("Mcp-Session-Id") == true)
        let (_, token) = try await running.store.create(
            EndpointDraft(name: "n", user: "ada"),
            catalog: running.router.catalog
        )
        for method in ["GET", "DELETE", "PUT"] {
            let response = await running.routes.respond(
                to: HTTPRequest(method: method, target: "/mcp/" + token.secret.reveal())
            )
            #expect(response.status == 405)
            #expect(response.fields["Allow"] == "POST")
        }
        #expect(await running.routes.respond(to: post("/mcpx")).status == 404)
        await running.database.close()
    }

    @Test func `where a second factor is asked for, the URL alone is not enough`() async throws {
        let running = try await run()
        let (_, token) = try await running.store.create(
            EndpointDraft(name: "n", user: "ada", requiresAPIToken: true),
            catalog: running.router.catalog
        )
        let text = token.secret.reveal()
        let refused: [HTTPFields] = [
            [:], ["Authorization": "Bearer wrong"], ["Authorization": "Bearer " + text], ["x-api-key": text],
        ]
        for fields in refused {
            #expect(try await answer(running, post("/mcp/" + text, fields: fields)).status == 401)
        }
        let accepted: [(String, HTTPFields)] = [
            ("/mcp/" + text, ["Authorization": "Bearer api-token"]), ("/mcp/" + text, ["x-api-key": "api-token"]),
            ("/mcp", ["x-api-key": text, "Authorization": "Bearer api-token"]),
            ("/mcp", ["x-api-key": "api-token", "Authorization": "Bearer " + text]),
        ]
        for (target, fields) in accepted {
            #expect(try await answer(running, post(target, fields: fields)).status == 200)
        }
        await running.database.close()
    }

    @Test func `a call runs as the endpoint's user, and its payload arrives as it is`() async throws {
        let running = try await run()
        let (_, token) = try await running.store.create(
            EndpointDraft(name: "n", user: "ada"),
            catalog: running.router.catalog
        )
        let (status, body) = try await answer(
            running,
            post(
                "/mcp/" + token.secret.reveal(),
                "tools/call",
                ["name": "get_single_acme_job_by_id", "arguments": ["id": "7"]]
            )
        )
        #expect(status == 200)
        #expect(body["result"]?["isError"] == false)
        #expect(
            body["result"]?["structuredContent"] == ["tool": "get_single_acme_job_by_id", "arguments": ["id": "7"]]
        )
        #expect(provider.calls.map(\.user) == ["ada"])
        await running.database.close()
    }

    @Test func `a hidden tool is not listed, not suggested and not run, and a change counts at once`() async throws {
        let running = try await run()
        let (endpoint, token) = try await running.store.create(
            EndpointDraft(name: "n", user: "ada", policy: ToolPolicy(methods: ["read"])),
            catalog: running.router.catalog
        )
        let target = "/mcp/" + token.secret.reveal()
        let hidden: JSONValue = ["name": "delete_a_acme_job_by_id", "arguments": ["id": "1"]]
        let (_, list) = try await answer(running, post(target))
        #expect(!names(list).contains("delete_a_acme_job_by_id") && names(list).count == 3)
        let (_, refused) = try await answer(running, post(target, "tools/call", hidden))
        #expect(refused["error"]?["message"]?.string?.hasPrefix("There is no tool") == true)
        let suggested = refused["error"]?["data"]?["suggestions"]?.array?.compactMap(\.string) ?? []
        #expect(!suggested.isEmpty && suggested.allSatisfy(names(list).contains))
        #expect(provider.calls.isEmpty)
        var change = EndpointDraft(endpoint)
        change.policy.methods = nil
        _ = try await running.store.update(endpoint.id, version: 1, to: change, catalog: running.router.catalog)
        let (_, allowed) = try await answer(running, post(target, "tools/call", hidden))
        #expect(allowed["result"]?["isError"] == false)
        #expect(try await running.store.delete(endpoint.id))
        #expect(try await answer(running, post(target)).status == 401)
        await running.database.close()
    }

    @Test func `an endpoint of meta-tools lists them alone and reaches the others through them`() async throws {
        let running = try await run()
        let (_, token) = try await running.store.create(
            EndpointDraft(name: "n", user: "ada", mode: .meta),
            catalog: running.router.catalog
        )
        let target = "/mcp/" + token.secret.reveal()
        let (_, list) = try await answer(running, post(target))
        #expect(
            names(list) == ["search_tools", "get_tool_schemas", "manage_connections", "execute_tools", "read_result"]
        )
        let (_, direct) = try await answer(running, post(target, "tools/call", ["name": "get_single_acme_job_by_id"]))
        #expect(direct["error"]?["message"]?.string?.contains("execute_tools") == true)
        let (_, body) = try await answer(
            running,
            post(
                target,
                "tools/call",
                [
                    "name": "execute_tools",
                    "arguments": ["calls": [["tool": "get_single_acme_job_by_id", "arguments": ["id": "7"]]]],
                ]
            )
        )
        #expect(body["result"]?["structuredContent"]?["succeeded"] == 1)
        await running.database.close()
    }
}
