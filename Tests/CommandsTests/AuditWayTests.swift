import Commands
import CurlTransport
import Gateway
import HTTP
import JSON
import Testing

@Suite struct AuditWayTests {
    private static let recording = #"""
        {"type":"recording","format":"switchboard-recording","version":1,"name":"jobs","title":"Looks for tools.","agent":"recruiter","provenance":"Authored.","now":"2026-11-20T09:00:00.000Z"}
        {"type":"user","text":"hello"}
        {"type":"reply","finish":"tool_calls","items":[{"type":"tool_call","id":"call_1","name":"search_tools","arguments":{"queries":[{"use_case":"list the jobs"}]}}]}
        {"type":"result","call":"call_1","tool":"search_tools","arguments":{"queries":[{"use_case":"list the jobs"}]},"mentions":[]}
        {"type":"reply","finish":"stop","items":[{"type":"text","text":"done"}]}
        """#

    private func rows(_ program: ProgramRun, _ conditions: String = "") async throws -> [JSONValue] {
        let exported = await program.run("audit export --sandbox " + conditions)
        #expect(exported.status == .done, "\(exported.err)")
        let rows = try exported.out.split(separator: "\n").map { try JSONParser.parse(String($0)) }
        return rows.filter { $0["via"] != nil && $0["actor"] != nil }
    }

    @Test func `each row says through what it came: chat, a run by its id, the control API, an endpoint by its id`()
        async throws
    {
        let program = ProgramRun()
        defer { program.remove() }
        let file = try program.write(AuditWayTests.recording, to: "jobs.jsonl")
        let asked = await program.run("ask hello --sandbox --model replay:\(file)")
        #expect(asked.status == .done, "\(asked.err)")
        let chat = try await rows(program)
        #expect(!chat.isEmpty && chat.allSatisfy { $0["via"] == "chat" && $0["actor"] == "user:sandbox" })

        let words = "run interview-briefing --sandbox --json"
        let ran = await program.run(words, "candidateName=Sarah Jenkins", "jobTitle=Product Manager")
        let run = try #require(try JSONParser.parse(ran.out)["id"]?.string)
        let steps = try await rows(program, "--via run:\(run)")
        #expect(!steps.isEmpty && steps.allSatisfy { $0["actor"] == "sandbox" && $0["action"] == "call" })

        #expect(await program.run("tools call list_all_pinpoint_jobs limit=1 --sandbox").status == .done)
        #expect(try await rows(program, "--via control --action call").map { $0["actor"] } == ["local"])

        let application = try await Application.open(try program.configuration(isSandbox: true))
        let server = try await application.serve(host: "127.0.0.1", port: 0)
        let made = try JSONParser.parse(await program.run("endpoints create --name agent --sandbox --json").out)
        let (id, url) = (try #require(made["id"]?.string), try #require(made["url"]?.string))
        var request = try HTTPRequest(url: url)
        request.method = "POST"
        request.fields["Content-Type"] = "application/json"
        request.fields["Accept"] = "application/json, text/event-stream"
        request.fields["MCP-Protocol-Version"] = "2025-11-25"
        request.body = .bytes(
            JSONWriter.bytes(of: [
                "jsonrpc": "2.0", "id": 1, "method": "tools/call",
                "params": ["name": "list_all_pinpoint_jobs", "arguments": ["limit": 1]],
            ])
        )
        #expect(try await application.drivers.transport.send(request, options: HTTPRequestOptions()).status == 200)
        let calls = try await rows(program, "--via endpoint:\(id)")
        #expect(calls.map { $0["tool"] } == ["list_all_pinpoint_jobs"])
        #expect(calls.map { $0["actor"] } == [.string("endpoint:" + id)])
        let all = Set(try await rows(program, "--action call").compactMap { $0["via"]?.string })
        #expect(all.isSubset(of: ["chat", "run:" + run, "control", "endpoint:" + id]) && all.count >= 3)
        await server.stop(within: 0)
        await application.close()
    }
}
