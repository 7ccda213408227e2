import Basics
import JSON
import Testing
import ToolRouter
import Tools

@Suite struct MetaToolsResultsTests {
    private let clock = ManualClock(Timestamp(milliseconds: 1_767_225_600_000))
    private let provider = EchoTools(Fixture.tools)

    private func meta(_ limits: ResultStore.Limits, policy: ToolPolicy = ToolPolicy()) -> MetaTools {
        MetaTools(router: Fixture.router(provider, results: ResultStore(limits: limits, clock: clock)), policy: policy)
    }

    private func run(
        _ meta: MetaTools,
        _ tool: String,
        _ arguments: JSONObject,
        endpoint: String = "ep_1"
    ) async throws -> (value: JSONValue, result: ToolResult) {
        let result = await meta.call(
            ToolCall(
                tool: tool,
                arguments: arguments,
                user: "ada",
                origin: .model,
                context: CallContext(endpoint: endpoint)
            )
        )
        return (try Fixture.json(result.payload), result)
    }

    /// A call whose answer repeats its arguments: so many people, each of about 120 bytes.
    private func people(_ count: Int) -> JSONValue {
        let people = (0..<count).map { number -> JSONValue in
            [
                "id": .integer(number), "name": .string("Person \(number)"),
                "about": .string(String(repeating: "x", count: 80)),
            ]
        }
        return ["tool": "list_all_acme_candidates", "arguments": ["id": "1", "people": .array(people)]]
    }

    private let limits = ResultStore.Limits(shownBytes: 4000, ownerBytes: 100_000, totalBytes: 150_000, seconds: 900)

    @Test func `a result that is too large comes as a preview, and is read in pages that are not`() async throws {
        let meta = meta(limits)
        let (value, shortened) = try await run(meta, "execute_tools", ["calls": [people(200)]])
        #expect(shortened.payload.count < 5000)
        let item = value["results"]?[0]
        #expect(item?["ok"] == true && item?["result"] == nil)
        #expect(item?["preview"]?["arguments"]?["people"]?[0]?["name"] == "Person 0")
        #expect(item?["shortened"]?["shown"]?["/arguments/people"]?.string?.hasSuffix("of 200 elements") == true)
        #expect(value["note"]?.string?.contains("read_result") == true)
        let handle = try #require(item?["shortened"]?["handle"]?.string)
        var names: [String] = []
        var offset: Int? = 0
        while let start = offset {
            let (page, result) = try await run(
                meta,
                "read_result",
                ["handle": .string(handle), "path": "/arguments/people", "offset": .integer(start)]
            )
            #expect(result.payload.count < 4200 && result.origin == .candidate)
            #expect(page["total"] == 200)
            names += page["value"]?.array?.compactMap { $0["name"]?.string } ?? []
            offset = page["next_offset"]?.integer
        }
        #expect(names == (0..<200).map { "Person \($0)" })
    }

    @Test func `fifty results together are no larger than one may be, and neither are fifty errors`() async throws {
        let meta = meta(ResultStore.Limits(shownBytes: 24_000, ownerBytes: 1 << 20, totalBytes: 1 << 20, seconds: 900))
        let results = try await run(meta, "execute_tools", ["calls": .array(.init(repeating: people(100), count: 50))])
        #expect(results.result.payload.count <= 24_000)
        #expect(results.value["succeeded"] == 50)
        let missing: JSONValue = ["tool": .string(String(repeating: "x", count: 256)), "arguments": [:]]
        let errors = try await run(meta, "execute_tools", ["calls": .array(.init(repeating: missing, count: 50))])
        #expect(errors.result.payload.count <= 44_000 && errors.value["failed"] == 50)
        let text = String(repeating: "e", count: 4000)
        let select: JSONValue = [
            "tool": "list_all_acme_candidates", "arguments": ["id": "1"], "select": .string("$error('\(text)')"),
        ]
        let problems = try await run(meta, "execute_tools", ["calls": .array(.init(repeating: select, count: 10))])
        #expect(problems.result.payload.count <= 24_000)
        #expect(problems.value["results"]?[0]?["select_error"]?.string?.hasPrefix("select failed") == true)
    }

    @Test func `schemas that have no room are named, for another call`() async throws {
        let names = Fixture.tools.map(\.name)
        let meta = meta(ResultStore.Limits(shownBytes: 700, ownerBytes: 1000, totalBytes: 1000, seconds: 900))
        let list: JSONValue = .array(names.map { .string($0) })
        let (value, result) = try await run(meta, "get_tool_schemas", ["names": list])
        let shown = value["tools"]?.array?.compactMap { $0["name"]?.string } ?? []
        let left = value["not_shown"]?.array?.compactMap(\.string) ?? []
        #expect(!shown.isEmpty && !left.isEmpty && shown + left == names)
        #expect(result.payload.count < 1100)
    }

    @Test func `parts of a kept result are chosen by path, number and expression`() async throws {
        let meta = meta(limits)
        let made = try await run(meta, "execute_tools", ["calls": [people(200)]]).value
        let handle = try #require(made["results"]?[0]?["shortened"]?["handle"])
        func read(_ more: JSONObject) async throws -> JSONValue {
            var arguments: JSONObject = ["handle": handle]
            for member in more { arguments[member.name] = member.value }
            return try await run(meta, "read_result", arguments).value
        }
        #expect(try await read(["path": "arguments/people/7/name"])["value"] == "Person 7")
        #expect(try await read(["path": "/arguments/people", "limit": 2])["next_offset"] == 2)
        #expect(try await read(["select": "$sum(arguments.people.id)"])["value"] == 19_900)
        #expect(try await read(["path": "/arguments/people/0/about", "offset": 78, "limit": 9])["value"] == "xx")
        #expect(try await read(["path": "/arguments/people", "offset": 999])["value"] == [])
        #expect(try await read([:])["note"]?.string?.contains("too large") == true)
        #expect(try await read(["path": "/nothing"])["error"] == "path_not_found")
        #expect(try await read(["select": "$error('no')"])["error"] == "select_failed")
    }

    @Test func `a handle is worth nothing elsewhere, later, or when its tool is hidden`() async throws {
        let router = Fixture.router(provider, results: ResultStore(limits: limits, clock: clock))
        let meta = MetaTools(router: router, policy: ToolPolicy())
        let made = try await run(meta, "execute_tools", ["calls": [people(200)]]).value
        let arguments: JSONObject = ["handle": try #require(made["results"]?[0]?["shortened"]?["handle"])]
        #expect(try await run(meta, "read_result", arguments).result.isError == false)
        let elsewhere = try await run(meta, "read_result", arguments, endpoint: "ep_2").value
        let hidden = try await run(
            MetaTools(router: router, policy: ToolPolicy(toolkits: .only(["beta"]))),
            "read_result",
            arguments
        ).value
        clock.advance(seconds: 900)
        let later = try await run(meta, "read_result", arguments).value
        #expect(elsewhere["error"] == "result_not_found" && hidden == elsewhere && later == elsewhere)
    }

    @Test func `the oldest results make room, of their own endpoint first`() async throws {
        let meta = meta(limits)
        func keep(_ endpoint: String) async throws -> JSONValue {
            let made = try await run(meta, "execute_tools", ["calls": [people(300)]], endpoint: endpoint).value
            return try #require(made["results"]?[0]?["shortened"]?["handle"])
        }
        func isThere(_ handle: JSONValue, _ endpoint: String) async throws -> Bool {
            try await !run(meta, "read_result", ["handle": handle, "limit": 1], endpoint: endpoint).result.isError
        }
        // Each has some 36 kB: two fit in an endpoint's share, four in all.
        let other = try await keep("ep_2")
        let first = try await keep("ep_1")
        let second = try await keep("ep_1")
        #expect(try await isThere(first, "ep_1"))
        let third = try await keep("ep_1")
        #expect(try await isThere(first, "ep_1"))
        #expect(try await isThere(third, "ep_1"))
        #expect(try await isThere(other, "ep_2"))
        #expect(try await !isThere(second, "ep_1"), "it was used least recently")
        let huge = try await run(meta, "execute_tools", ["calls": [people(1000)]]).value
        #expect(huge["results"]?[0]?["shortened"]?["handle"] == nil)
        #expect(huge["results"]?[0]?["shortened"]?["problem"]?.string?.contains("select") == true)
        #expect(try await isThere(first, "ep_1"))
    }

    @Test func `small results are shown whole beside a large one`() async throws {
        let value = try await run(meta(limits), "execute_tools", ["calls": [people(2), people(200), people(3)]]).value
        #expect(value["results"]?.array?.map { $0["preview"] != nil } == [false, true, false])
    }

    @Test func `compact results say nothing about nothing, and an empty list stays an answer`() async throws {
        let arguments: JSONValue = [
            "id": "1", "none": nil, "empty": "", "list": [], "inner": ["a": nil, "b": []], "rows": [nil, ["c": nil]],
            "zero": 0, "no": false,
        ]
        let call: JSONValue = ["tool": "list_all_acme_candidates", "arguments": arguments, "select": "arguments"]
        let lean = try await run(meta(limits), "execute_tools", ["calls": [call], "compact": true]).value
        #expect(
            lean["results"]?[0]?["result"]
                == ["id": "1", "list": [], "rows": [nil, [:]], "zero": 0, "no": false]
        )
        let whole = try await run(meta(limits), "execute_tools", ["calls": [call]]).value
        #expect(whole["results"]?[0]?["result"] == arguments)
    }

    @Test func `each call carries its own key and where it came from`() async throws {
        let write: JSONValue = ["tool": "create_a_acme_comment", "arguments": ["id": "1"], "idempotency_key": "k"]
        let read: JSONValue = ["tool": "list_all_acme_candidates", "arguments": ["id": "1"]]
        _ = try await run(meta(limits), "execute_tools", ["calls": [write, read]])
        #expect(provider.calls.map(\.once) == ["k", nil])
        #expect(provider.calls.map(\.context.endpoint) == ["ep_1", "ep_1"])
        let twice = try await run(meta(limits), "execute_tools", ["calls": [write, write]])
        #expect(twice.result.isError && twice.result.displayText.contains("nothing was run"))
        #expect(provider.calls.count == 2)
    }
}
