import Basics
import HTTP
import JSON
import MCP
import Testing
import ToolRouter
import Tools

/// An MCP client of one endpoint behind a gate, in memory.
private struct GatedClient {
    let server: MCPServer

    init(_ scope: GatedScope, mode: EndpointMode = .direct, principal: String = "ep_1") async throws {
        let router = scope.router()
        let store = try await EndpointStore(database: scope.approvals.database, clock: scope.approvals.clock)
        let draft = EndpointDraft(name: "test", user: "ben", mode: mode)
        let endpoint = try await store.create(draft, catalog: router.catalog).endpoint
        let service = EndpointService(router: router, endpoint: endpoint)
        server = MCPServer(service: service, name: "t", version: "1", principal: principal)
    }

    func post(_ body: JSONValue, _ fields: HTTPFields) async -> HTTPResponse {
        var fields = fields
        fields["Content-Type"] = "application/json"
        fields["Accept"] = "application/json, text/event-stream"
        return await server.respond(
            to: HTTPRequest(method: "POST", target: "/mcp", fields: fields, body: .bytes(JSONWriter.bytes(of: body)))
        )
    }

    func modern(
        _ tool: String,
        _ arguments: JSONValue,
        elicits: JSONValue = ["url": [:]],
        answers: JSONValue? = nil
    ) async throws -> JSONValue {
        var params: JSONValue = [
            "name": .string(tool), "arguments": arguments,
            "_meta": [
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": ["elicitation": elicits],
            ],
        ]
        if elicits.isNull { params["_meta"]?["io.modelcontextprotocol/clientCapabilities"] = [:] }
        params["inputResponses"] = answers
        let response = await post(
            ["jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params],
            ["MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": tool]
        )
        return try #require(JSONParser.parse(try await response.body.collect(limit: 1 << 20))["result"])
    }

    /// Begins a session of 2025-11-25 and returns the headers of its requests.
    func session(_ capabilities: JSONValue) async throws -> HTTPFields {
        let response = await post(
            [
                "jsonrpc": "2.0", "id": 0, "method": "initialize",
                "params": ["protocolVersion": "2025-11-25", "capabilities": capabilities],
            ],
            [:]
        )
        var fields: HTTPFields = ["MCP-Protocol-Version": "2025-11-25"]
        if let id = response.fields["Mcp-Session-Id"] { fields["Mcp-Session-Id"] = id }
        return fields
    }

    func legacy(_ tool: String, _ arguments: JSONValue, _ fields: HTTPFields) async -> HTTPResponse {
        await post(
            [
                "jsonrpc": "2.0", "id": 5, "method": "tools/call",
                "params": ["name": .string(tool), "arguments": arguments],
            ],
            fields
        )
    }

    /// The next message of an event stream.
    static func event(_ stream: HTTPBodyStream) async throws -> JSONValue {
        let bytes = try #require(try await stream.next())
        let text = String(decoding: bytes, as: UTF8.self)
        let data = try #require(text.split(separator: "\n").first { $0.hasPrefix("data: ") })
        return try JSONParser.parse(String(data.dropFirst(6)))
    }
}

@Suite struct ApprovalElicitationTests {
    typealias Scope = GatedScope

    @Test func `since 2026-07-28 the client is sent to the page and calls again`() async throws {
        try await Scope.run { scope in
            let client = try await GatedClient(scope)
            let asked = try await client.modern(Scope.delete, ["id": "5"])
            #expect(asked["resultType"] == "input_required")
            let (id, request) = try #require(asked["inputRequests"]?.object?.first { _ in true })
            #expect(request["method"] == "elicitation/create" && request["params"]?["mode"] == "url")
            #expect(request["params"]?["url"]?.string == "https://sb.example/approvals/\(id)")
            #expect(request["params"]?["elicitationId"] == nil && scope.provider.calls.isEmpty)
            // Whoever did not answer is asked again; garbage is no answer.
            let again = try await client.modern(Scope.delete, ["id": "5"], answers: [id: 7])
            #expect(again["inputRequests"]?[id] != nil)
            try await scope.decide(id)
            let done = try await client.modern(Scope.delete, ["id": "5"], answers: [id: ["action": "accept"]])
            #expect(done["resultType"] == "complete" && done["isError"] == false)
            #expect(scope.provider.calls.count == 1)
            // The answer alone is no approval.
            let replayed = try await client.modern(Scope.delete, ["id": "5"], answers: [id: ["action": "accept"]])
            #expect(replayed["resultType"] == "input_required" && scope.provider.calls.count == 1)
        }
    }

    @Test func `a person who declines to look leaves the approval open`() async throws {
        try await Scope.run { scope in
            let client = try await GatedClient(scope)
            let asked = try await client.modern(Scope.delete, ["id": "5"])
            let id = try #require(asked["inputRequests"]?.object?.names.first)
            let result = try await client.modern(Scope.delete, ["id": "5"], answers: [id: ["action": "decline"]])
            #expect(result["isError"] == true && result["structuredContent"]?["approval_id"]?.string == id)
            #expect(try await scope.store.approval(id).decision == nil)
        }
    }

    @Test func `a client that cannot be asked gets the link in its result`() async throws {
        try await Scope.run { scope in
            let client = try await GatedClient(scope)
            let modern = try await client.modern(Scope.delete, ["id": "5"], elicits: .null)
            #expect(modern["isError"] == true && modern["structuredContent"]?["error"] == "approval_required")
            let id = try #require(modern["structuredContent"]?["approval_id"]?.string)
            let text = try #require(modern["content"]?.array?.first?["text"]?.string)
            #expect(text.contains("https://sb.example/approvals/\(id)"))
            let fields = try await client.session(["sampling": [:]])
            #expect(fields["Mcp-Session-Id"] == nil)
            let legacy = await client.legacy(Scope.delete, ["id": "5"], fields)
            #expect(legacy.fields["Content-Type"] == "application/json")
        }
    }

    @Test func `a client that takes forms only is asked by form only where the rules say so`() async throws {
        try await Scope.run { scope in
            let client = try await GatedClient(scope)
            let refused = try await client.modern(Scope.delete, ["id": "5"], elicits: [:])
            #expect(refused["isError"] == true)
            try scope.setRules(["client"])
            let asked = try await client.modern(Scope.delete, ["id": "6"], elicits: [:])
            let (id, request) = try #require(asked["inputRequests"]?.object?.first { _ in true })
            #expect(request["params"]?["message"]?.string?.contains(#"{"id":"6"}"#) == true)
            // Approved in a form that the client was not asked to show, nothing happens.
            let old = try #require(refused["structuredContent"]?["approval_id"]?.string)
            let approve: JSONValue = ["action": "accept", "content": ["decision": "approve"]]
            try scope.setRules([])
            let forged = try await client.modern(Scope.delete, ["id": "5"], elicits: [:], answers: [old: approve])
            #expect(forged["isError"] == true && scope.provider.calls.isEmpty)
            try scope.setRules(["client"])
            let done = try await client.modern(Scope.delete, ["id": "6"], elicits: [:], answers: [id: approve])
            #expect(done["isError"] == false && scope.provider.calls.count == 1)
            #expect(try await scope.store.approval(id).decision?.means == .client)
        }
    }

    @Test func `what a client could decide does not count once the rules want the page`() async throws {
        try await Scope.run(["client"]) { scope in
            let client = try await GatedClient(scope)
            let approve: JSONValue = ["action": "accept", "content": ["decision": "approve"]]
            func ask(_ id: String) async throws -> String {
                let asked = try await client.modern(Scope.delete, ["id": .string(id)], elicits: [:])
                return try #require(asked["inputRequests"]?.object?.first { _ in true }?.name)
            }
            let (open, given) = (try await ask("6"), try await ask("7"))
            let plan = try await scope.store.approval(given).planHash
            let form = Approver(name: "ben", roles: [], means: .client)
            _ = try await scope.store.decide(given, planHash: plan, isApproved: true, by: form)
            try scope.setRules([])
            for (id, approval) in [("6", open), ("7", given)] {
                let late = try await client.modern(
                    Scope.delete,
                    ["id": .string(id)],
                    elicits: [:],
                    answers: [approval: approve]
                )
                #expect(late["isError"] == true)
                #expect(late["structuredContent"]?["approval_id"]?.string != approval)
            }
            #expect(scope.provider.calls.isEmpty)
            // The control: under the old rules what the client gave is good.
            try scope.setRules(["client"])
            let done = try await client.modern(Scope.delete, ["id": "7"], elicits: [:])
            #expect(done["isError"] == false && scope.provider.calls.count == 1)
        }
    }

    @Test func `before 2026-07-28 the client is asked on the stream of its own request`() async throws {
        try await Scope.run { scope in
            let client = try await GatedClient(scope)
            let fields = try await client.session(["elicitation": ["url": [:]]])
            #expect(fields["Mcp-Session-Id"] != nil)
            let response = await client.legacy(Scope.delete, ["id": "5"], fields)
            #expect(response.fields["Content-Type"] == "text/event-stream")
            guard case .stream(let stream) = response.body else { throw CancellationError() }
            let asked = try await GatedClient.event(stream)
            let id = try #require(asked["params"]?["elicitationId"]?.string)
            #expect(asked["method"] == "elicitation/create" && asked["params"]?["mode"] == "url")
            let answer: JSONValue = ["jsonrpc": "2.0", "id": asked["id"] ?? .null, "result": ["action": "accept"]]
            // A server of another principal does not take the answer, nor does this one take an unknown answer.
            #expect(try await GatedClient(scope, principal: "ep_2").post(answer, fields).status == 400)
            let unknown: JSONValue = ["jsonrpc": "2.0", "id": "ask-1", "result": ["action": "accept"]]
            #expect(await client.post(unknown, fields).status == 400)
            #expect(await client.post(answer, fields).status == 202)
            #expect(await client.post(answer, fields).status == 400)
            try await scope.decide(id)
            let complete = try await GatedClient.event(stream)
            #expect(complete["method"] == "notifications/elicitation/complete")
            let reply = try await GatedClient.event(stream)
            #expect(reply["id"] == 5 && reply["result"]?["isError"] == false)
            #expect(try await stream.next() == nil && scope.provider.calls.count == 1)
        }
    }

    @Test func `a session that this server never gave is unknown`() async throws {
        try await Scope.run { scope in
            let client = try await GatedClient(scope)
            var fields = try await client.session(["elicitation": [:]])
            #expect(await client.legacy("list_all_acme_candidates", ["id": "1"], fields).status == 200)
            fields["Mcp-Session-Id"] = "another"
            #expect(await client.legacy("list_all_acme_candidates", ["id": "1"], fields).status == 404)
        }
    }

    @Test func `calls that are wanted together are asked for before any of them is made`() async throws {
        try await Scope.run { scope in
            let client = try await GatedClient(scope, mode: .meta)
            let calls: JSONValue = [
                "calls": [
                    ["tool": .string(Scope.delete), "arguments": ["id": "1"]],
                    ["tool": .string(Scope.comment), "arguments": ["id": "2"]],
                    ["tool": .string(Scope.delete), "arguments": ["id": "3"]],
                ]
            ]
            let asked = try await client.modern("execute_tools", calls)
            let id = try #require(asked["inputRequests"]?.object?.names.first)
            #expect(try await scope.store.approval(id).request.plan.rows.count == 2)
            #expect(scope.provider.calls.isEmpty)
            try await scope.decide(id)
            let done = try await client.modern("execute_tools", calls, answers: [id: ["action": "accept"]])
            #expect(done["structuredContent"]?["failed"] == 0 && scope.provider.calls.count == 3)
        }
    }
}
