import Basics
import JSON
import MCP
import Testing

@Suite struct StdioTests {
    private func session(_ service: DemoService = DemoService()) -> MCPStdioServer {
        MCPStdioServer(server: MCPServer(service: service, name: "demo", version: "1.0"))
    }

    private func reply(_ session: MCPStdioServer, _ line: String) async throws -> JSONValue? {
        guard let bytes = await session.reply(to: Array(line.utf8)) else { return nil }
        #expect(!bytes.contains(0x0A))
        return try JSONParser.parse(bytes)
    }

    @Test func `a client of either era is served without headers`() async throws {
        let session = session()
        let meta = JSONWriter.text(of: Keys.meta)
        let discover = try await reply(
            session,
            #"{"jsonrpc":"2.0","id":1,"method":"server/discover","params":{"_meta":\#(meta)}}"#
        )
        #expect(discover?["result"]?["supportedVersions"] == ["2026-07-28"])
        let initialize = try await reply(
            session,
            #"{"jsonrpc":"2.0","id":2,"method":"initialize","params":{"protocolVersion":"2025-06-18"}}"#
        )
        #expect(initialize?["result"]?["protocolVersion"] == "2025-06-18")
        #expect(try await reply(session, #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#) == nil)
        let list = try await reply(session, #"{"jsonrpc":"2.0","id":3,"method":"tools/list"}"#)
        #expect(list?["result"]?["tools"]?[0]?["title"] == "List Candidates")
        #expect(list?["result"]?["resultType"] == nil)
    }

    @Test func `the session has the version that was agreed`() async throws {
        let service = DemoService()
        let session = session(service)
        let initialize = #"{"jsonrpc":"2.0","id":2,"method":"initialize","params":{"protocolVersion":"2024-11-05"}}"#
        _ = try await reply(session, initialize)
        let list = try await reply(session, #"{"jsonrpc":"2.0","id":3,"method":"tools/list"}"#)
        #expect(list?["result"]?["tools"]?[0]?["annotations"] == nil)
        _ = try await reply(session, #"{"jsonrpc":"2.0","id":4,"method":"tools/call","params":{"name":"echo"}}"#)
        #expect(service.seen.last?.protocolVersion == "2024-11-05")
    }

    @Test func `errors have the id of their request, and notifications have none`() async throws {
        let session = session()
        #expect(try await reply(session, "{")?["error"]?["code"] == -32700)
        #expect(try await reply(session, "[]")?["error"]?["code"] == -32600)
        #expect(try await reply(session, #"{"jsonrpc":"2.0","id":1,"method":"server/discover"}"#)?["id"] == 1)
        let old =
            #"{"jsonrpc":"2.0","id":8,"method":"tools/list","params":{"_meta":{"\#(Keys.version)":"v9","\#(Keys.capabilities)":{}}}}"#
        #expect(try await reply(session, old)?["error"]?["code"] == -32022)
        let note = #"{"jsonrpc":"2.0","method":"x","params":{"_meta":{"\#(Keys.version)":"v9"}}}"#
        #expect(try await reply(session, note) == nil)
        #expect(try await reply(session, "  ") == nil)
    }

    @Test func `a line break inside a result does not break the line`() async throws {
        struct Broken: MCPService {
            let instructions = ""
            let toolList = MCPToolList(version: "1", tools: [])
            func callTool(_ name: String, arguments: JSONObject, context: MCPCallContext) async -> MCPToolResult? {
                MCPToolResult(structured: Array("{\n\"a\":1\r}".utf8))
            }
            func suggestions(for name: String) -> [String] { [] }
        }
        let session = MCPStdioServer(server: MCPServer(service: Broken(), name: "b", version: "1"))
        let line = #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"x"}}"#
        #expect(try await reply(session, line)?["result"]?["structuredContent"] == ["a": 1])
    }

    @Test func `requests run side by side, one is cancelled, and the end waits for the rest`() async throws {
        let input = BoundedChannel<[UInt8]>(capacity: 10)
        let output = Locked<[JSONValue]>([])
        for line in [
            #"{"jsonrpc":"2.0","id":"slow","method":"tools/call","params":{"name":"wait_until_cancelled"}}"#,
            #"{"jsonrpc":"2.0","id":"slow","method":"ping"}"#,
            #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo"}}"#,
            #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"slow"}}"#,
            #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"unknown"}}"#,
            #"{"jsonrpc":"2.0","id":2,"method":"ping"}"#,
        ] { _ = await input.send(Array(line.utf8)) }
        input.finish()
        try await session().run(
            read: { try await input.receive() },
            write: { line in
                let value = (try? JSONParser.parse(line)) ?? nil
                output.withLock { $0.append(value) }
            }
        )
        let answers = output.withLock(\.self)
        #expect(Set(answers.compactMap { $0["id"] }) == ["slow", 1, 2])
        // The only answer under that id is the refusal to use it twice.
        #expect(answers.filter { $0["id"] == "slow" }.map { $0["error"]?["code"] } == [-32600])
    }
}
