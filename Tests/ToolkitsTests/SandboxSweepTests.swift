import JSON
import Testing
import Toolkits
import Tools

/// Every tool against the simulators, with arguments that name records that exist.
@Suite struct SandboxSweepTests {
    @Test func `every tool does what it is for on the sandbox, but for those that are listed`() async throws {
        let calls = try SandboxCalls()
        var excused = JSONObject()
        for tool in Fixture.toolkits.toolkits.flatMap(\.specifications) {
            let reason = calls.table["excused"]?[tool.name]?.string
            do {
                let outcome = try await calls.call(tool)
                let code = outcome.result.problem?.code
                let text =
                    "\(tool.name) \(JSONWriter.text(of: .object(outcome.arguments))): \(outcome.result.displayText)"
                #expect((code != nil) == (reason != nil), "\(text)")
            } catch {
                Issue.record("\(tool.name): \(error)")
            }
            if let reason { excused[tool.name] = .string(reason) }
        }
        #expect(excused.count == (calls.table["excused"]?.object?.count ?? 0))
        #expect(excused.count < 10)
    }
}
