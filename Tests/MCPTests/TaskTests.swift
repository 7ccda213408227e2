import HTTP
import JSON
import MCP
import Testing

/// Tasks: the extension of 2026-07-28, and the experimental utility of 2025-11-25.
@Suite struct TaskTests {
    private static let declared: JSONValue = [
        Keys.version: "2026-07-28",
        Keys.capabilities: [
            "elicitation": ["url": [:]], "extensions": ["io.modelcontextprotocol/tasks": [:]],
        ],
    ]
    private static let related: JSONValue = ["io.modelcontextprotocol/related-task": ["taskId": "run_1"]]

    private func modern(
        _ client: any MCPTestClient,
        _ method: String,
        _ params: JSONValue = ["taskId": "run_1"],
        meta: JSONValue = declared
    ) async throws -> Answer {
        try await client.modern(method, params, meta: meta) { fields in
            if let id = params["taskId"]?.string { fields["Mcp-Name"] = id }
        }
    }

    /// The messages of an event stream.
    private func messages(_ bytes: [UInt8]) throws -> [JSONValue] {
        try String(decoding: bytes, as: UTF8.self).split(separator: "\n").filter { $0.hasPrefix("data: ") }
            .map { try JSONParser.parse(Array($0.dropFirst(6).utf8)) }
    }

    // MARK: - 2026-07-28

    @Test(arguments: Wire.allCases)
    func `a client that knows the extension gets a task at once, and its result by looking`(wire: Wire) async throws {
        let service = DemoTasks()
        try await wire.run(service) { (client) async throws in
            let discovery = try await modern(client, "server/discover", [:])
            #expect(
                discovery.result?["capabilities"]
                    == ["tools": [:], "extensions": ["io.modelcontextprotocol/tasks": [:]]]
            )
            let list = try await client.modern("tools/list")
            #expect(list.result?["tools"]?[0]?["execution"] == nil, "the revision has no such member")

            let created = try await modern(client, "tools/call", ["name": "brief"])
            var expected: JSONValue = [
                "resultType": "task", "taskId": "run_1", "status": "working", "statusMessage": "2 of 4 items done",
                "createdAt": "2026-11-21T10:00:00Z", "lastUpdatedAt": "2026-11-21T10:00:01Z", "ttlMs": nil,
                "pollIntervalMs": 500, "_meta": [Keys.server: ["name": "demo", "version": "1.0"]],
            ]
            #expect(created.result == expected && created.fields["Content-Type"] == "application/json")
            #expect(service.last?.progress == nil, "the extension has no progress of tasks")

            expected["resultType"] = "complete"
            #expect(try await modern(client, "tasks/get").result == expected)
            service.move(to: .failed)
            let failed = try await modern(client, "tasks/get").result
            #expect(failed?["status"] == "completed", "an error of the tool is a result")
            #expect(failed?["result"]?["isError"] == true && failed?["result"]?["structuredContent"] == ["pages": 1])
            service.move(to: .cancelled)
            let cancelled = try await modern(client, "tasks/get").result
            #expect(cancelled?["status"] == "cancelled" && cancelled?["result"] == nil)
        }
    }

    @Test func `a client that does not know the extension gets the result, and none of its methods`() async throws {
        let service = DemoTasks()
        try await Wire.memory.run(service) { (client) async throws in
            let answer = try await client.modern("tools/call", ["name": "brief", "task": ["ttl": 1]])
            #expect(answer.result?["content"] == [["type": "text", "text": "briefing"]])
            for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
                let answer = try await modern(client, method, meta: Keys.meta)
                #expect(answer.status == 400 && answer.code == -32021)
                let required: JSONValue = ["extensions": ["io.modelcontextprotocol/tasks": [:]]]
                #expect(answer.error?["data"]?["requiredCapabilities"] == required)
            }
            for method in ["tasks/result", "tasks/list"] {
                let answer = try await modern(client, method)
                #expect(answer.status == 404 && answer.code == -32601)
            }
            let other = try await modern(client, "tools/call", ["name": "echo"])
            #expect(other.result?["resultType"] == "complete", "only some tools take long")
            let bad = try await modern(client, "tools/call", ["name": "brief", "arguments": ["bad": true]])
            #expect(bad.result?["resultType"] == "complete" && bad.result?["isError"] == true)
        }
        try await Wire.memory.run(DemoService()) { (client) async throws in
            let answer = try await modern(client, "tasks/get")
            #expect(answer.status == 404, "where nothing takes long there are no tasks")
        }
    }

    @Test func `a task that is not there is wrong parameters, whatever is asked of it`() async throws {
        try await Wire.memory.run(DemoTasks()) { (client) async throws in
            for method in ["tasks/get", "tasks/update", "tasks/cancel"] {
                let params: JSONValue = ["taskId": "run_2", "inputResponses": [:]]
                #expect(try await modern(client, method, params).code == -32602)
                #expect(try await modern(client, method, [:]).code == -32602)
                let answer = try await client.modern(method, ["taskId": "run_1"], meta: TaskTests.declared)
                #expect(answer.code == -32020, "the header Mcp-Name has to name the task")
            }
            for method in ["tasks/get", "tasks/result", "tasks/cancel"] {
                #expect(try await client.legacy(method, ["taskId": "run_2"]).code == -32602)
                #expect(try await client.legacy(method).code == -32602)
            }
            #expect(try await client.legacy("tasks/list", ["cursor": "run_2"]).code == -32602)
        }
    }

    @Test func `a question is asked once, of clients that can be asked it`() async throws {
        let service = DemoTasks(page: "https://example.test/approvals/apr_1")
        try await Wire.memory.run(service) { (client) async throws in
            service.move(to: .inputRequired)
            let asked = try await modern(client, "tasks/get").result
            #expect(asked?["status"] == "input_required")
            #expect(
                asked?["inputRequests"] == [
                    "apr_1": [
                        "method": "elicitation/create",
                        "params": [
                            "mode": "url", "message": "Approve?", "url": "https://example.test/approvals/apr_1",
                        ],
                    ]
                ]
            )
            var silent = TaskTests.declared
            silent[Keys.capabilities] = ["extensions": ["io.modelcontextprotocol/tasks": [:]]]
            let told = try await modern(client, "tasks/get", meta: silent).result
            #expect(told?["status"] == "input_required" && told?["inputRequests"] == [:])

            #expect(try await modern(client, "tasks/update").code == -32602, "without answers")
            let responses: JSONValue = ["other": ["action": "accept"], "apr_1": ["action": "accept"]]
            let update: JSONValue = ["taskId": "run_1", "inputResponses": responses]
            #expect(try await modern(client, "tasks/update", update).result?["resultType"] == "complete")
            let after = try await modern(client, "tasks/get").result
            #expect(after?["status"] == "working" && after?["inputRequests"] == nil)
        }
    }

    @Test func `cancelling is acknowledged, also twice and also too late`() async throws {
        let service = DemoTasks()
        try await Wire.memory.run(service) { (client) async throws in
            for _ in 0..<2 {
                let answer = try await modern(client, "tasks/cancel")
                #expect(answer.result == ["resultType": "complete", "_meta": answer.result?["_meta"] ?? nil])
            }
            #expect(try await modern(client, "tasks/get").result?["status"] == "cancelled")
        }
    }

    // MARK: - 2025-11-25

    @Test(arguments: Wire.allCases)
    func `a call that says so becomes a task whose result is waited for`(wire: Wire) async throws {
        let service = DemoTasks()
        try await wire.run(service) { (client) async throws in
            let handshake = try await client.legacy("initialize", ["protocolVersion": "2025-11-25"], version: nil)
            #expect(
                handshake.result?["capabilities"] == [
                    "tools": [:], "tasks": ["list": [:], "cancel": [:], "requests": ["tools": ["call": [:]]]],
                ]
            )
            let list = try await client.legacy("tools/list")
            #expect(list.result?["tools"]?[0]?["execution"] == ["taskSupport": "optional"])
            #expect(list.result?["tools"]?[1]?["execution"] == nil)

            let created = try await client.legacy("tools/call", ["name": "brief", "task": ["ttl": 60000]])
            let task: JSONValue = [
                "taskId": "run_1", "status": "working", "statusMessage": "2 of 4 items done",
                "createdAt": "2026-11-21T10:00:00Z", "lastUpdatedAt": "2026-11-21T10:00:01Z", "ttl": nil,
                "pollInterval": 500,
            ]
            #expect(created.result?["task"] == task)
            #expect(try await client.legacy("tasks/get", ["taskId": "run_1"]).result == task)
            #expect(try await client.legacy("tasks/list").result == ["tasks": [task]])

            async let waited = client.legacy("tasks/result", ["taskId": "run_1"])
            service.move(to: .failed)
            let result = try await waited.result
            #expect(result?["isError"] == true && result?["structuredContent"] == ["pages": 1])
            #expect(result?["_meta"] == TaskTests.related)
            #expect(try await client.legacy("tasks/get", ["taskId": "run_1"]).result?["status"] == "failed")
            #expect(try await client.legacy("tasks/cancel", ["taskId": "run_1"]).code == -32602, "it has ended")
        }
    }

    @Test func `cancelling answers with the task as it then is`() async throws {
        try await Wire.memory.run(DemoTasks()) { (client) async throws in
            let answer = try await client.legacy("tasks/cancel", ["taskId": "run_1"])
            #expect(answer.result?["status"] == "cancelled")
        }
    }

    @Test func `what cannot become a task says why`() async throws {
        try await Wire.memory.run(DemoTasks()) { (client) async throws in
            #expect(try await client.legacy("tools/call", ["name": "echo", "task": [:]]).code == -32601)
            #expect(try await client.legacy("tools/call", ["name": "brief", "task": 1]).code == -32602)
            let params: JSONValue = ["name": "brief", "arguments": ["bad": true], "task": [:]]
            let bad = try await client.legacy("tools/call", params)
            #expect(bad.code == -32602 && bad.error?["message"] == "There is no such input.")
        }
    }

    @Test(arguments: ["2025-06-18", "2025-03-26", "2024-11-05"])
    func `older revisions know nothing of tasks`(version: String) async throws {
        try await Wire.memory.run(DemoTasks()) { (client) async throws in
            let handshake = try await client.legacy("initialize", ["protocolVersion": .string(version)], version: nil)
            #expect(handshake.result?["capabilities"] == ["tools": [:]])
            #expect(try await client.legacy("tools/list", version: version).result?["tools"]?[0]?["execution"] == nil)
            let answer = try await client.legacy("tools/call", ["name": "brief", "task": [:]], version: version)
            #expect(answer.result?["content"] == [["type": "text", "text": "briefing"]])
            #expect(try await client.legacy("tasks/get", ["taskId": "run_1"], version: version).code == -32601)
        }
    }

    @Test func `who waits for the result is asked on the way`() async throws {
        let service = DemoTasks(page: "https://example.test/approvals/apr_1")
        let server = MCPServer(service: service, name: "demo", version: "1.0")
        let transport = InMemoryTransport(server)
        func post(_ body: JSONValue, _ session: String? = nil) async throws -> HTTPResponse {
            var request = try HTTPRequest(method: "POST", url: "http://localhost/mcp", fields: [:])
            request.fields["Content-Type"] = "application/json"
            if let session {
                request.fields["Mcp-Session-Id"] = session
                request.fields["MCP-Protocol-Version"] = "2025-11-25"
            }
            request.body = .bytes(JSONWriter.bytes(of: body))
            var options = HTTPRequestOptions()
            options.streams = true
            return try await transport.send(request, options: options)
        }
        let hello: JSONValue = ["protocolVersion": "2025-11-25", "capabilities": ["elicitation": ["url": [:]]]]
        let opened = try await post(["jsonrpc": "2.0", "id": 1, "method": "initialize", "params": hello])
        let session = try #require(opened.fields["Mcp-Session-Id"])
        service.move(to: .inputRequired)
        let params: JSONValue = ["taskId": "run_1"]
        let response = try await post(
            ["jsonrpc": "2.0", "id": 2, "method": "tasks/result", "params": params],
            session
        )
        #expect(response.fields["Content-Type"] == "text/event-stream")
        guard case .stream(let stream) = response.body else {
            Issue.record("the reply is no stream")
            return
        }
        var events = try #require(try await stream.next())
        let question = try #require(try messages(events).first)
        #expect(question["method"] == "elicitation/create" && question["params"]?["_meta"] == TaskTests.related)
        let answer: JSONValue = ["jsonrpc": "2.0", "id": question["id"] ?? nil, "result": ["action": "accept"]]
        #expect(try await post(answer, session).status == 202)
        events += try await stream.next() ?? []
        service.move(to: .completed)
        while let event = try await stream.next() { events += event }
        let said = try messages(events)
        #expect(said.map { $0["method"] } == ["elicitation/create", "notifications/elicitation/complete", nil])
        #expect(said.last?["id"] == 2 && said.last?["result"]?["isError"] == false)
    }

    // MARK: - Progress

    @Test(arguments: Wire.allCases)
    func `progress comes before the reply, forwards only`(wire: Wire) async throws {
        try await wire.run(DemoTasks()) { (client) async throws in
            var meta = Keys.meta
            meta["progressToken"] = "p"
            func expected(_ token: JSONValue, _ hasMessage: Bool = true) -> [JSONValue] {
                var first: JSONValue = ["progressToken": token, "progress": 1]
                var second: JSONValue = ["progressToken": token, "progress": 3, "total": 5]
                if hasMessage {
                    first["message"] = "1 step done"
                    second["message"] = "2 of 4 items done"
                }
                return [first, second]
            }
            func said(_ body: JSONValue, _ fields: HTTPFields) async throws -> [JSONValue] {
                var request = try HTTPRequest(method: "POST", url: client.url, fields: fields)
                request.fields["Content-Type"] = "application/json"
                request.body = .bytes(JSONWriter.bytes(of: body))
                let response = try await client.transport.send(request, options: HTTPRequestOptions())
                #expect(response.fields["Content-Type"] == "text/event-stream")
                return try messages(try await response.body.collect(limit: 1 << 20))
            }
            let call: JSONValue = ["name": "brief", "_meta": meta]
            let modern = try await said(
                ["jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": call],
                ["MCP-Protocol-Version": "2026-07-28", "Mcp-Method": "tools/call", "Mcp-Name": "brief"]
            )
            #expect(modern.dropLast().map { $0["params"] ?? nil } == expected("p"))
            #expect(modern.last?["result"]?["content"]?[0]?["text"] == "briefing")
            for version in ["2025-11-25", "2024-11-05"] {
                let body: JSONValue = [
                    "jsonrpc": "2.0", "id": 1, "method": "tools/call",
                    "params": ["name": "brief", "_meta": ["progressToken": 7]],
                ]
                let legacy = try await said(body, ["MCP-Protocol-Version": version])
                #expect(legacy.dropLast().map { $0["params"] ?? nil } == expected(7, version > "2025"))
                #expect(legacy.dropLast().allSatisfy { $0["method"] == "notifications/progress" && $0["id"] == nil })
            }
        }
    }

    @Test func `a token that is none, or a tool that is quick, gets a plain reply`() async throws {
        let service = DemoTasks()
        try await Wire.memory.run(service) { (client) async throws in
            for token: JSONValue in [nil, 1.5, [:], .string(String(repeating: "x", count: 2000))] {
                var meta = Keys.meta
                meta["progressToken"] = token
                let answer = try await client.modern("tools/call", ["name": "brief"], meta: meta)
                #expect(answer.fields["Content-Type"] == "application/json" && service.last?.progress == nil)
            }
            var meta = Keys.meta
            meta["progressToken"] = 1
            let answer = try await client.modern("tools/call", ["name": "echo"], meta: meta)
            #expect(answer.fields["Content-Type"] == "application/json")
        }
    }

    @Test func `progress is said on standard output too`() async throws {
        let session = MCPStdioServer(server: MCPServer(service: DemoTasks(), name: "demo", version: "1.0"))
        let written = Lines()
        var input = [
            #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"brief","_meta":{"progressToken":"p"}}}"#
        ]
        try await session.run(
            read: { input.popLast().map { Array($0.utf8) } },
            write: { written.add($0) }
        )
        #expect(written.all.map { $0["method"] ?? nil } == ["notifications/progress", "notifications/progress", nil])
        #expect(written.all.last?["id"] == 1)
    }
}
