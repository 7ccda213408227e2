import ATSSandbox
import Basics
import Commands
import CurlTransport
import Gateway
import Glibc
import HTTP
import JSON
import Testing
import ToolRouter

@Suite struct TriggerCommandTests {
    private struct Failed: Error {}

    private static let workflow = """
        {"workflow": "moved", "version": 1, "title": "What moved", "connections": {"ats": "ashby"},
         "input": {"type": "object", "required": ["id"], "properties": {"id": {"type": "string"}}},
         "limits": {"writes": 0},
         "triggers": [
           {"toolkit": "ashby", "event": "candidateStageChange", "input": {"id": "= $event.data.application.id"}},
           {"toolkit": "ashby", "event": "candidateStageChanged", "input": {"id": "= $event.data.application.id"}}],
         "steps": [{"return": "= $input.id"}]}
        """

    /// Calls the simulated Ashby as a user of its API does.
    private func ashby(_ application: Application, _ operation: String, _ body: JSONValue) async throws -> JSONValue {
        guard let served = application.sandbox?.served.first(where: { $0.system.toolkit == "ashby" }) else {
            throw Failed()
        }
        let request = try HTTPRequest(
            method: "POST",
            url: served.baseURL + "/" + operation,
            fields: [
                "Authorization": "Basic " + Base64.encode("\(SandboxKeys.ashby):".utf8),
                "Content-Type": "application/json",
            ],
            body: .bytes(JSONWriter.bytes(of: body))
        )
        let response = try await application.drivers.transport.send(request, options: HTTPRequestOptions())
        return try JSONParser.parse(try await response.body.collect(limit: 1 << 20))
    }

    @Test func `what happens in the simulated Ashby arrives signed over sockets, and triggers shows it`() async throws {
        var program = ProgramRun()
        defer { program.remove() }
        program.home = program.folder + "/home"
        #expect(mkdir(program.home, 0o700) == 0 && mkdir(program.home + "/workflows", 0o700) == 0)
        for name in ["toolkits", "agents"] {
            #expect(symlink(ProgramRun.home + "/" + name, program.home + "/" + name) == 0)
        }
        _ = try program.write(Self.workflow, to: "home/workflows/moved.json")
        #expect(await program.run("workflows check moved").out.contains("did you mean"))
        let application = try await Application.open(program.configuration(isSandbox: true))
        let server = try await application.serve(host: "127.0.0.1", port: 0)
        for (secret, type) in [(SandboxKeys.webhooks, "candidateStageChange"), ("another", "applicationUpdate")] {
            let made = try await ashby(
                application,
                "webhook.create",
                [
                    "webhookType": .string(type), "secretToken": .string(secret),
                    "requestUrl": .string(server.address + "/webhooks/ashby/" + type),
                ]
            )
            #expect(made["success"] == true)
        }
        let list = try await ashby(application, "application.list", ["status": "Active", "limit": 1])
        let found = try #require(list["results"]?[0])
        let plans = try await ashby(
            application,
            "interviewStage.list",
            ["interviewPlanId": found["currentInterviewStage"]?["interviewPlanId"] ?? .null]
        )
        let stage = try #require(
            plans["results"]?.array?.first {
                $0["type"] == "Active" && $0["id"] != found["currentInterviewStage"]?["id"]
            }
        )
        let moved = try await ashby(
            application,
            "application.changeStage",
            ["applicationId": found["id"] ?? .null, "interviewStageId": stage["id"] ?? .null]
        )
        #expect(moved["success"] == true)
        var events: [TriggerEvent] = []
        for _ in 0..<500 where events.isEmpty {
            events = try await application.triggers.latest(limit: 10)
            if events.isEmpty { try await Task.sleep(nanoseconds: 20_000_000) }
        }
        #expect(events.map(\.trigger) == ["candidateStageChange"], "the one with another secret is refused")
        #expect(events.first?.connection == "sandbox-ashby")
        var run: JSONValue = nil
        for _ in 0..<500 where run["ended_at"]?.string == nil {
            try await Task.sleep(nanoseconds: 20_000_000)
            let runs = try await application.controlClient.send("GET", "/v1/runs")["runs"]?.array ?? []
            #expect(runs.count <= 1, "one run for one report")
            run = runs.first ?? nil
        }
        #expect(run["trigger"] == "webhook" && run["state"] == "done", "\(run)")
        let shown = try await application.controlClient.send("GET", "/v1/runs/\(run["id"]?.string ?? "")")
        #expect(shown["result"] == found["id"])
        await server.stop(within: 0)
        await application.close()
    }

    @Test func `triggers are listed with what they need`() async throws {
        let program = ProgramRun()
        defer { program.remove() }
        let list = await program.run("triggers list --toolkit ashby --sandbox")
        #expect(list.status == .done && list.out.contains("Candidate Hired") && list.out.contains("(beta)"))
        let shown = await program.run("triggers show application_hired --sandbox --json")
        #expect(try JSONParser.parse(shown.out)["events"] == [])
        #expect(await program.run("triggers show nothing --sandbox").status == .failed)
    }
}
