import Basics
import Connections
import HTTP
import JSON
import Storage
import TestSupport
import Testing
import ToolRouter
import Tools

@Suite struct EndpointFormsTests {
    private let folder = TemporaryFolder()
    private let provider = EchoTools(Fixture.tools)

    private func open() async throws -> ControlFixture {
        try await ControlFixture.open(folder, provider: provider)
    }

    private func names(_ result: JSONValue) -> [String] {
        result["tools"]?.array?.compactMap { $0["name"]?.string } ?? []
    }

    @Test func `a session is an endpoint of meta-tools for one user`() async throws {
        let fixture = try await open()
        let (status, body, _) = try await fixture.send(
            "POST",
            "/v1/sessions",
            ["user_id": "ada", "toolkits": ["enable": ["acme"]], "manage_connections": ["enable": false]]
        )
        #expect(status == 201)
        let id = body["session_id"]?.string ?? ""
        let url = body["mcp"]?["url"]?.string ?? ""
        #expect(body["mcp"]?["type"] == "http" && body["mcp"]?["headers"] == [:])
        #expect(url.hasPrefix("https://tools.example/mcp/sb_"))
        let listed = names(try await fixture.ask(url).result)
        #expect(listed.contains("search_tools") && !listed.contains("manage_connections"))
        let (_, shown, _) = try await fixture.send("GET", "/v1/endpoints/" + id)
        #expect(shown["mode"] == "meta" && shown["user"] == "ada" && shown["toolkits"] == ["acme"])
        let (_, changed, _) = try await fixture.send("PATCH", "/v1/sessions/" + id, ["tags": ["people"]])
        #expect(changed["session_id"]?.string == id && changed["version"] == 2 && changed["tags"] == ["people"])
        #expect(changed["mcp"] == nil, "the URL is shown once")
        #expect(try await fixture.send("DELETE", "/v1/sessions/" + id).status == 204)
        #expect(try await fixture.ask(url).status == 401)
        await fixture.database.close()
    }

    @Test func `a session may allow and deny tools by toolkit`() async throws {
        let fixture = try await open()
        let (status, body, _) = try await fixture.send(
            "POST",
            "/v1/sessions",
            [
                "user_id": "ada", "mode": "direct",
                "tools": [
                    "acme": ["disable": ["delete_a_acme_job_by_id"]], "beta": ["enable": ["list_all_beta_offers"]],
                ],
            ]
        )
        #expect(status == 201 && body["tools"]?["acme"]?["disable"] == ["delete_a_acme_job_by_id"])
        let url = body["mcp"]?["url"]?.string ?? ""
        #expect(
            names(try await fixture.ask(url).result) == Fixture.tools.map(\.name).filter { !$0.hasPrefix("delete") }
        )
        let refused = try await fixture.call(url, "delete_a_acme_job_by_id", ["id": "1"])
        #expect(refused["error"]?["message"]?.string?.hasPrefix("There is no tool") == true)
        let restarted = try await EndpointStore(database: fixture.database, clock: fixture.clock)
        #expect(restarted.all == fixture.endpoints.all)
        await fixture.database.close()
    }

    private static let mistakes: [(JSONValue, String)] = [
        (["user_id": "ada", "toolkit": ["acme"]], "\"toolkit\""),
        (["user_id": "ada", "toolkits": ["enable": []]], "leaves no tool"),
        (["user_id": "ada", "toolkits": []], "leaves no tool"),
        (["user_id": "ada", "toolkits": ["enable": ["acme"], "disable": ["beta"]]], "either enable or disable"),
        (["user_id": "ada", "tools": ["acme": ["enable": ["nope"]]]], "no tool of acme nope"),
        (["user_id": "ada", "connected_accounts": ["acme": ["conn_x"]]], "no connection conn_x"),
        (["user_id": "ada", "rate_limit": ["calls": 0]], "calls must be an integer"),
        (["user_id": "ada", "manage_connections": ["wait": true]], "\"wait\""),
        (["toolkits": ["acme"]], "user_id must be a text"),
    ]

    @Test(arguments: mistakes.indices)
    func `a session that makes no sense is a 400 that names the mistake`(position: Int) async throws {
        let fixture = try await open()
        let (body, detail) = EndpointFormsTests.mistakes[position]
        let (status, answer, _) = try await fixture.send("POST", "/v1/sessions", body)
        #expect(status == 400)
        #expect(answer["detail"]?.string?.contains(detail) == true, "\(answer)")
        #expect(fixture.endpoints.all.isEmpty)
        await fixture.database.close()
    }

    @Test func `an endpoint of one account reaches that account alone`() async throws {
        let fixture = try await open()
        let mine = try await fixture.connect("ada", "acme")
        let other = try await fixture.connect("ada", "acme")
        let root = "/integrated-account/\(mine)/mcp"
        let (status, made, _) = try await fixture.send(
            "POST",
            root,
            ["name": "one", "config": ["methods": ["read"], "tags": ["people"]], "expires_at": "2099-01-01"]
        )
        #expect(status == 201 && made["config"]?["methods"] == ["read"])
        let url = made["url"]?.string ?? ""
        #expect(names(try await fixture.ask(url).result) == ["list_all_acme_candidates"])
        _ = try await fixture.call(url, "list_all_acme_candidates", ["id": "7"])
        #expect(provider.calls.map(\.connection) == [mine])
        let id = made["id"]?.string ?? ""
        let (_, list, _) = try await fixture.send("GET", root)
        #expect(list["mcp_servers"]?.array?.count == 1 && list["mcp_servers"]?[0]?["url"] == nil)
        #expect(try await fixture.send("GET", "/integrated-account/\(other)/mcp").body["mcp_servers"] == [])
        #expect(try await fixture.send("GET", "/integrated-account/\(other)/mcp/\(id)").status == 404)
        let (_, changed, _) = try await fixture.send(
            "PATCH",
            root + "/" + id,
            ["config": ["require_api_token_auth": true], "expires_at": .null]
        )
        #expect(changed["expires_at"] == .null && changed["config"]?["require_api_token_auth"] == true)
        #expect(changed["config"]?["methods"] == ["read"])
        #expect(try await fixture.ask(url).status == 401)
        let empty = try await fixture.send("POST", root, ["name": "two", "config": ["tags": ["none"]]])
        #expect(empty.status == 400 && empty.body["detail"]?.string?.contains("leaves no tool") == true)
        #expect(try await fixture.send("POST", root, ["name": "x", "config": ["toolkits": ["beta"]]]).status == 400)
        #expect(try await fixture.send("DELETE", root + "/" + id).status == 204)
        #expect(try await fixture.send("GET", root + "/" + id).status == 404)
        #expect(try await fixture.send("GET", "/integrated-account/conn_none/mcp").status == 404)
        await fixture.database.close()
    }

    @Test func `of several accounts a call says which, and no other is reached`() async throws {
        let fixture = try await open()
        let first = try await fixture.connect("ada", "acme")
        let second = try await fixture.connect("ada", "acme")
        let third = try await fixture.connect("ada", "acme")
        let (status, made, _) = try await fixture.send(
            "POST",
            "/v1/endpoints",
            ["name": "n", "user": "ada", "connections": ["acme": [.string(first), .string(second)]]]
        )
        #expect(status == 201)
        let url = made["url"]?.string ?? ""
        let tools = try await fixture.ask(url).result["tools"]?.array ?? []
        let schema = tools.first { $0["name"] == "get_single_acme_job_by_id" }?["inputSchema"]
        #expect(schema?["properties"]?["connection"]?["enum"] == [.string(first), .string(second)])
        let beta = tools.first { $0["name"] == "list_all_beta_offers" }?["inputSchema"]
        #expect(beta?["properties"]?["connection"] == nil, "only where there is a choice")
        let unsaid = try await fixture.call(url, "get_single_acme_job_by_id", ["id": "1"])
        #expect(unsaid["structuredContent"]?["error"] == "connection_ambiguous")
        let foreign = try await fixture.call(
            url,
            "get_single_acme_job_by_id",
            ["id": "1", "connection": .string(third)]
        )
        #expect(foreign["structuredContent"]?["error"] == "connection_missing")
        #expect(provider.calls.isEmpty)
        let said = try await fixture.call(
            url,
            "get_single_acme_job_by_id",
            ["id": "1", "connection": .string(second)]
        )
        #expect(said["isError"] == false)
        #expect(provider.calls.map(\.connection) == [second] && provider.calls[0].arguments == ["id": "1"])
        await fixture.database.close()
    }

    @Test func `an endpoint of one account says how that account stands, and not how others do`() async throws {
        let fixture = try await open()
        let pinned = try await fixture.connect("ben", "acme")
        let other = try await fixture.connect("ben", "acme")
        let (_, made, _) = try await fixture.send(
            "POST",
            "/v1/endpoints",
            ["name": "n", "user": "ben", "mode": "meta", "connections": ["acme": [.string(pinned)]]]
        )
        let url = made["url"]?.string ?? ""
        func status() async throws -> JSONValue {
            let answer = try await fixture.call(url, "manage_connections", ["toolkits": ["acme"]])
            return answer["structuredContent"]?["connections"]?[0] ?? .null
        }
        #expect(try await status() == ["toolkit": "acme", "status": "active"])
        try await fixture.connections.mark(pinned, as: .needsReauthorization, because: "It was refused.")
        #expect(try await status()["status"] == "needs_reauth")
        let found = try await fixture.call(url, "search_tools", ["queries": [["use_case": "get a job"]]])
        #expect(found["structuredContent"]?["connections"] == [["toolkit": "acme", "status": "needs_reauth"]])
        // What takes its place is used from the next request on.
        try await fixture.endpoints.replace(connection: pinned, with: other, catalog: fixture.router.catalog)
        #expect(try await status()["status"] == "active")
        _ = try await fixture.connections.remove(other)
        #expect(try await status()["status"] == "missing")
        // A connection that is gone does not stand in the way of another change.
        let target = "/v1/endpoints/" + (made["id"]?.string ?? "")
        #expect(try await fixture.send("PATCH", target, ["version": 2, "methods": ["read"]]).status == 200)
        let user = try await fixture.send("PATCH", target, ["version": 3, "user": "eve"])
        #expect(user.status == 400)
        await fixture.database.close()
    }

    @Test(arguments: ["toolkits", "methods", "tags", "tools"])
    func `an empty list is nothing and not everything, in every form of an endpoint`(list: String) async throws {
        let fixture = try await open()
        let account = try await fixture.connect("ada", "acme")
        func refused(_ method: String, _ target: String, _ body: JSONValue) async throws {
            let (status, answer, _) = try await fixture.send(method, target, body)
            #expect(status == 400, "\(target): \(answer)")
            #expect(answer["detail"]?.string?.contains("An empty list means nothing") == true, "\(answer)")
        }
        try await refused("POST", "/v1/endpoints", Self.object(["name": "n", "user": "ada"], list))
        try await refused("POST", "/v1/sessions", Self.object(["user_id": "ada"], list))
        if list != "toolkits" {
            let body: JSONValue = ["name": "n", "config": Self.object([:], list)]
            try await refused("POST", "/integrated-account/\(account)/mcp", body)
        }
        let (_, made, _) = try await fixture.send("POST", "/v1/endpoints", ["name": "n", "user": "ada"])
        let target = "/v1/endpoints/" + (made["id"]?.string ?? "")
        try await refused("PATCH", target, Self.object(["version": 1], list))
        #expect(try await fixture.send("GET", target).body["version"] == 1)
        // The control: a list that is left out allows everything.
        let tools = try await fixture.ask(made["url"]?.string ?? "").result["tools"]?.array ?? []
        #expect(tools.count == Fixture.tools.count)
        await fixture.database.close()
    }

    private static func object(_ members: JSONObject, _ list: String) -> JSONValue {
        var object = members
        object[list] = []
        return .object(object)
    }

    @Test func `in a batch each call says which account it is for, and one that is not allowed fails alone`()
        async throws
    {
        let fixture = try await open()
        let first = try await fixture.connect("ada", "acme")
        let second = try await fixture.connect("ada", "acme")
        let third = try await fixture.connect("ada", "acme")
        let foreign = try await fixture.connect("eve", "acme")
        let (_, made, _) = try await fixture.send(
            "POST",
            "/v1/endpoints",
            [
                "name": "n", "user": "ada", "mode": "meta",
                "connections": ["acme": [.string(first), .string(second)]],
            ]
        )
        func item(_ id: String, _ connection: String?) -> JSONValue {
            var item: JSONValue = ["tool": "get_single_acme_job_by_id", "arguments": ["id": .string(id)]]
            item["connection"] = connection.map { .string($0) }
            return item
        }
        let calls: JSONValue = [
            item("1", first), item("2", second), item("3", third), item("4", foreign), item("5", nil),
        ]
        let answer = try await fixture.call(made["url"]?.string ?? "", "execute_tools", ["calls": calls])
        let results = answer["structuredContent"]?["results"]?.array ?? []
        #expect(results.map { $0["ok"]?.bool } == [true, true, false, false, false])
        #expect(
            results.map { $0["error"]?["error"]?.string } == [
                nil, nil, "connection_missing", "connection_missing", "connection_ambiguous",
            ]
        )
        let reached = provider.calls.sorted { ($0.connection ?? "") < ($1.connection ?? "") }
        let wanted = [(first, "1"), (second, "2")].sorted { $0.0 < $1.0 }
        #expect(reached.map(\.connection) == wanted.map(\.0))
        #expect(reached.map(\.arguments) == wanted.map { ["id": .string($0.1)] })
        await fixture.database.close()
    }

    @Test func `a rate limit answers as an upstream one does, and fills up again`() async throws {
        let fixture = try await open()
        let (_, made, _) = try await fixture.send(
            "POST",
            "/v1/endpoints",
            ["name": "n", "user": "ada", "rate_limit": ["calls": 2, "seconds": 10]]
        )
        let url = made["url"]?.string ?? ""
        for _ in 0..<2 {
            #expect(try await fixture.call(url, "get_single_acme_job_by_id", ["id": "1"])["isError"] == false)
        }
        let refused = try await fixture.call(url, "get_single_acme_job_by_id", ["id": "1"])
        #expect(refused["isError"] == true)
        #expect(
            refused["structuredContent"]?["status"] == 429 && refused["structuredContent"]?["retry_after"] == 5
                && refused["structuredContent"]?["ratelimit-limit"] == 2
                && refused["structuredContent"]?["ratelimit-remaining"] == 0
                && refused["structuredContent"]?["ratelimit-reset"] == 5
        )
        #expect(provider.calls.count == 2)
        let (_, free, _) = try await fixture.send("POST", "/v1/endpoints", ["name": "free", "user": "ada"])
        let other = free["url"]?.string ?? ""
        #expect(try await fixture.call(other, "get_single_acme_job_by_id", ["id": "1"])["isError"] == false)
        fixture.clock.advance(seconds: 5)
        #expect(try await fixture.call(url, "get_single_acme_job_by_id", ["id": "1"])["isError"] == false)
        #expect(try await fixture.call(url, "get_single_acme_job_by_id", ["id": "1"])["isError"] == true)
        await fixture.database.close()
    }

    @Test func `a batch is held to the rate call by call`() async throws {
        let fixture = try await open()
        let (_, made, _) = try await fixture.send(
            "POST",
            "/v1/endpoints",
            ["name": "n", "user": "ada", "mode": "meta", "rate_limit": ["calls": 2, "seconds": 60]]
        )
        let call: JSONValue = ["tool": "get_single_acme_job_by_id", "arguments": ["id": "1"]]
        let result = try await fixture.call(
            made["url"]?.string ?? "",
            "execute_tools",
            ["calls": [call, call, call]]
        )
        #expect(result["structuredContent"]?["succeeded"] == 2 && result["structuredContent"]?["failed"] == 1)
        await fixture.database.close()
    }

    @Test func `two policy updates at once: one is made, the other is told`() async throws {
        let fixture = try await open()
        let (_, made, _) = try await fixture.send("POST", "/v1/endpoints", ["name": "n", "user": "ada"])
        let target = "/v1/endpoints/" + (made["id"]?.string ?? "")
        let statuses = try await withThrowingTaskGroup(of: Int.self) { group in
            for method in ["read", "write"] {
                group.addTask {
                    try await fixture.send("PATCH", target, ["version": 1, "methods": [.string(method)]]).status
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }.sorted()
        }
        #expect(statuses == [200, 409])
        #expect(try await fixture.send("GET", target).body["version"] == 2)
        await fixture.database.close()
    }

    @Test func `an expired URL is a 401, like one that never was`() async throws {
        let fixture = try await open()
        let end = fixture.clock.now().adding(seconds: 61).iso8601
        let body: JSONValue = ["name": "n", "user": "ada", "expires_at": .string(end)]
        let url = try await fixture.send("POST", "/v1/endpoints", body).body["url"]?.string ?? ""
        #expect(try await fixture.ask(url).status == 200)
        fixture.clock.advance(seconds: 61)
        let expired = try await fixture.ask(url)
        let never = try await fixture.ask("https://tools.example/mcp/sb_never")
        #expect(expired.status == 401 && expired.result == never.result)
        await fixture.database.close()
    }

    @Test func `lists come in pages whose cursor survives what it names`() async throws {
        let fixture = try await open()
        for number in 0..<5 {
            _ = try await fixture.send("POST", "/v1/endpoints", ["name": .string("e\(number)"), "user": "ada"])
            fixture.clock.advance(seconds: 1)
        }
        let (_, first, _) = try await fixture.send("GET", "/v1/endpoints?limit=2")
        let cursor = first["next_cursor"]?.string ?? ""
        #expect(try await fixture.send("DELETE", "/v1/endpoints/" + cursor).status == 204)
        let (_, second, _) = try await fixture.send("GET", "/v1/endpoints?limit=2&cursor=" + cursor)
        let (_, third, _) = try await fixture.send(
            "GET",
            "/v1/endpoints?limit=2&cursor=" + (second["next_cursor"]?.string ?? "")
        )
        let seen = [first, second, third].flatMap { $0["endpoints"]?.array ?? [] }.compactMap { $0["name"]?.string }
        #expect(seen == ["e0", "e1", "e2", "e3", "e4"] && third["next_cursor"] == .null)
        #expect(try await fixture.send("GET", "/v1/endpoints?limit=0").status == 400)
        await fixture.database.close()
    }
}
