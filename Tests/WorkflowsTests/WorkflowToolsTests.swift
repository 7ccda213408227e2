import JSON
import TestSupport
import Testing
import Tools
import Workflows

struct WorkflowToolsTests {
    private let folder = TemporaryFolder()

    private func steer(_ tools: WorkflowTools, _ run: String, _ action: String, user: String = "ada") async
        -> ToolResult
    {
        let arguments: JSONObject = ["run_id": .string(run), "action": .string(action)]
        return await tools.call(ToolCall(tool: "steer_run", arguments: arguments, user: user, origin: .model))
    }

    @Test func `a run is paused, resumed and cancelled by tool, by its own user only`() async throws {
        let bench = try await EngineBench(#"[{"wait": "PT1H"}]"#)
        let engine = bench.engine()
        let tools = WorkflowTools(engine: engine, library: HomeLibrary(home: folder.path)) { _ in nil }
        let id = try await engine.start(bench.request()).id
        _ = try await engine.settled(id)
        func state(_ result: ToolResult) throws -> JSONValue? { try JSONParser.parse(result.payload)["state"] }

        #expect(await steer(tools, id, "cancel", user: "bob").problem?.code == "not_found")
        #expect(try await state(steer(tools, id, "pause")) == "paused")
        #expect(try await state(steer(tools, id, "resume")) == "waiting")
        #expect(await steer(tools, id, "approve").problem?.code == "invalid_arguments")
        #expect(try await state(steer(tools, id, "cancel")) == "cancelled")
        #expect(await steer(tools, id, "pause").problem?.code == "wrong_state")
    }
}
