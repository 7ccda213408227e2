import Basics
import Connections
import HTTP
import JSON
import Testing
import Toolkits
import Tools

/// What a caller is told when the other side, or the way to it, fails.
@Suite struct FailureTests {
    private struct Broken: HTTPTransport {
        var error: HTTPError
        func send(_ request: HTTPRequest, options: HTTPRequestOptions) async throws -> HTTPResponse { throw error }
    }

    private final class Watch: HTTPTransport {
        let options = Locked<[Bool]>([])
        func send(_ request: HTTPRequest, options: HTTPRequestOptions) async throws -> HTTPResponse {
            self.options.withLock { $0.append(options.mayRepeat) }
            return .json(Array(#"{"success":true,"results":{},"data":[]}"#.utf8))
        }
    }

    private func provider(_ transport: any HTTPTransport) -> ToolkitProvider {
        ToolkitProvider(
            toolkits: Fixture.toolkits.toolkits,
            connections: FakeConnections(),
            transport: transport,
            clock: Fixture.clock,
            log: .none
        )
    }

    @Test func `a rate limit says how long to wait, under names that do not change`() async {
        let api = FakeAPI(
            json: #"{"errors":[{"code":"too_many_requests","status":"429","detail":"Rate limit exceeded"}]}"#,
            status: 429,
            fields: ["Retry-After": "30", "X-RateLimit-Limit": "120;w=60", "x-ratelimit-remaining": "0"]
        )
        let result = await Fixture.provider(api).call("list_all_pinpoint_users")
        #expect(
            result.value == [
                "error": "rate_limited",
                "message": """
                Pinpoint did not do list_all_pinpoint_users (rate_limited, HTTP 429): Rate limit exceeded. \
                Wait 30 seconds before the next call.
                """,
                "status": 429, "upstream_code": "too_many_requests", "upstream_message": "Rate limit exceeded",
                "retry_after": 30, "ratelimit-limit": 120, "ratelimit-remaining": 0,
            ]
        )
        #expect(api.asked.count == 1)
    }

    @Test(
        arguments: [
            (["Retry-After": "Fri, 20 Nov 2026 09:30:30 GMT"], ["retry_after": 30]),
            (["x-ratelimit-reset": "1795167045"], ["ratelimit-reset": 45]),
            (["x-ratelimit-reset": "45"], ["ratelimit-reset": 45]),
            (["RateLimit": #""default";r=50;t=30"#], ["ratelimit-remaining": 50, "ratelimit-reset": 30]),
        ] as [(HTTPFields, JSONObject)]
    )
    func `times are seconds from now however they are written`(fields: HTTPFields, members: JSONObject) async {
        let api = FakeAPI(json: "{}", status: 429, fields: fields)
        let result = await Fixture.provider(api).call("list_all_pinpoint_users")
        for member in members { #expect(result.value[member.name] == member.value, "\(result.displayText)") }
    }

    @Test(
        arguments: [
            ("list_all_pinpoint_users", 401, #"{"errors":[{"code":"unauthorized","detail":"Invalid API key"}]}"#),
            ("list_all_ashby_users", 401, ""), ("list_all_ashby_users", 403, "<html>"),
        ]
    )
    func `refused credentials name the connection and what to do, and the vault is told`(
        tool: String,
        status: Int,
        body: String
    ) async {
        let connections = FakeConnections()
        let result = await Fixture.provider(FakeAPI(json: body, status: status), connections: connections).call(tool)
        #expect(result.value["error"] == "unauthorized")
        #expect(result.text?.contains("connection conn_1 (HTTP \(status))") == true)
        #expect(result.text?.contains("switchboard connections add") == true)
        #expect(connections.refused == ["conn_1 \(status)"])
    }

    @Test func `a permission that is missing is not a wrong key`() async {
        let connections = FakeConnections()
        let api = FakeAPI(
            json: #"{"success":false,"errors":[{"message":"No."}],"errorInfo":{"code":"missing_endpoint_permission"}}"#,
            status: 403
        )
        let result = await Fixture.provider(api, connections: connections).call("list_all_ashby_users")
        #expect(result.value["error"] == "forbidden")
        #expect(connections.refused == [])
    }

    @Test func `a user without a connection is told so before anything is sent`() async {
        let api = FakeAPI(json: "{}")
        let result = await Fixture.provider(api).call("list_all_ashby_users", user: "nobody")
        #expect(result.value["error"] == "connection_missing")
        #expect(result.value["toolkit"] == "ashby")
        #expect(api.asked.isEmpty)
    }

    @Test func `a connection without its key is named, and nothing is sent`() async {
        let api = FakeAPI(json: "{}")
        let result = await Fixture.provider(api, connections: FakeConnections(secrets: [:])).call(
            "list_all_ashby_users"
        )
        #expect(result.value["error"] == "connection_invalid")
        #expect(result.text?.contains("conn_1 to ashby has no api_key") == true)
        #expect(api.asked.isEmpty)
    }

    @Test(arguments: ["evil.example/", "a.b", "", "-a", "a#"])
    func `a subdomain cannot lead elsewhere`(subdomain: String) async {
        let api = FakeAPI(json: "{}")
        let connections = FakeConnections(fields: ["subdomain": subdomain])
        let result = await Fixture.provider(api, connections: connections).call("list_all_pinpoint_users")
        #expect(result.value["error"] == "connection_invalid")
        #expect(api.asked.isEmpty)
    }

    @Test(arguments: ["http://127.0.0.1:9000", "http://127.0.0.1:9000/", "http://127.0.0.1:9000/api/v1"])
    func `a connection's own address is used as it says`(base: String) async {
        let api = FakeAPI(json: #"{"data":[]}"#)
        _ = await Fixture.provider(api, connections: FakeConnections(baseURL: base)).call("list_all_pinpoint_users")
        #expect(api.lines == ["GET http://127.0.0.1:9000/api/v1/users"])
    }

    @Test func `a write whose outcome is not known says so, and one that was never sent too`() async {
        let arguments: JSONObject = ["body_text": "x", "commentable_id": "1", "commentable_type": "applications"]
        let lost = provider(Broken(error: HTTPError(.connectionLost, "the connection ended")))
        #expect(await lost.call("create_a_pinpoint_comment", arguments).value["outcome"] == "unknown")
        let unsent = provider(Broken(error: HTTPError(.connectFailed, "no connection", nothingSent: true)))
        #expect(await unsent.call("create_a_pinpoint_comment", arguments).value["outcome"] == "not_executed")
        #expect(await unsent.call("list_all_pinpoint_users").value["outcome"] == nil)
        let server = Fixture.provider(FakeAPI(json: "{}", status: 502))
        #expect(await server.call("create_a_pinpoint_comment", arguments).value["outcome"] == "unknown")
        let refused = Fixture.provider(FakeAPI(json: "{}", status: 422))
        #expect(await refused.call("create_a_pinpoint_comment", arguments).value["outcome"] == "failed")
        let garbled = Fixture.provider(FakeAPI(json: #"{"data":"#, status: 201))
        let result = await garbled.call("create_a_pinpoint_comment", arguments)
        #expect(result.value["error"] == "upstream_invalid")
        #expect(result.value["outcome"] == "unknown")
    }

    @Test func `only reads may be repeated by the transport`() async {
        let watch = Watch()
        let provider = provider(watch)
        _ = await provider.call("list_all_ashby_users")
        _ = await provider.call("create_a_ashby_candidate", ["name": "Ada"])
        _ = await provider.call("delete_a_pinpoint_user_by_id", ["id": "1"])
        #expect(watch.options.withLock { $0 } == [true, false, false])
    }

    @Test func `a probe says whether a connection works`() async {
        let good = await Fixture.provider(FakeAPI(json: #"{"success":true,"results":{"title":"k"}}"#))
            .probe(toolkit: "ashby", user: "ann")
        #expect(good.value == ["status": "ok", "toolkit": "ashby", "connection": "conn_1"])
        let bad = await Fixture.provider(FakeAPI(json: "", status: 401)).probe(toolkit: "pinpoint", user: "ann")
        #expect(bad.value["error"] == "unauthorized")
        let unknown = await Fixture.provider(FakeAPI(json: "")).probe(toolkit: "ashbee", user: "ann")
        #expect(unknown.text == "There is no toolkit ashbee. Did you mean ashby?")
    }
}
