import HTTP
import JSON
import MCP
import Testing

/// The revisions that begin with `initialize`.
@Suite struct LegacyTests {
    @Test(arguments: [
        ("2025-11-25", "2025-11-25"), ("2025-06-18", "2025-06-18"), ("2025-03-26", "2025-03-26"),
        ("2024-11-05", "2024-11-05"), ("2026-07-28", "2025-11-25"), ("1999-01-01", "2025-11-25"),
    ])
    func `the handshake agrees on a version`(asked: String, agreed: String) async throws {
        try await Wire.memory.run { (client) async throws in
            let params: JSONValue = [
                "protocolVersion": .string(asked), "capabilities": ["sampling": [:]],
                "clientInfo": ["name": "mcp", "version": "0.1.0"],
            ]
            let answer = try await client.legacy("initialize", params, id: 0, version: nil)
            #expect(answer.status == 200)
            #expect(answer.fields["Mcp-Session-Id"] == nil)
            #expect(
                answer.body == [
                    "jsonrpc": "2.0", "id": 0,
                    "result": [
                        "protocolVersion": .string(agreed), "capabilities": ["tools": [:]],
                        "serverInfo": ["name": "demo", "version": "1.0"],
                        "instructions": "Demonstration of a recruiting system.",
                    ],
                ]
            )
        }
    }

    @Test func `a handshake without a version is refused`() async throws {
        try await Wire.memory.run { (client) async throws in
            #expect(try await client.legacy("initialize", [:], version: nil).code == -32602)
            #expect(try await client.legacy("initialize", version: nil).code == -32602)
        }
    }

    @Test(arguments: Wire.allCases)
    func `a session of 2025-11-25 needs no session`(wire: Wire) async throws {
        let service = DemoService()
        try await wire.run(service) { (client) async throws in
            #expect(
                try await client.legacy("initialize", ["protocolVersion": "2025-11-25"], version: nil).status == 200
            )
            let fields: HTTPFields = ["MCP-Protocol-Version": "2025-11-25"]
            let note = try await client.post(#"{"method":"notifications/initialized","jsonrpc":"2.0"}"#, fields: fields)
            #expect(note.status == 202)
            #expect(try await client.legacy("ping").body == ["jsonrpc": "2.0", "id": 1, "result": [:]])
            let list = try await client.legacy("tools/list")
            #expect(list.result?.object?.names == ["tools"])
            let call = try await client.legacy("tools/call", ["name": "echo", "arguments": ["a": 1]], id: 2)
            #expect(
                call.body == [
                    "jsonrpc": "2.0", "id": 2,
                    "result": [
                        "content": [["type": "text", "text": #"{"a":1}"#]], "structuredContent": ["a": 1],
                        "isError": false,
                    ],
                ]
            )
        }
        #expect(service.seen.last == MCPCallContext(protocolVersion: "2025-11-25"))
    }

    @Test(arguments: [
        ("2024-11-05", false, false), ("2025-03-26", true, false), ("2025-06-18", true, true),
        ("2025-11-25", true, true),
    ])
    func `a revision gets the fields it knows`(version: String, annotations: Bool, structure: Bool) async throws {
        try await Wire.memory.run { (client) async throws in
            let list = try await client.legacy("tools/list", version: version)
            let first = try #require(list.result?["tools"]?[0])
            #expect((first["annotations"] != nil) == annotations)
            #expect((first["title"] != nil) == structure)
            // An output schema that is no object is of 2026 only.
            #expect(first["outputSchema"] == nil)
            #expect((list.result?["tools"]?[1]?["outputSchema"] != nil) == structure)
            #expect(list.result?["resultType"] == nil)
            #expect(list.result?["ttlMs"] == nil)
            let object = try await client.legacy("tools/call", ["name": "echo"], version: version)
            #expect((object.result?["structuredContent"] != nil) == structure)
            let array = try await client.legacy(
                "tools/call",
                ["name": "list_all_pinpoint_candidates"],
                version: version
            )
            #expect(array.result?["structuredContent"] == nil)
            #expect(array.result?["content"]?[0]?["text"]?.string?.contains("98765") == true)
            #expect(array.result?["_meta"] == nil)
        }
    }

    @Test func `errors are answers like any other`() async throws {
        try await Wire.memory.run { (client) async throws in
            for (method, code) in [("no/such", -32601), ("logging/setLevel", -32601), ("resources/list", -32601)] {
                let answer = try await client.legacy(method)
                #expect(answer.status == 200)
                #expect(answer.code == code)
            }
            let unknown = try await client.legacy("tools/call", ["name": "get_candidate"])
            #expect(unknown.status == 200)
            #expect(unknown.code == -32602)
            #expect(unknown.error?["data"]?["suggestions"]?.array?.count == 3)
            let params = try await client.legacy("tools/list", [1])
            #expect(params.status == 200)
            #expect(params.code == -32602)
        }
    }
}
