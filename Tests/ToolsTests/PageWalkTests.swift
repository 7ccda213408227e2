import JSON
import Testing
import Tools

@Suite struct PageWalkTests {
    static func page(_ ids: [Int], _ next: String?) -> ToolResult {
        ToolResult(
            [
                "items": .array(ids.map { ["id": .string("r\($0)")] }),
                "next_cursor": next.map { .string($0) } ?? .null,
            ],
            origin: .candidate
        )
    }

    static func records(_ ids: [Int]) -> [JSONValue] { ids.map { ["id": .string("r\($0)")] } }

    static let expired = ToolResult.failure("cursor_expired", "Start again.")

    private func codes(_ outcome: PageWalk.Outcome) -> String? {
        if case .failed(let result) = outcome { return result.problem?.code }
        return nil
    }

    @Test func `every page is fetched with the cursor of the one before, and a record that comes twice counts once`() {
        var walk = PageWalk()
        #expect(walk.next == .fetch(cursor: nil))
        #expect(walk.take(Self.page([1, 2], "a b/=")) == .page(Self.records([1, 2])))
        #expect(walk.next == .fetch(cursor: "a b/="))
        #expect(walk.take(Self.page([2, 3], nil)) == .page(Self.records([3])))
        #expect(walk.next == .finished(complete: true))
        #expect([walk.count, walk.pages] == [3, 2])
        #expect(codes(walk.take(Self.page([4], nil))) == "walk_finished")
    }

    @Test func `a walk goes on in another process where it stopped, with the very same cursor`() throws {
        var walk = PageWalk()
        _ = walk.take(Self.page([1, 2], "ключ \"1\""))
        let text = JSONWriter.text(of: walk.checkpoint)
        var resumed = try #require(
            PageWalk(checkpoint: JSONParser.parse(text), items: Self.records([1, 2]))
        )
        #expect(resumed.next == .fetch(cursor: "ключ \"1\""))
        #expect(resumed.take(Self.page([2, 3], nil)) == .page(Self.records([3])))
        #expect(PageWalk(checkpoint: resumed.checkpoint, items: [])?.next == .finished(complete: true))
        #expect(PageWalk(checkpoint: ["pages": 1], items: []) == nil)
    }

    @Test func `a stale cursor starts over without giving anything out again, and not for ever`() throws {
        var walk = PageWalk(limits: .init(restarts: 1))
        _ = walk.take(Self.page([1, 2], "a"))
        _ = walk.take(Self.page([3, 4], "b"))
        #expect(walk.take(Self.expired) == .restarted)
        #expect(walk.next == .fetch(cursor: nil))
        var resumed = try #require(
            PageWalk(checkpoint: walk.checkpoint, items: Self.records([1, 2, 3, 4]), limits: walk.limits)
        )
        #expect(walk.take(Self.page([1, 2], "c")) == .page([]))
        #expect(walk.take(Self.page([3, 4, 5], nil)) == .page(Self.records([5])))
        #expect(resumed.take(Self.page([1, 2], "c")) == .page([]))
        #expect(codes(resumed.take(Self.expired)) == "cursor_expired")
    }

    @Test func `records without ids are told apart by content, and equal ones stay as many as there are`() {
        func page(_ names: [String], _ next: String?) -> ToolResult {
            ToolResult(
                ["items": .array(names.map { .string($0) }), "next_cursor": next.map { .string($0) } ?? .null],
                origin: .ats
            )
        }
        var walk = PageWalk()
        #expect(walk.take(page(["x", "x", "y"], "a")) == .page(["x", "x", "y"]))
        #expect(walk.take(Self.expired) == .restarted)
        #expect(walk.take(page(["x", "x", "y"], "b")) == .page([]))
        #expect(walk.take(page(["x", "z"], nil)) == .page(["x", "z"]))
    }

    @Test func `a cursor that leads back is found at once, and so is a page of nothing new`() {
        var same = PageWalk()
        _ = same.take(Self.page([1], "a"))
        #expect(codes(same.take(Self.page([2], "a"))) == "cursor_loop")
        var circle = PageWalk()
        _ = circle.take(Self.page([1], "a"))
        _ = circle.take(Self.page([2], "b"))
        #expect(codes(circle.take(Self.page([3], "a"))) == "cursor_loop")
        #expect(circle.next == .fetch(cursor: "b"), "it stands where it stood")
        var ever = PageWalk()
        _ = ever.take(Self.page([1, 2], "a"))
        #expect(codes(ever.take(Self.page([1, 2], "b"))) == "cursor_loop")
        var last = PageWalk()
        _ = last.take(Self.page([1, 2], "a"))
        #expect(last.take(Self.page([1, 2], nil)) == .page([]), "the last page may repeat")
    }

    @Test func `empty pages that promise another end a list, but not a search`() {
        var walk = PageWalk(limits: .init(emptyPages: 1))
        #expect(walk.take(Self.page([], "a")) == .page([]))
        #expect(codes(walk.take(Self.page([], "b"))) == "empty_pages")
        var search = PageWalk(limits: .init(emptyPages: 1))
        for number in 0..<5 {
            let page = ToolResult(
                ["items": [], "next_cursor": .string("c\(number)"), "search": ["pages_read": 2]],
                origin: .ats
            )
            #expect(search.take(page) == .page([]))
        }
    }

    @Test func `more records than wanted are an error, or the end of the walk`() {
        var strict = PageWalk(limits: .init(maximum: 3))
        _ = strict.take(Self.page([1, 2], "a"))
        #expect(codes(strict.take(Self.page([3, 4], nil))) == "too_many_items")
        #expect(strict.take(Self.page([3], nil)) == .page(Self.records([3])), "exactly as many are not too many")
        var lax = PageWalk(limits: .init(maximum: 3, excess: .stop))
        _ = lax.take(Self.page([1, 2], "a"))
        #expect(lax.take(Self.page([3, 4], "b")) == .page(Self.records([3])))
        #expect(lax.next == .finished(complete: false))
        var pages = PageWalk(limits: .init(pages: 2))
        _ = pages.take(Self.page([1], "a"))
        #expect(codes(pages.take(Self.page([2], "b"))) == "too_many_pages")
    }

    @Test func `a failed call can be made again`() {
        var walk = PageWalk()
        _ = walk.take(Self.page([1], "a"))
        let busy = ToolResult.failure("rate_limited", "Wait.", details: ["status": 429, "retry_after": 3])
        #expect(walk.take(busy) == .failed(busy))
        #expect(walk.take(Self.page([2], nil)) == .page(Self.records([2])))
        #expect(codes(walk.take(ToolResult(["id": "x"], origin: .ats))) == "walk_finished")
        var record = PageWalk()
        #expect(codes(record.take(ToolResult(["id": "x"], origin: .ats))) == "not_a_list")
    }

    @Test func `all pages come as one result, with what the last one had besides`() async {
        var tool = FixedTools.tool("list_all_acme_jobs", "List Jobs")
        tool.inputSchema = [
            "type": "object",
            "properties": ["next_cursor": ["type": "string"], "limit": ["type": "integer", "maximum": 1000]],
        ]
        let call = ToolCall(tool: tool.name, arguments: ["status": "open"], user: "ada", origin: .user)
        let result = await AllPages.collect(call, of: tool, limits: .init()) { call in
            #expect(call.arguments["limit"] == 500)
            if call.arguments["next_cursor"] == nil { return Self.page([1, 2], "a") }
            return ToolResult(
                ["items": [["id": "r2"], ["id": "r3"]], "next_cursor": nil, "sync_token": "s"],
                origin: .candidate
            )
        }
        #expect(
            (try? JSONParser.parse(result.payload)) == [
                "items": [["id": "r1"], ["id": "r2"], ["id": "r3"]], "next_cursor": nil, "pages": 2,
                "complete": true, "sync_token": "s",
            ]
        )
        #expect(result.origin == .candidate)
        let record = FixedTools.tool("get_single_acme_job_by_id", "Get Job")
        let refused = await AllPages.collect(call, of: record, limits: .init()) { _ in Self.expired }
        #expect(refused.problem?.code == "not_a_list")
        #expect(AllPages.limits(["max": 5, "more": "stop"]) == .init(maximum: 5, excess: .stop))
        #expect(AllPages.limits(true)?.maximum == AllPages.usualMaximum)
        for wrong: JSONValue in [false, 5, ["max": 0], ["maximum": 3], ["more": "guess"]] {
            #expect(AllPages.limits(wrong) == nil)
        }
    }
}
