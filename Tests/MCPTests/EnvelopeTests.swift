import HTTP
import JSON
import MCP
import Testing

/// What is wrong before anyone asks for the era, limits, and paging.
@Suite struct EnvelopeTests {
    @Test(
        arguments: [
            ("1", nil), ("\"x\"", nil), ("null", nil), ("{}", nil),
            (#"{"jsonrpc":"2.0","id":1}"#, 1), (#"{"jsonrpc":"1.0","id":1,"method":"ping"}"#, 1),
            (#"{"id":"a","method":"ping"}"#, "a"), (#"{"jsonrpc":"2.0","id":1,"method":2}"#, 1),
            (#"{"jsonrpc":"2.0","id":null,"method":"ping"}"#, nil),
            (#"{"jsonrpc":"2.0","id":1.5,"method":"ping"}"#, nil),
            (#"{"jsonrpc":"2.0","id":1e0,"method":"ping"}"#, nil),
            (#"{"jsonrpc":"2.0","id":[1],"method":"ping"}"#, nil),
            (#"{"jsonrpc":"2.0","id":true,"method":"ping"}"#, nil),
        ] as [(String, JSONValue?)]
    )
    func `what is no message is refused`(text: String, id: JSONValue?) async throws {
        try await Wire.memory.run { (client) async throws in
            let answer = try await client.post(text)
            #expect(answer.status == 400)
            #expect(answer.code == -32600)
            #expect(answer.id == id ?? .null)
        }
    }

    @Test(arguments: ["0", "-5", "12345678901234567890", "\"a\\u0062\\n\"", "\"\"", "\"é\""])
    func `the id comes back exactly`(id: String) async throws {
        try await Wire.memory.run { (client) async throws in
            let answer = try await client.post("{\"jsonrpc\":\"2.0\",\"id\":\(id),\"method\":\"ping\"}")
            #expect(String(decoding: answer.bytes, as: UTF8.self) == "{\"jsonrpc\":\"2.0\",\"id\":\(id),\"result\":{}}")
        }
    }

    @Test(arguments: Wire.allCases)
    func `the envelope's headers are checked`(wire: Wire) async throws {
        let ping = Array(#"{"jsonrpc":"2.0","id":1,"method":"ping"}"#.utf8)
        try await wire.run { (client) async throws in
            for type in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp"] {
                #expect(try await client.send("POST", ping, fields: ["Content-Type": type]).status == 415)
            }
            for type in ["application/json", "Application/JSON; charset=utf-8"] {
                #expect(try await client.send("POST", ping, fields: ["Content-Type": type]).status == 200)
            }
            for accept in ["text/html", "text/event-stream"] {
                #expect(try await client.send("POST", ping, fields: ["Accept": accept]).status == 406)
            }
            for accept in ["*/*", "application/*;q=0.5", "text/event-stream, application/json"] {
                #expect(try await client.send("POST", ping, fields: ["Accept": accept]).status == 200)
            }
        }
    }

    @Test(arguments: Wire.allCases)
    func `size and depth are limited`(wire: Wire) async throws {
        var options = MCPServer.Options()
        options.maximumBodySize = 200
        options.maximumDepth = 5
        try await wire.run(options: options) { (client) async throws in
            func call(_ argument: String) -> String {
                #"{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"echo","arguments":{"x":"# + argument
                    + "}}}"
            }
            #expect(try await client.post(call("[[1]]")).status == 200)
            let deep = try await client.post(call("[[[1]]]"))
            #expect(deep.status == 400)
            #expect(deep.code == -32700)
            #expect(try await client.post(call("\"" + String(repeating: "x", count: 200) + "\"")).status == 413)
        }
    }

    @Test(arguments: Wire.allCases)
    func `pages join to the whole list`(wire: Wire) async throws {
        var options = MCPServer.Options()
        options.pageSize = 3
        try await wire.run(options: options) { (client) async throws in
            let first = try #require(try await client.modern("tools/list").result)
            #expect(first["tools"]?.array?.count == 3)
            let cursor = try #require(first["nextCursor"])
            let second = try #require(try await client.modern("tools/list", ["cursor": cursor]).result)
            #expect(second["nextCursor"] == nil)
            #expect(second["cacheScope"] == "private")
            let names = ((first["tools"]?.array ?? []) + (second["tools"]?.array ?? [])).map { $0["name"]?.string }
            #expect(names == DemoService.tools.map(\.name))
            let legacy = try await client.legacy("tools/list", ["cursor": cursor])
            #expect(legacy.result?["tools"]?.array?.count == 1)
        }
    }

    @Test(arguments: ["", "x", "MTox", "5", 1, []] as [JSONValue])
    func `a cursor that is not ours is refused`(cursor: JSONValue) async throws {
        try await Wire.memory.run { (client) async throws in
            #expect(try await client.modern("tools/list", ["cursor": cursor]).code == -32602)
        }
    }

    @Test func `a cursor of an older list is refused, and the new list is served`() async throws {
        var options = MCPServer.Options()
        options.pageSize = 1
        var service = DemoService()
        var cursor: JSONValue = nil
        try await Wire.memory.run(service, options: options) { (client) async throws in
            cursor = try #require(try await client.modern("tools/list").result?["nextCursor"])
            #expect(try await client.modern("tools/list", ["cursor": cursor]).status == 200)
        }
        service.toolList.version = "2"
        try await Wire.memory.run(service, options: options) { (client) async throws in
            #expect(try await client.modern("tools/list", ["cursor": cursor]).code == -32602)
        }
    }

    @Test func `a service without tools has an empty list`() async throws {
        var service = DemoService()
        service.toolList.tools = []
        try await Wire.memory.run(service) { (client) async throws in
            #expect(try await client.legacy("tools/list").result == ["tools": []])
        }
    }

    @Test func `no mutation of a request is answered with anything but one response`() async throws {
        let request = Array(
            #"{"jsonrpc":"2.0","id":3,"method":"tools/call","params":{"name":"echo","arguments":{"a":[1,"é"]},"_meta":{}}}"#
                .utf8
        )
        try await Wire.memory.run { (client) async throws in
            for position in request.indices {
                for byte: UInt8 in [0x00, 0x22, 0x7D, 0x31, 0x5B, 0xFF] {
                    var mutated = request
                    mutated[position] = byte
                    let answer = try await client.send("POST", mutated)
                    if answer.status == 202 { continue }
                    #expect([200, 400].contains(answer.status))
                    #expect(answer.body?["jsonrpc"] == "2.0")
                    #expect((answer.result == nil) != (answer.error == nil))
                }
            }
        }
    }
}
