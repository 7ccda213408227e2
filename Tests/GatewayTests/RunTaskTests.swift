import ATSSandbox
import Basics
import Gateway
import HTTP
import JSON
import TestSupport
import Testing
import ToolRouter
import Tools

/// Runs as tasks of MCP, over the web port of an application with both simulated systems.
@Suite struct RunTaskTests {
    private static let sandbox = Sandbox()
    private let folder = TemporaryFolder()

    /// A client of one endpoint.
    private struct Client: Sendable {
        let transport: any HTTPTransport
        let url: String

        /// The messages that answer a message, the reply last.
        func messages(_ body: JSONValue, _ fields: HTTPFields) async throws -> [JSONValue] {
            var request = try HTTPRequest(method: "POST", url: url, fields: fields)
            request.fields["Content-Type"] = "application/json"
            request.body = .bytes(JSONWriter.bytes(of: body))
            let response = try await transport.send(request, options: HTTPRequestOptions())
            let bytes = try await response.body.collect(limit: 8 << 20)
            guard response.fields["Content-Type"] == "text/event-stream" else { return [try JSONParser.parse(bytes)] }
            return try String(decoding: bytes, as: UTF8.self).split(separator: "\n").filter { $0.hasPrefix("data: ") }
                .map { try JSONParser.parse(Array($0.dropFirst(6).utf8)) }
        }

        /// A request of 2026-07-28 by a client that knows tasks and can open pages.
        func modern(_ method: String, _ params: JSONValue) async throws -> JSONValue {
            var params = params
            params["_meta"] = [
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": [
                    "elicitation": ["url": [:]], "extensions": ["io.modelcontextprotocol/tasks": [:]],
                ],
            ]
            var fields: HTTPFields = ["MCP-Protocol-Version": "2026-07-28", "Mcp-Method": method]
            fields["Mcp-Name"] = params["name"]?.string ?? params["taskId"]?.string
            let body: JSONValue = ["jsonrpc": "2.0", "id": 1, "method": .string(method), "params": params]
            return try await messages(body, fields).last ?? nil
        }

        func legacy(_ method: String, _ params: JSONValue) async throws -> [JSONValue] {
            let body: JSONValue = ["jsonrpc": "2.0", "id": 1, "method": .string(method), "params": params]
            return try await messages(body, ["MCP-Protocol-Version": "2025-11-25"])
        }

        /// The task in the first state for which a condition holds.
        func wait(for id: JSONValue, _ isReached: (JSONValue) -> Bool) async throws -> JSONValue {
            for _ in 0..<2400 {
                let task = try await modern("tasks/get", ["taskId": id])["result"] ?? nil
                if isReached(task) { return task }
                try await Task.sleep(for: .milliseconds(25))
            }
            throw CancellationError()
        }
    }

    private func serve<Result: Sendable>(
        _ body: @escaping @Sendable (Application, String) async throws -> Result
    ) async throws -> Result {
        let configuration = try Configuration.make(
            environment: [:],
            home: WorkflowFileRunTests.home,
            data: folder.path,
            isSandbox: true,
            log: .none
        )
        let application = try await Application.open(configuration, like: RunTaskTests.sandbox)
        do {
            let server = try await application.serve(host: "127.0.0.1", port: 0)
            let result: Swift.Result<Result, any Error>
            do {
                result = .success(try await body(application, server.address))
            } catch {
                result = .failure(error)
            }
            await server.stop(within: 1)
            await application.close()
            return try result.get()
        } catch {
            await application.close()
            throw error
        }
    }

    private static func client(
        _ application: Application,
        _ address: String,
        mode: EndpointMode = .direct
    ) async throws -> (client: Client, token: String) {
        let draft = EndpointDraft(name: Identifier.make("name"), user: "sandbox", policy: ToolPolicy(), mode: mode)
        let made = try await application.endpoints.create(draft, catalog: application.router.catalog)
        let token = made.token.secret.reveal()
        return (Client(transport: application.drivers.transport, url: address + "/mcp/" + token), token)
    }

    private static let disposition: JSONValue = [
        "name": "run_workflow",
        "arguments": [
            "workflow": "bulk-disposition", "input": ["jobId": "8899", "comment": "Role filled internally."],
        ],
    ]

    private static func approve(_ application: Application, _ page: String) async throws {
        let target = "/v1/approvals/" + (page.split(separator: "/").last.map(String.init) ?? "")
        let approval = try await application.controlClient.send("GET", target)
        let body: JSONValue = ["decision": "approve", "plan_hash": approval["plan_hash"] ?? .null]
        _ = try await application.controlClient.send("POST", target + "/decision", body: body)
    }

    @Test func `a task is a run: it waits for a person, survives a restart and belongs to its endpoint`() async throws {
        let (id, token) = try await serve { application, address in
            let (client, token) = try await RunTaskTests.client(application, address, mode: .meta)
            let created = try await client.modern("tools/call", RunTaskTests.disposition)["result"] ?? nil
            #expect(created["resultType"] == "task" && created["status"] == "working")
            let id = try #require(created["taskId"])
            let waiting = try await client.wait(for: id) { $0["status"] == "input_required" }
            #expect(waiting["statusMessage"]?.string?.contains(address + "/approvals/") == true)
            #expect(waiting["inputRequests"]?.object?.count == 1)

            let other = try await RunTaskTests.client(application, address).client
            for method in ["tasks/get", "tasks/cancel"] {
                #expect(try await other.modern(method, ["taskId": id])["error"]?["code"] == -32602)
                #expect(try await other.legacy(method, ["taskId": id]).last?["error"]?["code"] == -32602)
            }
            #expect(try await other.legacy("tasks/result", ["taskId": id]).last?["error"]?["code"] == -32602)
            #expect(try await other.legacy("tasks/list", [:]).last?["result"] == ["tasks": []])
            return (id, token)
        }
        try await serve { application, address in
            let client = Client(transport: application.drivers.transport, url: address + "/mcp/" + token)
            let waiting = try await client.wait(for: id) { $0["status"] == "input_required" }
            let request = try #require(waiting["inputRequests"]?.object?.first?.value)
            let page = try #require(request["params"]?["url"]?.string)
            #expect(page.hasPrefix(address + "/approvals/"), "the page of the server as it is now")
            let key = try #require(waiting["inputRequests"]?.object?.first?.name)
            let answers: JSONValue = ["taskId": id, "inputResponses": .object([key: ["action": "accept"]])]
            #expect(try await client.modern("tasks/update", answers)["result"]?["resultType"] == "complete")
            #expect(try await client.modern("tasks/get", ["taskId": id])["result"]?["status"] == "working")
            try await RunTaskTests.approve(application, page)
            let done = try await client.wait(for: id) { $0["status"] == "completed" }
            #expect(done["result"]?["isError"] == false)
            #expect(done["result"]?["structuredContent"]?["result"]?["count"] == 40)
            #expect(done["statusMessage"]?.string?.contains("40 of 40 items done") == true)
            let listed = try await client.legacy("tasks/list", [:]).last?["result"]?["tasks"]
            #expect(listed?.array?.map { $0["taskId"] } == [id])
            let result = try await client.legacy("tasks/result", ["taskId": id]).last?["result"]
            #expect(result?["structuredContent"]?["result"]?["count"] == 40)
        }
    }

    @Test func `a workflow's own tool is a task, and cancelling it cancels the run`() async throws {
        try await serve { application, address in
            let (client, _) = try await RunTaskTests.client(application, address)
            let list = try await client.legacy("tools/list", [:]).last?["result"]?["tools"]?.array ?? []
            let marked = list.filter { $0["execution"] == ["taskSupport": "optional"] }
                .compactMap { $0["name"]?.string }
            #expect(marked.contains("workflow_bulk_disposition") && marked.contains("run_workflow"))
            #expect(marked.allSatisfy { $0 == "run_workflow" || $0.hasPrefix("workflow_") })

            let call: JSONValue = [
                "name": "workflow_bulk_disposition", "task": ["ttl": 60000],
                "arguments": ["jobId": "8899", "comment": "Role filled internally."],
            ]
            let created = try await client.legacy("tools/call", call).last?["result"]
            let id = try #require(created?["task"]?["taskId"])
            #expect(created?["task"]?["status"] == "working" && created?["task"]?["ttl"]?.isNull == true)
            _ = try await client.wait(for: id) { $0["status"] == "input_required" }
            async let result = client.legacy("tasks/result", ["taskId": id])
            let cancelled = try await client.legacy("tasks/cancel", ["taskId": id]).last?["result"]
            #expect(cancelled?["status"] == "cancelled")
            let shown = try await result.last?["result"]
            #expect(shown?["structuredContent"]?["state"] == "cancelled")
            #expect(shown?["_meta"]?["io.modelcontextprotocol/related-task"]?["taskId"] == id)
            let run = try await application.controlClient.send("GET", "/v1/runs/" + (id.string ?? ""))
            #expect(run["state"] == "cancelled" && run["writes"] == 0)
            let again = try await client.legacy("tasks/cancel", ["taskId": id]).last
            #expect(again?["error"]?["code"] == -32602)
            #expect(try await client.modern("tasks/cancel", ["taskId": id])["result"]?["resultType"] == "complete")

            var wrong = call
            wrong["arguments"] = ["comment": "x"]
            let refused = try await client.legacy("tools/call", wrong).last?["error"]
            #expect(refused?["code"] == -32602 && refused?["message"]?.string?.contains("jobId") == true)
        }
    }

    @Test func `who waits for a run sees how far it is, in steps and then in items`() async throws {
        try await serve { application, address in
            let (client, _) = try await RunTaskTests.client(application, address)
            let call: JSONValue = [
                "name": "workflow_bulk_disposition", "_meta": ["progressToken": "p-1"],
                "arguments": ["jobId": "8899", "comment": "Role filled internally.", "preview": true],
            ]
            let messages = try await client.legacy("tools/call", call)
            let progress = messages.dropLast().map { $0["params"] ?? nil }
            #expect(!progress.isEmpty && progress.allSatisfy { $0["progressToken"] == "p-1" })
            let done = progress.compactMap { $0["progress"]?.integer }
            #expect(done == done.sorted() && Set(done).count == done.count)
            #expect(done.count < 100, "a few words a second")
            let last = progress.last
            #expect(last?["message"] == "40 of 40 items done" && last?["progress"] == last?["total"])
            #expect(messages.last?["result"]?["structuredContent"]?["state"] == "done")

            // Without a token everything is in the reply, as ever.
            var plain = call
            plain["_meta"] = nil
            let reply = try await client.legacy("tools/call", plain)
            #expect(reply.count == 1 && reply.last?["result"]?["structuredContent"]?["state"] == "done")
        }
    }

    @Test func `what a task gives is read by somebody, so the audit says so`() async throws {
        try await serve { application, address in
            let (client, _) = try await RunTaskTests.client(application, address)
            let call: JSONValue = [
                "name": "workflow_interview_briefing",
                "arguments": ["candidateName": "Sarah Jenkins", "jobTitle": "Product Manager"],
            ]
            let id = try #require(try await client.modern("tools/call", call)["result"]?["taskId"])
            _ = try await client.wait(for: id) { $0["status"] == "completed" }
            let rows = try await application.controlClient.send("GET", "/v1/audit?tool=get_run")
            #expect(rows["entries"]?.array?.isEmpty == false)
        }
    }
}
