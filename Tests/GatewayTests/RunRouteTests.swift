import ATSSandbox
import Basics
import Gateway
import HTTP
import JSON
import MCP
import TestSupport
import Testing
import ToolRouter
import Tools

/// The routes of runs, on an application with both simulated systems.
@Suite struct RunRouteTests {
    private static let sandbox = Sandbox()
    private let folder = TemporaryFolder()

    private func open<Result: Sendable>(
        _ body: @escaping @Sendable (Application, ControlClient) async throws -> Result
    ) async throws -> Result {
        let configuration = try Configuration.make(
            environment: [:],
            home: WorkflowFileRunTests.home,
            data: folder.path,
            isSandbox: true,
            log: .none
        )
        let application = try await Application.open(configuration, like: RunRouteTests.sandbox)
        do {
            let result = try await application.drivers.run { try await body(application, application.controlClient) }
            await application.close()
            return result
        } catch {
            await application.close()
            throw error
        }
    }

    private static func start(_ client: ControlClient, wait: Int = 60, _ more: JSONObject = [:]) async throws
        -> JSONValue
    {
        var body: JSONObject = [
            "workflow": "bulk-disposition", "wait": .integer(wait),
            "input": ["jobId": "8899", "comment": "Role filled internally."],
        ]
        for member in more { body[member.name] = member.value }
        return try await client.send("POST", "/v1/runs", body: .object(body))
    }

    private static func approve(_ client: ControlClient, _ run: JSONValue) async throws {
        let target = "/v1/approvals/" + (run["waiting"]?["id"]?.string ?? "")
        let approval = try await client.send("GET", target)
        let body: JSONValue = ["decision": "approve", "plan_hash": approval["plan_hash"] ?? .null]
        _ = try await client.send("POST", target + "/decision", body: body)
    }

    @Test func `a decision wakes the run, and whoever watches sees it end`() async throws {
        try await open { _, client in
            let run = try await RunRouteTests.start(client)
            let target = "/v1/runs/" + (run["id"]?.string ?? "")
            #expect(run["state"] == "waiting")
            async let watched = client.exchange("GET", target + "/events")
            try await RunRouteTests.approve(client, run)
            let ended = try await client.send("GET", target + "?wait=60")
            #expect(ended["state"] == "done" && ended["result"]?["count"] == 40)
            let events = String(decoding: try await watched.body, as: UTF8.self)
            #expect(events.contains(#""state":"done""#))
            #expect(!events.contains("Bergqvist"), "a stream of events names no candidate")
            let late = try await client.exchange("GET", target + "/events")
            #expect(String(decoding: late.body, as: UTF8.self).contains(#""state":"done""#))
        }
    }

    @Test func `runs and steps come in pages`() async throws {
        try await open { _, client in
            for _ in 0..<3 { _ = try await RunRouteTests.start(client, ["preview": true]) }
            let first = try await client.send("GET", "/v1/runs?limit=2")
            #expect(first["runs"]?.array?.count == 2)
            let cursor = first["next_cursor"]?.string ?? ""
            let rest = try await client.send("GET", "/v1/runs?limit=2&cursor=" + cursor)
            #expect(rest["runs"]?.array?.count == 1 && rest["next_cursor"]?.isNull == true)
            let id = rest["runs"]?[0]?["id"]?.string ?? ""
            var steps: [JSONValue] = []
            var target: String? = "/v1/runs/\(id)/steps?limit=50"
            while let page = target {
                let answer = try await client.send("GET", page)
                steps += answer["steps"]?.array ?? []
                target = answer["next_cursor"]?.string.map { "/v1/runs/\(id)/steps?limit=50&cursor=" + $0 }
            }
            #expect(steps.count > 120 && steps.count { $0["state"] == "planned" } == 40)
            let none = try await client.send("GET", "/v1/runs?state=failed,cancelled")
            #expect(none["runs"] == [])
            let wrong = await #expect(throws: ControlError.self) { try await client.send("GET", "/v1/runs?state=x") }
            #expect(wrong?.status == 400)
            let missing = await #expect(throws: ControlError.self) { try await client.send("GET", "/v1/runs/run_0") }
            #expect(missing?.status == 404)
        }
    }

    @Test func `a redrive does what has failed and only that`() async throws {
        try await open { application, client in
            let world = try #require(application.sandbox?.sandbox)
            let (faults, _) = SandboxFaultReader.read(
                [["kind": "status", "status": 403, "system": "pinpoint", "operation": "comments.create", "nth": 5]],
                file: "test"
            )
            for fault in faults { world.control.arm(fault) }
            let run = try await RunRouteTests.start(client)
            let target = "/v1/runs/" + (run["id"]?.string ?? "")
            try await RunRouteTests.approve(client, run)
            let first = try await client.send("GET", target + "?wait=60")
            #expect(first["result"]?["count"] == 39 && first["failed"]?.array?.isEmpty == false)
            let second = try await client.send("POST", target + "/redrive", body: ["wait": 60])
            #expect(second["state"] == "done" && second["result"]?["count"] == 40 && second["failed"] == [])
            let comments = world.count("comments", of: "pinpoint", field: "body_text") {
                $0.string?.contains("Role filled internally.") == true
            }
            #expect(comments == 40)
            let settled = await #expect(throws: ControlError.self) {
                try await client.send("POST", target + "/redrive", body: [:])
            }
            #expect(settled?.status == 409)
        }
    }

    @Test func `a run can be cancelled while it waits`() async throws {
        try await open { _, client in
            let run = try await RunRouteTests.start(client)
            let target = "/v1/runs/" + (run["id"]?.string ?? "")
            let again = await #expect(throws: ControlError.self) { try await RunRouteTests.start(client) }
            #expect(again?.status == 409, "the file says one run for a job at a time")
            let ended = try await client.send("POST", target + "/cancel", body: [:])
            #expect(ended["state"] == "cancelled" && ended["writes"] == 0)
        }
    }

    @Test func `endpoints of meta-tools run workflows under their own policy`() async throws {
        try await open { application, _ in
            let router = application.router
            func endpoint(_ name: String, _ policy: ToolPolicy) async throws -> Endpoint {
                let draft = EndpointDraft(name: name, user: "sandbox", policy: policy, mode: .meta)
                return try await application.endpoints.create(draft, catalog: router.catalog).endpoint
            }
            func ask(_ endpoint: Endpoint, _ tool: String, _ arguments: JSONObject) async throws -> JSONValue {
                var call = ToolCall(tool: tool, arguments: arguments, user: endpoint.user, origin: .model)
                call.context.endpoint = endpoint.id
                return try JSONParser.parse(await MetaTools(router: router, policy: endpoint.policy).call(call).payload)
            }
            let briefing: JSONObject = [
                "workflow": "interview-briefing",
                "input": ["candidateName": "Sarah Jenkins", "jobTitle": "Product Manager"],
            ]
            let names = router.catalog.tools.map(\.name)
            #expect(names.allSatisfy { $0.utf8.count <= 64 } && names.contains("workflow_bulk_disposition"))

            let open = try await endpoint("open", ToolPolicy())
            let list = EndpointService(router: router, endpoint: open).toolList.tools
            #expect(list.map(\.name).suffix(2) == ["run_workflow", "get_run"])
            let run = try await ask(open, "run_workflow", briefing)
            #expect(run["state"] == "done" && run["reports"]?.array?.count == 1)
            let shown = try await ask(open, "get_run", ["run_id": run["id"] ?? .null])
            #expect(shown["result"] == run["result"])
            let found = try await ask(
                open,
                "search_tools",
                ["queries": [["use_case": "run the workflow interview briefing"]]]
            )
            let hits = found["results"]?[0]?["tools"]?.array?.compactMap { $0["name"]?.string } ?? []
            #expect(hits.contains("workflow_interview_briefing"), "\(hits)")
            #expect(found["connections"]?.array?.contains { $0["toolkit"] == "workflows" } == false)

            let reading = try await endpoint("reading", ToolPolicy(methods: ["read"]))
            let tools = EndpointService(router: router, endpoint: reading).toolList.tools.map(\.name)
            #expect(!tools.contains("run_workflow") && tools.contains("get_run"))
            #expect(router.scope(reading.policy)["workflow_bulk_disposition"] == nil)
            #expect(router.scope(reading.policy)["workflow_interview_briefing"] != nil)
            #expect(try await ask(reading, "run_workflow", briefing)["error"] == "tool_not_found")
            let foreign = try await ask(reading, "get_run", ["run_id": run["id"] ?? .null])
            #expect(foreign["error"] == "not_found", "the run of another endpoint")

            let bare = try await endpoint("bare", ToolPolicy(toolkits: .only(["workflows"])))
            let bound = try await ask(bare, "run_workflow", briefing)
            #expect(bound["state"] == "failed" && bound["failure"]?["code"] == "tool_not_found")
            let nothing = try await endpoint("nothing", ToolPolicy(tools: ["run_workflow"]))
            #expect(try await ask(nothing, "run_workflow", briefing)["error"] == "not_found")
            #expect(!EndpointService(router: router, endpoint: nothing).toolList.tools.map(\.name).contains("get_run"))

            let audit = try await ask(open, "run_workflow", ["workflow": "confidential-search-audit"])
            #expect(audit["state"] == "done" && audit["reports"] == nil && audit["result"] == nil)
            #expect(audit["restricted_to"] == ["role:administrator"])
        }
    }

    @Test func `what a run found is for the roles that its file names`() async throws {
        try await open { application, client in
            let body: JSONValue = ["workflow": "confidential-search-audit", "wait": 60, "input": [:]]
            let run = try await client.send("POST", "/v1/runs", body: body)
            let id = run["id"]?.string ?? ""
            #expect(run["reports"]?.array?.count == 1)
            func ask(_ target: String, _ role: PersonRole) async throws -> (status: Int, body: JSONValue) {
                let principal = ControlPrincipal(actor: "token:t", person: "ada", role: role)
                let request = HTTPRequest(method: "GET", authority: "localhost", target: target)
                let response = await application.answer(request, as: principal)
                let bytes = try await response.body.collect(limit: 1 << 20)
                return (response.status, (try? JSONParser.parse(bytes)) ?? .null)
            }
            let lead = try await ask("/v1/runs/" + id, .recruitingLead)
            #expect(lead.status == 200 && lead.body["reports"] == nil && lead.body["state"] == "done")
            #expect(lead.body["restricted_to"] == ["role:administrator"])
            for part in ["/export", "/steps", "/events"] {
                #expect(try await ask("/v1/runs/" + id + part, .recruitingLead).status == 403)
            }
            #expect(try await ask("/v1/runs/" + id, .administrator).body["reports"]?.array?.count == 1)
            #expect(try await ask("/v1/runs", .member).status == 403)
        }
    }
}
