import Basics
import Connections
import HTTP
import JSON
import Testing
import Toolkits
import Tools

/// How fast calls follow each other, and what callers are told.
@Suite struct LimitTests {
    /// A clock, and a way to wait that moves it at once.
    private struct Time {
        let clock = ManualClock(Timestamp(milliseconds: 1_795_167_000_000))
        let waits = Counted()

        final class Counted: Sendable {
            let seconds = Locked<[Double]>([])
            var all: [Double] { seconds.withLock { $0 } }
        }

        var limiter: ConnectionLimiter {
            ConnectionLimiter(
                clock: clock,
                sleep: { [clock, waits] seconds in
                    waits.seconds.withLock { $0.append(seconds) }
                    clock.advance(seconds: seconds + 0.001)
                    await Task.yield()
                },
                random: { 0 }
            )
        }
    }

    private func provider(
        _ api: any HTTPHandler,
        _ time: Time,
        _ limiter: ConnectionLimiter,
        baseURL: String? = nil
    ) -> ToolkitProvider {
        ToolkitProvider(
            toolkits: Fixture.toolkits.toolkits,
            connections: FakeConnections(baseURL: baseURL),
            transport: InMemoryTransport(api),
            clock: time.clock,
            limiter: limiter,
            log: .none
        )
    }

    private static let users = #"{"data":[],"meta":{}}"#
    private static let tool = "list_all_pinpoint_users"

    private func list(_ provider: ToolkitProvider, wait: Double = 0, user: String = "ann") async -> ToolResult {
        await provider.call(
            ToolCall(tool: Self.tool, arguments: [:], user: user, origin: .user, longestWait: wait)
        )
    }

    @Test
    func `a published limit is kept: a burst, then the refused call is told how long to wait and nothing is sent`()
        async
    {
        let time = Time()
        let api = FakeAPI(json: Self.users)
        let provider = provider(api, time, time.limiter)
        var results: [ToolResult] = []
        for _ in 0..<31 { results.append(await list(provider)) }
        #expect(results.dropLast().allSatisfy { !$0.isError })
        #expect(api.asked.count == 30)
        #expect(
            results.last?.problem
                == CallProblem(code: "rate_limited", outcome: .notExecuted, status: 429, retryAfter: 1)
        )
        #expect(results.last?.value["ratelimit-limit"] == 120)
        #expect(results.last?.value["ratelimit-remaining"] == 0)
        #expect(results.first?.limits?.limit == 120)
        #expect(results.first?.limits?.remaining == 29)
        time.clock.advance(seconds: 1)
        #expect(await !list(provider).isError)
        #expect(time.waits.all.isEmpty)
    }

    @Test(arguments: [1, 2, 3])
    func `no window of a minute sees more than the published limit, however eager the callers`(seed: UInt64) async {
        let time = Time()
        let sent = Locked<[Int64]>([])
        let api = FakeAPI { [clock = time.clock] _ in
            sent.withLock { $0.append(clock.now().milliseconds) }
            return .json(Array(Self.users.utf8))
        }
        let provider = provider(api, time, time.limiter)
        for index in 0..<300 {
            if index % Int(7 * seed) == 0 { time.clock.advance(seconds: Double(index % 90)) }
            #expect(await !list(provider, wait: 3600).isError)
        }
        let times = sent.withLock { $0 }
        for (position, start) in times.enumerated() {
            #expect(times[position...].prefix { $0 < start + 60_000 }.count <= 120)
            #expect(times[position...].prefix { $0 < start + 480_000 }.count <= 240)
        }
    }

    @Test func `a connection with an address of its own is not held to the vendor's limits`() async {
        let time = Time()
        let provider = provider(FakeAPI(json: Self.users), time, time.limiter, baseURL: "http://127.0.0.1:1")
        for _ in 0..<200 { #expect(await !list(provider).isError) }
    }

    @Test func `too many requests: outsiders are told, our own runs wait as long as asked and go on`() async {
        let time = Time()
        let asked = Locked(0)
        let api = FakeAPI { _ in
            let number = asked.withLock { count -> Int in
                count += 1
                return count
            }
            guard number == 1 || number == 3 else { return .json(Array(Self.users.utf8)) }
            return .json(
                Array(#"{"errors":[{"code":"too_many_requests","title":"Rate limit exceeded"}]}"#.utf8),
                status: 429,
                fields: ["Retry-After": "17", "X-RateLimit-Limit": "120", "X-RateLimit-Remaining": "0"]
            )
        }
        let provider = provider(api, time, time.limiter, baseURL: "http://127.0.0.1:1")
        let outsider = await list(provider)
        #expect(
            outsider.problem
                == CallProblem(code: "rate_limited", outcome: .notExecuted, status: 429, retryAfter: 17)
        )
        #expect(outsider.value["ratelimit-limit"] == 120)
        // The pause holds for everybody, so nothing is sent to be refused again.
        #expect(await list(provider, user: "bob").problem?.retryAfter == 17)
        #expect(asked.withLock { $0 } == 1)
        #expect(await !list(provider, wait: 60).isError)
        #expect(time.waits.all == [17])
        // Refused again while waiting is allowed: it waits again, within its patience.
        #expect(await !list(provider, wait: 60).isError)
        #expect(time.waits.all == [17, 17])
        #expect(asked.withLock { $0 } == 4)
    }

    @Test func `each refusal takes three tenths of the rate, and time without one gives it back`() async {
        let time = Time()
        let limiter = time.limiter
        let refuses = Locked(true)
        let api = FakeAPI { _ in
            refuses.withLock { $0 }
                ? .json(Array("{}".utf8), status: 429, fields: ["Retry-After": "1"])
                : .json(Array(Self.users.utf8))
        }
        let provider = provider(api, time, limiter)
        #expect(await list(provider).isError)
        refuses.withLock { $0 = false }
        func factor() -> Double? { limiter.changes()["conn_1"]?["factor"]?.number?.double }
        #expect(factor() == 0.7)
        time.clock.advance(seconds: 35)
        #expect(await !list(provider).isError)
        #expect(abs((factor() ?? 0) - 0.85) < 0.0001)
        time.clock.advance(seconds: 30)
        #expect(await !list(provider).isError)
        #expect(factor() == 1)
    }

    @Test func `a storm of refusals that ask for a second each slows calls to seconds, and is forgotten in minutes`()
        async
    {
        let time = Time()
        let refusals = Locked(0)
        let api = FakeAPI { _ in
            let number = refusals.withLock { count -> Int in
                count += 1
                return count
            }
            return number <= 3
                ? .json(Array("{}".utf8), status: 429, fields: ["Retry-After": "1"])
                : .json(Array(Self.users.utf8))
        }
        // No limit of this side is known, so the first refusal teaches one.
        let provider = provider(api, time, time.limiter, baseURL: "http://127.0.0.1:1")
        func pace(_ calls: Int) async -> Double {
            let start = time.clock.now()
            for _ in 0..<calls { #expect(await !list(provider, wait: 60).isError) }
            return Double(time.clock.now().milliseconds - start.milliseconds) / 1000 / Double(calls)
        }
        #expect(await pace(1) < 10)
        #expect(refusals.withLock { $0 } == 4)
        #expect(await pace(10) < 3)
        time.clock.advance(seconds: 130)
        #expect(await pace(60) < 1.4)
        time.clock.advance(seconds: 301)
        #expect(await pace(200) == 0)
    }

    @Test func `the pace outlives the process`() async throws {
        let time = Time()
        let api = FakeAPI(json: Self.users)
        let first = time.limiter
        let before = provider(api, time, first)
        for _ in 0..<30 { _ = await list(before) }
        let text = try #require(first.changes()["conn_1"].map { JSONWriter.text(of: $0) })
        #expect(first.changes().isEmpty, "only what changed is kept again")
        let second = time.limiter
        second.restore(["conn_1": try JSONParser.parse(text)])
        #expect(await list(provider(api, time, second)).problem?.code == "rate_limited")
        // Control: without it the new process begins with a burst.
        #expect(await !list(provider(api, time, time.limiter)).isError)
        // What was damaged is not believed.
        let third = time.limiter
        third.restore(["conn_1": ["factor": "x", "at": 99_999_999_999_999]])
        #expect(await !list(provider(api, time, third)).isError)
    }

    @Test func `what Ashby says in words is understood by the toolkit's data`() async {
        let time = Time()
        let body = #"""
            {"success":false,"errors":["rate_limit_exceeded"],
             "errorInfo":{"code":"rate_limit_exceeded","message":"Too many requests, try again in 42 seconds."}}
            """#
        let provider = provider(FakeAPI(json: body), time, time.limiter)
        let call = ToolCall(tool: "list_all_ashby_users", arguments: [:], user: "ann", origin: .user)
        let result = await provider.call(call)
        #expect(
            result.problem == CallProblem(code: "rate_limited", outcome: .notExecuted, status: 429, retryAfter: 42)
        )
        #expect(await provider.call(call).problem?.retryAfter == 42)
    }

    @Test func `limits on successes are passed on, as three fields and as the draft's`() async {
        let time = Time()
        let api = FakeAPI(json: Self.users, fields: ["RateLimit-Limit": "50", "RateLimit": "\"x\";r=49;t=30"])
        let result = await list(provider(api, time, time.limiter))
        #expect(result.limits == CallLimits(limit: 50, remaining: 49, reset: 30))
        #expect(
            result.limits?.fields.map { "\($0.name): \($0.value)" } == [
                "ratelimit-limit: 50", "ratelimit-remaining: 49", "ratelimit-reset: 30",
                "RateLimit: \"upstream\";r=49;t=30", "RateLimit-Policy: \"upstream\";q=50",
            ]
        )
        #expect(result.value["ratelimit-limit"] == nil, "the payload stays what the tool returns")
    }

    @Test func `an announced end of the window is waited for instead of running into a refusal`() async {
        let time = Time()
        let api = FakeAPI(json: Self.users, fields: ["X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "9"])
        let provider = provider(api, time, time.limiter, baseURL: "http://127.0.0.1:1")
        #expect(await !list(provider).isError)
        #expect(await list(provider).problem?.retryAfter == 9)
        #expect(api.asked.count == 1)
    }

    @Test func `ten failures within a minute stop the calls for a minute; then one call tries`() async {
        let time = Time()
        let answers = Locked(false)
        let api = FakeAPI { _ in
            answers.withLock { $0 } ? .json(Array(Self.users.utf8)) : .text("down", status: 503)
        }
        let provider = provider(api, time, time.limiter, baseURL: "http://127.0.0.1:1")
        for _ in 0..<10 {
            #expect(await list(provider).problem?.status == 503)
            time.clock.advance(seconds: 1)
        }
        let open = await list(provider)
        #expect(open.problem?.code == "not_answering")
        #expect(open.problem?.outcome == .notExecuted)
        #expect(open.displayText.hasPrefix("Pinpoint is not answering"))
        #expect(api.asked.count == 10)
        time.clock.advance(seconds: 60)
        #expect(await list(provider).problem?.status == 503)
        #expect(await list(provider).problem?.code == "not_answering", "one failure was enough this time")
        answers.withLock { $0 = true }
        time.clock.advance(seconds: 61)
        #expect(await !list(provider).isError)
        #expect(await !list(provider).isError)
    }

    @Test(arguments: [3600.0, -3600, 86_400, -86_400])
    func `a clock that is set while calls are held back makes nobody wait longer`(seconds: Double) async {
        let time = Time()
        let isUp = Locked(false)
        let api = FakeAPI { _ in isUp.withLock { $0 } ? .json(Array(Self.users.utf8)) : .text("down", status: 503) }
        let provider = provider(api, time, time.limiter, baseURL: "http://127.0.0.1:1")
        for _ in 0..<10 { _ = await list(provider) }
        #expect(await list(provider).problem?.code == "not_answering")
        isUp.withLock { $0 = true }
        time.clock.jump(seconds: seconds)
        _ = await list(provider)
        time.clock.advance(seconds: 61)
        #expect(await !list(provider).isError)
    }

    @Test(arguments: [3600.0, -3600, 86_400, -86_400])
    func `a refusal that another process met is waited for no longer because the clock was set`(seconds: Double)
        async throws
    {
        let time = Time()
        let isBusy = Locked(true)
        let api = FakeAPI { _ in
            isBusy.withLock { $0 }
                ? HTTPResponse(status: 429, fields: ["Retry-After": "60"], body: .empty) : .json(Array(Self.users.utf8))
        }
        let first = time.limiter
        _ = await list(provider(api, time, first, baseURL: "http://127.0.0.1:1"))
        isBusy.withLock { $0 = false }
        time.clock.jump(seconds: seconds)
        let second = time.limiter
        second.restore(first.changes())
        let after = provider(api, time, second, baseURL: "http://127.0.0.1:1")
        _ = await list(after)
        time.clock.advance(seconds: 61)
        #expect(await !list(after).isError)
    }

    @Test func `failures that are spread out do not stop the calls`() async {
        let time = Time()
        let provider = provider(
            FakeAPI(json: "{}", status: 500),
            time,
            time.limiter,
            baseURL: "http://127.0.0.1:1"
        )
        for _ in 0..<30 {
            #expect(await list(provider).problem?.status == 500)
            time.clock.advance(seconds: 10)
        }
    }

    /// Answers when it is told to, and counts how many wait.
    private final class Gatekeeper: HTTPHandler {
        private let state = Locked<(open: Bool, waiting: [CheckedContinuation<Void, Never>], most: Int)>((false, [], 0))

        func respond(to request: HTTPRequest) async -> HTTPResponse {
            await withCheckedContinuation { continuation in
                let isOpen = state.withLock { state -> Bool in
                    if state.open { return true }
                    state.waiting.append(continuation)
                    state.most = max(state.most, state.waiting.count)
                    return false
                }
                if isOpen { continuation.resume() }
            }
            return .json(Array(LimitTests.users.utf8))
        }

        var waiting: Int { state.withLock { $0.waiting.count } }
        var most: Int { state.withLock { $0.most } }

        func open() {
            let waiting = state.withLock { state in
                state.open = true
                let waiting = state.waiting
                state.waiting = []
                return waiting
            }
            for continuation in waiting { continuation.resume() }
        }
    }

    @Test
    func `four calls at a time go over a connection, the others wait for their turn, and one that is cancelled leaves`()
        async
    {
        let time = Time()
        let api = Gatekeeper()
        let provider = provider(api, time, time.limiter, baseURL: "http://127.0.0.1:1")
        let calls = (0..<20).map { _ in Task { await list(provider) } }
        while api.waiting < 4 { await Task.yield() }
        for _ in 0..<200 { await Task.yield() }
        #expect(api.waiting == 4)
        calls[19].cancel()
        api.open()
        var failed = 0
        for call in calls where await call.value.isError { failed += 1 }
        #expect(failed <= 1)
        #expect(api.most == 4)
        #expect(await !list(provider).isError, "no place was lost")
    }
}
