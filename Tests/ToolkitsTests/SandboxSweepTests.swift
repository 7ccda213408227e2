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

    @Test func `what is written is read back, for every kind of record that can be read by its id`() async throws {
        let calls = try SandboxCalls()
        let tools = Fixture.toolkits.toolkits.flatMap(\.specifications)
        var compared: [String: Int] = [:]
        for tool in tools where tool.name.hasPrefix("create_a_") || tool.name.hasPrefix("update_a_") {
            var noun = String(tool.name.dropFirst("create_a_".count))
            if noun.hasSuffix("_by_id") { noun.removeLast("_by_id".count) }
            guard let reader = tools.first(where: { $0.name == "get_single_\(noun)_by_id" }) else { continue }
            let outcome = try await calls.call(tool)
            let id = try #require(outcome.result.value["id"], "\(tool.name)")
            let name = reader.inputSchema["required"]?[0]?.string
            let fallback = noun == "ashby_application" ? "applicationId" : "id"
            let read = await outcome.provider.call(reader.name, [name ?? fallback: id])
            #expect(read.problem == nil && read.value["id"] == id, "\(tool.name): \(read.displayText)")
            // Pinpoint takes the names of resources there, and answers with the names of classes.
            for given in outcome.arguments where !given.name.hasSuffix("able_type") {
                guard let found = read.value[given.name], given.value.object == nil, given.value.array == nil else {
                    continue
                }
                #expect(found == given.value, "\(tool.name): \(given.name)")
                compared[noun, default: 0] += 1
            }
        }
        #expect(compared.count >= 25, "\(compared)")
    }
}
