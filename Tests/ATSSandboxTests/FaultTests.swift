import ATSSandbox
import Basics
import HTTP
import JSON
import Testing

struct FaultTests {
    /// Waits that took place, instead of time that passed.
    private final class Waits: Sendable {
        let seconds = Locked<[Double]>([])
    }

    private let waits: Waits
    let clock = ManualClock(SandboxWorld.defaultNow)
    let client: SandboxClient

    init() {
        let waits = Waits()
        self.waits = waits
        let options = SandboxOptions(sleep: { seconds in waits.seconds.withLock { $0.append(seconds) } })
        client = SandboxClient(sandbox: Sandbox(like: .small, clock: clock, options: options))
    }

    private func arm(_ fault: JSONValue) async throws {
        #expect(try await client.control("POST", "faults", fault).status == 201)
    }

    private let comment: JSONValue = [
        "data": [
            "type": "comments", "attributes": ["body_text": "Hello"],
            "relationships": ["commentable": ["data": ["type": "applications", "id": "5566"]]],
        ]
    ]

    private func comments() async throws -> Int {
        let path = "comments?filter[commentable_id]=5566"
        return try await client.pinpoint("GET", path).json.at("data").array?.count ?? 0
    }

    @Test func `a status happens to the nth matching request only`() async throws {
        try await arm([
            "kind": "status", "status": 429, "retry_after": 7, "system": "pinpoint", "operation": "users.list",
            "nth": 2,
        ])
        var seen: [Int] = []
        for _ in 0..<3 { seen.append(try await client.pinpoint("GET", "users").status) }
        #expect(seen == [200, 429, 200])
        #expect(try await client.pinpoint("GET", "candidates").status == 200)
        let log = try await client.control("GET", "requests").json.at("requests").array ?? []
        #expect(log.map { $0.at("status") } == [200, 429, 200, 200])
        #expect(log.map { $0.at("operation") } == ["users.list", "users.list", "users.list", "candidates.list"])
    }

    @Test func `a refusal with Retry-After carries it`() async throws {
        try await arm(["kind": "status", "status": 429, "retry_after": 7, "count": 1])
        #expect(try await client.ashby("user.list").fields["Retry-After"] == "7")
        #expect(try await client.ashby("user.list").status == 200)
    }

    @Test func `work before a late answer, and work before a failure, is done`() async throws {
        try await arm(["kind": "delay_after", "seconds": 40, "method": "POST", "count": 1])
        #expect(try await client.pinpoint("POST", "comments", comment).status == 201)
        #expect(waits.seconds.withLock { $0 } == [40])
        try await arm(["kind": "fail_after_work", "path": "/api/v1/com*", "method": "POST", "count": 1])
        #expect(try await client.pinpoint("POST", "comments", comment).status == 500)
        #expect(try await comments() == 8)
        let writes = try await client.control("GET", "writes").json.at("writes").array
        #expect(writes?.count == 2)
    }

    @Test func `a delay before the work, and a plain refusal, do nothing yet`() async throws {
        try await arm(["kind": "delay_before", "seconds": 3, "count": 1])
        #expect(try await client.pinpoint("GET", "users").status == 200)
        #expect(waits.seconds.withLock { $0 } == [3])
        try await arm(["kind": "status", "status": 500, "method": "POST", "count": 1])
        #expect(try await client.pinpoint("POST", "comments", comment).status == 500)
        #expect(try await comments() == 6)
    }

    @Test func `a body that is cut off throws after what was sent`() async throws {
        try await arm(["kind": "cut_off", "bytes": 5, "count": 1])
        let request = HTTPRequest(target: "/api/v1/users", fields: ["X-API-KEY": SandboxKeys.pinpoint])
        let response = await client.sandbox.pinpoint.respond(to: request)
        guard case .stream(let stream) = response.body else {
            Issue.record("the body is not a stream")
            return
        }
        #expect(try await stream.next() == Array("{\"dat".utf8))
        await #expect(throws: HTTPError.self) { try await stream.next() }
    }

    @Test func `a slow drip is the whole answer, a few bytes at a time`() async throws {
        let whole = try await client.pinpoint("GET", "users/3002").bytes
        try await arm(["kind": "drip", "bytes": 100, "seconds": 0.5, "count": 1])
        #expect(try await client.pinpoint("GET", "users/3002").bytes == whole)
        #expect(waits.seconds.withLock { $0.count } == (whole.count - 1) / 100)
    }

    @Test func `a web page, and JSON without its end, are not answers`() async throws {
        try await arm([["kind": "page", "status": 200, "count": 1], ["kind": "malformed", "after": 1, "count": 1]])
        let page = try await client.ashby("user.list")
        #expect(page.fields["Content-Type"] == "text/html; charset=utf-8")
        let cut = try await client.ashby("user.list")
        #expect(cut.status == 200)
        #expect(cut.json == .null && !cut.bytes.isEmpty)
    }

    @Test func `list lag hides a write from lists and not from reads by id`() async throws {
        try await arm(["kind": "list_lag", "seconds": 10, "method": "POST"])
        let id = try await client.pinpoint("POST", "comments", comment).json.at("data.id").string ?? ""
        #expect(try await client.pinpoint("GET", "comments/\(id)").status == 200)
        #expect(try await comments() == 6)
        clock.advance(seconds: 11)
        #expect(try await comments() == 7)
    }

    @Test func `a reset forgets faults, writes and the log`() async throws {
        _ = try await client.pinpoint("POST", "comments", comment)
        try await arm(["kind": "status", "status": 500])
        #expect(try await client.control("POST", "reset").json == ["reset": true])
        #expect(try await client.control("GET", "requests").json == ["requests": []])
        #expect(try await comments() == 6)
    }

    @Test func `a fault that makes no sense is refused with its place`() async throws {
        let (faults, problems) = SandboxFaultReader.read(
            ["faults": [["kind": "drip", "bytes": "x", "seconds": 1, "colour": "red"], ["kind": "nap"], 7]],
            file: "faults.json"
        )
        #expect(faults.isEmpty)
        #expect(problems.map(\.pointer) == ["/faults/0/colour", "/faults/0/bytes", "/faults/1/kind", "/faults/2"])
        #expect(try await client.control("POST", "faults", ["kind": "status", "status": 99]).status == 400)
    }
}
