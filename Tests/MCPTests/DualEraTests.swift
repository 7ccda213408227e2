import HTTP
import JSON
import MCP
import Testing

/// One row of the table that says which era a message belongs to.
struct EraCase: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var method = "POST"
    var version: String?
    var body: String
    var extra: HTTPFields = [:]
    var status: Int
    var code: Int?
    /// A member that the result has, to know whose answer it is.
    var result: String?

    init(
        _ description: String,
        method: String = "POST",
        version: String? = nil,
        body: String = "",
        extra: HTTPFields = [:],
        status: Int,
        code: Int? = nil,
        result: String? = nil
    ) {
        testDescription = description
        self.method = method
        self.version = version
        self.body = body
        self.extra = extra
        self.status = status
        self.code = code
        self.result = result
    }

    private static let claim =
        #""_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":{}}"#
    private static let listClaimed = #"{"jsonrpc":"2.0","id":7,"method":"tools/list","params":{"# + claim + "}}"
    private static let list = #"{"jsonrpc":"2.0","id":7,"method":"tools/list"}"#
    private static let initialize =
        #"{"jsonrpc":"2.0","id":7,"method":"initialize","params":{"protocolVersion":"2025-11-25"}}"#
    private static let initializeClaimed = #"{"jsonrpc":"2.0","id":7,"method":"initialize","params":{"# + claim + "}}"
    private static let note = #"{"jsonrpc":"2.0","method":"notifications/initialized"}"#
    private static let noteClaimed = #"{"jsonrpc":"2.0","method":"notifications/cancelled","params":{"# + claim + "}}"
    private static let modern = "2026-07-28"

    static let all: [EraCase] = [
        EraCase("GET, modern", method: "GET", version: modern, status: 405),
        EraCase("DELETE, modern", method: "DELETE", version: modern, status: 405),
        EraCase("GET, legacy", method: "GET", version: "2025-11-25", status: 405),
        EraCase("GET, no version", method: "GET", status: 405),
        EraCase("DELETE, legacy", method: "DELETE", version: "2025-06-18", status: 405),
        EraCase("PUT", method: "PUT", body: list, status: 405),
        EraCase("PATCH", method: "PATCH", body: list, status: 405),
        EraCase("not JSON", body: "{", status: 400, code: -32700),
        EraCase("nothing", body: "", status: 400, code: -32700),
        EraCase("empty array", body: "[]", status: 400, code: -32600),
        EraCase("array with a claim", body: "[\(listClaimed)]", status: 400, code: -32600),
        EraCase("array with a claim among others", body: "[\(list),\(listClaimed)]", status: 400, code: -32600),
        EraCase("array with something invalid", body: "[\(list),1]", status: 400, code: -32600),
        EraCase("array with initialize", body: "[\(initialize)]", status: 400, code: -32600),
        EraCase("array under a modern header", version: modern, body: "[\(list)]", status: 400, code: -32600),
        EraCase("array under 2025-06-18", version: "2025-06-18", body: "[\(list)]", status: 400, code: -32600),
        EraCase("array under 2025-11-25", version: "2025-11-25", body: "[\(list)]", status: 400, code: -32600),
        EraCase("array under 2024-11-05", version: "2024-11-05", body: "[\(list)]", status: 400, code: -32600),
        EraCase("array under 2025-03-26", version: "2025-03-26", body: "[\(list)]", status: 200),
        EraCase("array without a version", body: "[\(list),\(note)]", status: 200),
        EraCase("array of notifications", body: "[\(note),\(note)]", status: 202),
        EraCase("response, legacy", body: #"{"jsonrpc":"2.0","id":1,"result":{}}"#, status: 400, code: -32600),
        EraCase(
            "response, modern",
            version: modern,
            body: #"{"jsonrpc":"2.0","id":1,"error":{"code":1,"message":""}}"#,
            status: 400,
            code: -32600
        ),
        EraCase(
            "claim and headers agree",
            version: modern,
            body: listClaimed,
            extra: ["Mcp-Method": "tools/list"],
            status: 200,
            result: "resultType"
        ),
        EraCase(
            "initialize with a claim",
            version: modern,
            body: initializeClaimed,
            extra: ["Mcp-Method": "initialize"],
            status: 404,
            code: -32601
        ),
        EraCase("initialize, no header", body: initialize, status: 200, result: "protocolVersion"),
        EraCase(
            "initialize, legacy header",
            version: "2025-06-18",
            body: initialize,
            status: 200,
            result: "serverInfo"
        ),
        EraCase("initialize, modern header", version: modern, body: initialize, status: 400, code: -32020),
        EraCase("no claim, modern header", version: modern, body: list, status: 400, code: -32602),
        EraCase("claim, no header", body: listClaimed, status: 400, code: -32020),
        EraCase("claim, legacy header", version: "2025-11-25", body: listClaimed, status: 400, code: -32020),
        EraCase("claim, other header", version: "v999", body: listClaimed, status: 400, code: -32020),
        EraCase("no claim, unknown header", version: "1999-01-01", body: list, status: 400, code: -32022),
        EraCase("no claim, no header", body: list, status: 200, result: "tools"),
        EraCase("no claim, legacy header", version: "2025-03-26", body: list, status: 200, result: "tools"),
        EraCase("notification with a claim", version: modern, body: noteClaimed, status: 202),
        EraCase("notification, modern header", version: modern, body: note, status: 202),
        EraCase("notification, unknown version", version: "1999-01-01", body: note, status: 400, code: -32022),
        EraCase("notification, legacy header", version: "2025-11-25", body: note, status: 202),
        EraCase("notification, no header", body: note, status: 202),
        EraCase(
            "discover, no claim",
            body: #"{"jsonrpc":"2.0","id":7,"method":"server/discover"}"#,
            status: 200,
            code: -32601
        ),
        EraCase(
            "discover, legacy header",
            version: "2025-11-25",
            body: #"{"jsonrpc":"2.0","id":7,"method":"server/discover"}"#,
            status: 200,
            code: -32601
        ),
    ]
}

@Suite struct DualEraTests {
    @Test(arguments: EraCase.all, Wire.allCases)
    func `a message is served in the era it belongs to`(row: EraCase, wire: Wire) async throws {
        try await wire.run { (client) async throws in
            var fields = row.extra
            fields["MCP-Protocol-Version"] = row.version
            let answer = try await client.send(row.method, Array(row.body.utf8), fields: fields)
            #expect(answer.status == row.status)
            if let code = row.code {
                #expect(answer.code == code)
                if row.body.hasPrefix("{"), row.body.contains(#""id":7"#) { #expect(answer.id == 7) }
            }
            if let result = row.result { #expect(answer.result?[result] != nil) }
            if row.status == 405 { #expect(answer.fields["Allow"] == "POST") }
            if row.status == 202 { #expect(answer.bytes.isEmpty) }
            #expect(answer.fields["Mcp-Session-Id"] == nil)
        }
    }

    @Test(arguments: Wire.allCases)
    func `a batch is answered in its order, without its notifications`(wire: Wire) async throws {
        try await wire.run { (client) async throws in
            let answer = try await client.post(
                [
                    ["jsonrpc": "2.0", "id": "a", "method": "ping"],
                    ["jsonrpc": "2.0", "method": "notifications/initialized"],
                    ["jsonrpc": "2.0", "id": 2, "method": "no/such"],
                    ["jsonrpc": "2.0", "id": 3, "method": "tools/call", "params": ["name": "echo"]],
                ]
            )
            #expect(answer.body?.array?.map { $0["id"] } == ["a", 2, 3])
            #expect(answer.body?[0] == ["jsonrpc": "2.0", "id": "a", "result": [:]])
            #expect(answer.body?[1]?["error"]?["code"] == -32601)
            #expect(answer.body?[2]?["result"]?["content"]?[0]?["text"] == "{}")
        }
    }

    @Test(arguments: Wire.allCases)
    func `a batch is limited`(wire: Wire) async throws {
        var options = MCPServer.Options()
        options.maximumBatch = 2
        try await wire.run(options: options) { (client) async throws in
            let ping: JSONValue = ["jsonrpc": "2.0", "id": 1, "method": "ping"]
            #expect(try await client.post([ping, ping]).status == 200)
            #expect(try await client.post([ping, ping, ping]).code == -32600)
        }
    }
}
