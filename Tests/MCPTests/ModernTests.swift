import HTTP
import JSON
import MCP
import Testing

/// The revision 2026-07-28, with the raw scenarios of the official conformance suite.
@Suite struct ModernTests {
    @Test(arguments: Wire.allCases)
    func `discovery says what the server is`(wire: Wire) async throws {
        try await wire.run { (client) async throws in
            let answer = try await client.modern("server/discover")
            #expect(answer.status == 200)
            #expect(answer.fields["Content-Type"] == "application/json")
            #expect(
                answer.result == [
                    "supportedVersions": ["2026-07-28"], "capabilities": ["tools": [:]],
                    "instructions": "Demonstration of a recruiting system.", "ttlMs": 60000, "cacheScope": "private",
                    "resultType": "complete", "_meta": [Keys.server: ["name": "demo", "version": "1.0"]],
                ]
            )
        }
    }

    @Test(arguments: Wire.allCases)
    func `tools are listed with all they have`(wire: Wire) async throws {
        try await wire.run { (client) async throws in
            let result = try #require(try await client.modern("tools/list").result)
            #expect(result["tools"]?.array?.count == DemoService.tools.count)
            #expect(
                result["tools"]?[0] == [
                    "name": "list_all_pinpoint_candidates", "title": "List Candidates",
                    "description": "Lists candidates, filtered by name.",
                    "inputSchema": ["type": "object", "properties": ["search": ["type": "string"]]],
                    "outputSchema": ["type": "array"],
                    "annotations": [
                        "readOnlyHint": true, "destructiveHint": false, "idempotentHint": true, "openWorldHint": true,
                    ],
                ]
            )
            #expect(result["ttlMs"] == 60000)
            #expect(result["cacheScope"] == "private")
            #expect(result["resultType"] == "complete")
            #expect(result["_meta"]?[Keys.server]?["name"] == "demo")
            #expect(result["nextCursor"] == nil)
        }
    }

    @Test(arguments: Wire.allCases)
    func `a result is text once and structure once`(wire: Wire) async throws {
        try await wire.run { (client) async throws in
            let answer = try await client.modern("tools/call", ["name": "list_all_pinpoint_candidates"], id: "x")
            #expect(
                answer.body == [
                    "jsonrpc": "2.0", "id": "x",
                    "result": [
                        "content": [["type": "text", "text": #"[{"id":98765,"name":"Sarah \"SJ\" Jenkins"}]"#]],
                        "structuredContent": [["id": 98765, "name": "Sarah \"SJ\" Jenkins"]], "isError": false,
                        "resultType": "complete", "_meta": [Keys.server: ["name": "demo", "version": "1.0"]],
                    ],
                ]
            )
        }
    }

    @Test(arguments: Wire.allCases)
    func `arguments arrive as they were sent`(wire: Wire) async throws {
        let service = DemoService()
        try await wire.run(service) { (client) async throws in
            let arguments: JSONValue = [
                "text": "héllo\n", "big": .number(.literal("12345678901234567890")), "n": [1, nil],
            ]
            let answer = try await client.modern("tools/call", ["name": "echo", "arguments": arguments])
            #expect(answer.result?["structuredContent"] == arguments)
        }
        #expect(
            service.seen.last
                == MCPCallContext(
                    protocolVersion: "2026-07-28",
                    clientInfo: ["name": "test", "version": "1"],
                    clientCapabilities: [:]
                )
        )
    }

    @Test(arguments: Wire.allCases)
    func `a tool's own failure is a result`(wire: Wire) async throws {
        try await wire.run { (client) async throws in
            let answer = try await client.modern("tools/call", ["name": "get_single_pinpoint_candidate_by_id"])
            #expect(answer.status == 200)
            #expect(answer.result?["isError"] == true)
            #expect(answer.result?["content"]?[0]?["text"] == "The argument \"id\" is missing.")
            #expect(answer.result?["structuredContent"] == nil)
        }
    }

    @Test(arguments: Wire.allCases)
    func `an unknown tool is an error with up to three suggestions`(wire: Wire) async throws {
        try await wire.run { (client) async throws in
            let answer = try await client.modern("tools/call", ["name": "get_candidate"])
            #expect(answer.status == 200)
            #expect(answer.code == -32602)
            #expect(
                answer.error?["data"]?["suggestions"]
                    == ["list_all_pinpoint_candidates", "get_single_pinpoint_candidate_by_id", "echo"]
            )
            #expect(answer.error?["message"]?.string?.contains("Did you mean list_all_pinpoint_candidates") == true)
            #expect(try await client.modern("tools/call", ["name": "zzz"]).error?["data"] == ["suggestions": []])
        }
    }

    @Test(
        arguments: [
            ["name": 1], ["name": "echo", "arguments": []], ["name": "echo", "arguments": "x"], [:],
        ] as [JSONValue]
    )
    func `a malformed call is an error`(params: JSONValue) async throws {
        try await Wire.memory.run { (client) async throws in
            let answer = try await client.modern("tools/call", params)
            #expect(answer.code == -32602)
            #expect(answer.id == 1)
        }
    }

    @Test(arguments: [
        "initialize", "ping", "logging/setLevel", "resources/subscribe", "resources/unsubscribe", "resources/list",
        "prompts/list", "completion/complete", "subscriptions/listen", "tasks/list", "unknown/method",
    ])
    func `a method that is not offered is not found`(method: String) async throws {
        try await Wire.memory.run { (client) async throws in
            let answer = try await client.modern(method, id: "q")
            #expect(answer.status == 404)
            #expect(answer.code == -32601)
            #expect(answer.id == "q")
        }
    }

    @Test(
        arguments: [
            (nil, -32602), ([:], -32602), ([Keys.capabilities: [:]], -32602), ([Keys.version: "2026-07-28"], -32602),
            ([Keys.version: 1, Keys.capabilities: [:]], -32602),
            ([Keys.version: "2026-07-28", Keys.capabilities: []], -32602),
        ] as [(JSONValue?, Int)]
    )
    func `a request without the keys it must carry is refused`(meta: JSONValue?, code: Int) async throws {
        try await Wire.memory.run { (client) async throws in
            let answer = try await client.modern("tools/list", id: 5, meta: meta)
            #expect(answer.status == 400)
            #expect(answer.code == code)
            #expect(answer.id == 5)
        }
    }

    @Test func `a client need not say who it is`() async throws {
        try await Wire.memory.run { (client) async throws in
            let meta: JSONValue = [Keys.version: "2026-07-28", Keys.capabilities: [:]]
            #expect(try await client.modern("tools/list", meta: meta).status == 200)
        }
    }

    @Test func `an unknown version is refused with the ones there are`() async throws {
        try await Wire.memory.run { (client) async throws in
            let meta: JSONValue = [Keys.version: "v999", Keys.capabilities: [:]]
            let both = try await client.modern("tools/list", meta: meta) { $0["MCP-Protocol-Version"] = "v999" }
            #expect(both.status == 400)
            #expect(both.code == -32022)
            #expect(both.error?["data"] == ["supported": ["2026-07-28"], "requested": "v999"])
            let bodyOnly = try await client.modern("tools/list", meta: meta)
            #expect(bodyOnly.status == 400)
            #expect(bodyOnly.code == -32020)
        }
    }

    @Test(
        arguments: [
            ("Mcp-Method", nil), ("Mcp-Method", "tools/list"), ("Mcp-Method", "Tools/Call"), ("Mcp-Name", nil),
            ("Mcp-Name", "Echo"), ("Mcp-Name", "=?base64?ZWNobw?="), ("Mcp-Name", "=?base64?####?="),
            ("Mcp-Name", "ZWNobw=="), ("MCP-Protocol-Version", nil), ("MCP-Protocol-Version", "2025-11-25"),
        ] as [(String, String?)]
    )
    func `a header that differs from the body is refused`(name: String, value: String?) async throws {
        try await Wire.memory.run { (client) async throws in
            let answer = try await client.modern("tools/call", ["name": "echo"], id: 9) { $0[name] = value }
            #expect(answer.status == 400)
            #expect(answer.code == -32020)
            #expect(answer.id == 9)
        }
    }

    @Test func `a header sent twice is refused`() async throws {
        try await Wire.memory.run { (client) async throws in
            for name in ["Mcp-Method", "Mcp-Name", "MCP-Protocol-Version"] {
                let answer = try await client.modern("tools/call", ["name": "echo"]) { fields in
                    fields.append(name, fields[name] ?? "")
                }
                #expect(answer.code == -32020, "\(name)")
            }
        }
    }

    @Test(arguments: [
        ("mcp-method", "tools/call"), ("MCP-METHOD", "  tools/call \t"), ("mcp-name", "=?base64?ZWNobw==?="),
        ("mcp-protocol-version", " 2026-07-28 "),
    ])
    func `names of headers have no case and values no edges`(name: String, value: String) async throws {
        try await Wire.memory.run { (client) async throws in
            let answer = try await client.modern("tools/call", ["name": "echo"]) { $0[name] = value }
            #expect(answer.status == 200)
        }
    }

    @Test func `a name beyond ASCII matches its base64`() async throws {
        try await Wire.memory.run { (client) async throws in
            let answer = try await client.modern("tools/call", ["name": "écho"]) { fields in
                fields["Mcp-Name"] = "=?base64?w6ljaG8=?="
            }
            // Past the headers: the tool itself does not exist.
            #expect(answer.code == -32602)
        }
    }
}
