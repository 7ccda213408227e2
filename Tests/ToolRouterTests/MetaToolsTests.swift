import JSON
import Testing
import ToolRouter
import Tools

@Suite struct MetaToolsTests {
    private let provider = EchoTools(Fixture.tools)

    private func call(
        _ tool: String,
        _ arguments: JSONObject,
        policy: ToolPolicy = ToolPolicy()
    ) async throws -> (value: JSONValue, result: ToolResult) {
        let meta = MetaTools(router: Fixture.router(provider), policy: policy)
        let result = await meta.call(ToolCall(tool: tool, arguments: arguments, user: "ada", origin: .model))
        return (try Fixture.json(result.payload), result)
    }

    private static let names = [
        "search_tools", "get_tool_schemas", "manage_connections", "execute_tools", "read_result",
    ]

    @Test func `the list is small and says nothing that can change`() {
        let meta = MetaTools(router: Fixture.router(), policy: ToolPolicy())
        #expect(meta.tools.map(\.name) == MetaToolsTests.names)
        let size = meta.tools.reduce(0) { size, tool in
            size + tool.description.utf8.count + JSONWriter.bytes(of: tool.inputSchema).count + tool.name.utf8.count
        }
        // A token of such text is more than three bytes long.
        #expect(size / 3 < 2500)
        #expect(meta.tools == MetaTools(router: Fixture.router(), policy: ToolPolicy(tools: [])).tools)
    }

    @Test func `search names tools with their arguments and how the user is connected`() async throws {
        let (value, result) = try await call(
            "search_tools",
            [
                "queries": [
                    ["use_case": "list the candidates", "known_fields": "id:7"], ["use_case": "show offers"],
                ], "limit": 2,
            ]
        )
        #expect(!result.isError)
        let first = value["results"]?[0]?["tools"]?[0]
        #expect(first?["name"] == "list_all_acme_candidates")
        #expect(first?["description"] == "Lists candidates.")
        #expect(first?["arguments"] == "Needs id; may have note.")
        #expect(first?["still_needed"] == [])
        #expect(value["results"]?[1]?["tools"]?[0]?["name"] == "list_all_beta_offers")
        #expect(value["results"]?[1]?["tools"]?[0]?["still_needed"] == nil)
        #expect(value["connections"]?[0] == ["toolkit": "acme", "status": "active"])
        #expect(value["connections"]?[1] == ["toolkit": "beta", "status": "missing"])
        #expect(value["next"]?.string?.hasPrefix("Not connected: beta. Call manage_connections") == true)
    }

    @Test func `a call's result is projected before it is read, and a bad projection stops nothing that was done`()
        async throws
    {
        func run(_ select: String) async throws -> (value: JSONValue, result: ToolResult) {
            try await call(
                "execute_tools",
                [
                    "calls": [
                        ["tool": "list_all_acme_candidates", "arguments": ["id": "7"], "select": .string(select)]
                    ]
                ]
            )
        }
        let whole = try await run("$")
        #expect(whole.value["results"]?[0]?["result"]?.object != nil)
        let names = try await run("$keys($)[0]")
        #expect(
            names.value["results"]?[0]?["result"]?.string == whole.value["results"]?[0]?["result"]?.object?.names[0]
        )
        let failed = try await run("$error('no')")
        #expect(failed.value["results"]?[0]?["ok"] == true)
        #expect(failed.value["results"]?[0]?["result"] == whole.value["results"]?[0]?["result"])
        #expect(failed.value["results"]?[0]?["select_error"]?.string?.hasPrefix("select failed") == true)
        let calls = provider.calls.count
        let refused = try await run("items.(")
        #expect(refused.result.isError && refused.result.displayText.contains("select is not a JSONata expression"))
        #expect(provider.calls.count == calls, "nothing runs whose answer cannot be shown")
    }

    @Test func `a request that nothing serves is said instead of answered badly`() async throws {
        let (value, result) = try await call("search_tools", ["queries": [["use_case": "play some jazz"]]])
        #expect(!result.isError)
        #expect(value["results"]?[0]?["tools"] == [])
        #expect(value["results"]?[0]?["note"]?.string?.hasPrefix("No tool serves this.") == true)
    }

    @Test func `schemas come for tools that exist and suggestions for others`() async throws {
        let (value, _) = try await call(
            "get_tool_schemas",
            ["names": ["get_single_acme_job_by_id", "get_single_acme_jobs_by_id"]]
        )
        #expect(value["tools"]?.array?.count == 1)
        #expect(value["tools"]?[0]?["input_schema"] == Fixture.tools[1].inputSchema)
        #expect(value["not_found"]?[0]?["name"] == "get_single_acme_jobs_by_id")
        #expect(value["not_found"]?[0]?["suggestions"]?[0] == "get_single_acme_job_by_id")
    }

    @Test func `calls run side by side, each with its own outcome, in order`() async throws {
        let (value, result) = try await call(
            "execute_tools",
            [
                "calls": [
                    ["tool": "list_all_acme_candidates", "arguments": ["id": "1"], "id": "a"],
                    ["tool": "no_such_tool", "arguments": [:], "id": "b"],
                    ["tool": "get_single_acme_job_by_id", "arguments": ["fail": 404]],
                    ["tool": "create_a_acme_comment", "arguments": "{\"note\":\"line\\nbreak\"}"],
                ]
            ]
        )
        #expect(!result.isError)
        #expect(result.origin == .candidate)
        #expect(value["results"]?.array?.map { $0["ok"] } == [true, false, false, true])
        #expect(value["results"]?.array?.map { $0["id"] } == ["a", "b", nil, nil])
        #expect(value["results"]?[0]?["result"]?["arguments"] == ["id": "1"])
        #expect(value["results"]?[1]?["error"]?["error"] == "tool_not_found")
        #expect(value["results"]?[2]?["error"]?["status"] == 404)
        #expect(value["results"]?[3]?["result"]?["arguments"] == ["note": "line\nbreak"])
        #expect(value["succeeded"] == 2 && value["failed"] == 2)
        #expect(Set(provider.calls.map(\.user)) == ["ada"])
    }

    @Test func `fifty calls are taken and fifty-one refused`() async throws {
        func calls(_ count: Int) -> JSONObject {
            [
                "calls": .array(
                    (0..<count).map { ["tool": "list_all_acme_candidates", "arguments": ["id": .string("\($0)")]] }
                )
            ]
        }
        let (value, _) = try await call("execute_tools", calls(50))
        #expect(value["results"]?.array?.map { $0["result"]?["arguments"]?["id"]?.string } == (0..<50).map { "\($0)" })
        let (_, refused) = try await call("execute_tools", calls(51))
        #expect(refused.isError)
        #expect(provider.calls.count == 50)
    }

    private struct Mistake: Sendable {
        var tool: String
        var arguments: JSONObject
        var message: String
    }

    private static let mistakes: [Mistake] = [
        Mistake(tool: "search_tools", arguments: ["querys": []], message: "Did you mean queries?"),
        Mistake(tool: "search_tools", arguments: ["queries": []], message: "must be a list of 1 to 10 objects"),
        Mistake(
            tool: "search_tools",
            arguments: ["queries": [["use_case": ""]]],
            message: "must be a text that is not"
        ),
        Mistake(tool: "search_tools", arguments: ["queries": [["usecase": "x"]]], message: "has no \"usecase\""),
        Mistake(
            tool: "search_tools",
            arguments: ["queries": [["use_case": "x"]], "limit": 0],
            message: "from 1 to 20"
        ),
        Mistake(tool: "get_tool_schemas", arguments: ["names": "x"], message: "names must be a list"),
        Mistake(
            tool: "execute_tools",
            arguments: ["calls": [["tool": "x", "arguments": [1]]]],
            message: "be an object"
        ),
        Mistake(tool: "execute_tools", arguments: ["calls": [1]], message: "calls[0] must be an object"),
    ]

    @Test(arguments: mistakes.indices)
    func `wrong arguments are named`(position: Int) async throws {
        let mistake = MetaToolsTests.mistakes[position]
        let (value, result) = try await call(mistake.tool, mistake.arguments)
        #expect(result.isError)
        #expect(value["error"] == "invalid_arguments")
        #expect(result.displayText.contains(mistake.message))
    }

    @Test func `a hidden tool is like one that never was, in search, description and call alike`() async throws {
        let policy = ToolPolicy(methods: ["read"])
        let reduced = EchoTools(Fixture.tools.filter(policy.allows))
        func answers(_ meta: MetaTools) async -> [ToolResult] {
            var results: [ToolResult] = []
            let requests: [(String, JSONObject)] = [
                ("search_tools", ["queries": [["use_case": "delete job"], ["use_case": "delete_a_acme_job_by_id"]]]),
                ("get_tool_schemas", ["names": ["delete_a_acme_job_by_id"]]),
                ("execute_tools", ["calls": [["tool": "delete_a_acme_job_by_id", "arguments": ["id": "1"]]]]),
                ("delete_a_acme_job_by_id", ["id": "1"]),
            ]
            for (tool, arguments) in requests {
                results.append(
                    await meta.call(ToolCall(tool: tool, arguments: arguments, user: "ada", origin: .model))
                )
            }
            return results
        }
        let hidden = await answers(MetaTools(router: Fixture.router(provider), policy: policy))
        let never = await answers(MetaTools(router: Fixture.router(reduced), policy: ToolPolicy()))
        #expect(hidden == never)
        #expect(provider.calls.isEmpty)
        let open = await answers(MetaTools(router: Fixture.router(provider), policy: ToolPolicy()))
        #expect(zip(open, hidden).allSatisfy { $0 != $1 })
        #expect(provider.calls.map(\.tool) == ["delete_a_acme_job_by_id"])
    }
}
