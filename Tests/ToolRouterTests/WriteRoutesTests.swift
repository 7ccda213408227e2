import Basics
import HTTP
import JSON
import Storage
import TestSupport
import Testing
import ToolRouter
import Tools

/// `/v1/writes` as whoever settles lost answers meets it.
struct WriteRoutesTests {
    private let folder = TemporaryFolder()

    private struct Scope {
        let bench: LedgerBench
        let control: ControlFixture

        func close() async {
            await bench.close()
            await control.database.close()
        }
    }

    private func open() async throws -> Scope {
        let bench = try await LedgerBench.open()
        let control = try await ControlFixture.open(folder, provider: bench.ats, writes: .ledger(bench.ledger))
        return Scope(bench: bench, control: control)
    }

    private func unknown(_ scope: Scope, _ note: String = "hello", once: String? = nil) async throws -> String {
        scope.bench.ats.set { $0.fates = [.lost] }
        let result = await scope.bench.call("send_mail", note: note, once: once)
        #expect(result.problem?.outcome == .unknown)
        return try #require(result.write)
    }

    @Test func `writes are listed by state and by run, without what was asked for`() async throws {
        let scope = try await open()
        let done = try #require(await scope.bench.call(run: "run_1").write)
        // Ids made within one millisecond have no order.
        scope.bench.clock.advance(seconds: 1)
        scope.bench.ats.set { $0.fates = [.refused] }
        let failed = try #require(await scope.bench.call(run: "run_2").write)
        scope.bench.clock.advance(seconds: 1)
        let lost = try await unknown(scope, "Dear Sarah")
        func ids(_ query: String) async throws -> [String?]? {
            let (status, body, _) = try await scope.control.send("GET", "/v1/writes" + query)
            #expect(status == 200 && body["damaged"] == [])
            return body["writes"]?.array?.map { $0["id"]?.string }
        }
        #expect(try await ids("") == [done, failed, lost])
        #expect(try await ids("?state=unknown") == [lost])
        #expect(try await ids("?state=done,failed") == [done, failed])
        #expect(try await ids("?run=run_1") == [done])
        #expect(try await ids("?run=run_1&state=unknown") == [])
        let (_, list, _) = try await scope.control.send("GET", "/v1/writes?state=unknown")
        #expect(!JSONWriter.text(of: list).contains("Sarah"))
        let (_, whole, _) = try await scope.control.send("GET", "/v1/writes/" + lost)
        #expect(whole["arguments"]?["note"] == "Dear Sarah" && whole["state"] == "unknown" && whole["reason"] != nil)
        await scope.close()
    }

    @Test func `a list comes in pages, each row once, a damaged one by its id`() async throws {
        let scope = try await open()
        var made: [String] = []
        for number in 0..<7 {
            made.append(try #require(await scope.bench.call(note: "\(number)").write))
            scope.bench.clock.advance(seconds: 1)
        }
        let broken = made[3]
        try await scope.bench.database.write {
            try $0.execute("UPDATE ledger SET effect = 'none' WHERE id = ?", .text(broken))
        }
        var (seen, damaged, pages): ([String], [String], Int) = ([], [], 0)
        var cursor: String?
        repeat {
            let more = cursor.map { "&cursor=" + $0 } ?? ""
            let (_, page, _) = try await scope.control.send("GET", "/v1/writes?limit=3" + more)
            seen += page["writes"]?.array?.compactMap { $0["id"]?.string } ?? []
            damaged += page["damaged"]?.array?.compactMap(\.string) ?? []
            cursor = page["next_cursor"]?.string
            pages += 1
        } while cursor != nil && pages < 9
        #expect(pages == 3 && damaged == [broken] && seen == made.filter { $0 != broken })
        await scope.close()
    }

    @Test func `what was written is settled as done with its id, and what was not may be made again`() async throws {
        let scope = try await open()
        let there = try await unknown(scope, once: "a")
        let (status, done, _) = try await scope.control.send(
            "POST",
            "/v1/writes/\(there)/settle",
            ["done": true, "remote_id": "m7", "by": "ada"]
        )
        #expect(status == 200 && done["state"] == "done" && done["remote_id"] == "m7")
        #expect(done["evidence"] == "person:ada" && done["arguments"] == nil, "what was asked for is no longer kept")
        let again = await scope.bench.call("send_mail", once: "a")
        #expect(try Fixture.json(again.payload)["already_done"] == true)
        let gone = try await unknown(scope, once: "b")
        let (_, failed, _) = try await scope.control.send("POST", "/v1/writes/\(gone)/settle", ["done": false])
        #expect(failed["state"] == "failed" && failed["evidence"] == "person:administrator")
        let calls = scope.bench.ats.world.withLock { $0.calls.count }
        let sent = await scope.bench.call("send_mail", once: "b")
        #expect(!sent.isError && sent.write == gone)
        #expect(scope.bench.ats.world.withLock { $0.calls.count } == calls + 1)
        await scope.close()
    }

    @Test func `what is not unknown, or not there, cannot be settled`() async throws {
        let scope = try await open()
        let done = try #require(await scope.bench.call().write)
        let target = "/v1/writes/\(done)/settle"
        let (status, body, _) = try await scope.control.send("POST", target, ["done": false])
        #expect(status == 409 && body["code"] == "conflict")
        #expect(body["detail"]?.string?.contains("\(done) is done; only an unknown one can be settled") == true)
        #expect(try await scope.bench.store.entry(done)?.state == .done)
        for (method, target) in [("GET", "/v1/writes/wr_none"), ("POST", "/v1/writes/wr_none/settle")] {
            let body: JSONValue? = method == "POST" ? ["done": true] : nil
            let (status, answer, _) = try await scope.control.send(method, target, body)
            #expect(status == 404 && answer["detail"]?.string?.contains("wr_none") == true)
        }
        // While it is looked up, a person's word would race with what the look finds.
        let open = try await unknown(scope)
        try await scope.bench.database.write {
            try $0.execute("UPDATE ledger SET state = 'intent' WHERE id = ?", .text(open))
        }
        let (racing, why, _) = try await scope.control.send("POST", "/v1/writes/\(open)/settle", ["done": true])
        #expect(racing == 409 && why["detail"]?.string?.contains("being looked up") == true)
        await scope.close()
    }

    @Test(arguments: [
        ("GET", "?state=lost", nil, "There is no state lost; there are planned, approved, intent"),
        ("GET", "?limit=0", nil, "limit must be an integer from 1 to 1000"),
        ("GET", "?limit=1001", nil, "limit must be an integer from 1 to 1000"),
        ("GET", "?stat=unknown", nil, "There is no parameter stat; known are state, run, cursor, limit"),
        ("POST", "/wr_1/settle", "{}", "must say with done, true or false"),
        ("POST", "/wr_1/settle", #"{"done": "yes"}"#, "done must be"),
        ("POST", "/wr_1/settle", #"{"done": false, "remote_id": "1"}"#, "has no remote_id"),
        ("POST", "/wr_1/settle", #"{"done": true, "remoteid": "1"}"#, "Did you mean remote_id?"),
    ])
    func `a request that makes no sense is a 400 that says what would`(
        method: String,
        rest: String,
        body: String?,
        detail: String
    ) async throws {
        let scope = try await open()
        let parsed = try body.map { try JSONParser.parse($0) }
        let (status, answer, _) = try await scope.control.send(method, "/v1/writes" + rest, parsed)
        #expect(status == 400)
        #expect(answer["detail"]?.string?.contains(detail) == true, "\(answer)")
        await scope.close()
    }

    @Test func `other methods and paths are refused with what there is`() async throws {
        let scope = try await open()
        let (deleted, _, fields) = try await scope.control.send("DELETE", "/v1/writes/wr_1")
        #expect(deleted == 405 && fields["Allow"] == "GET")
        let (got, _, others) = try await scope.control.send("GET", "/v1/writes/wr_1/settle")
        #expect(got == 405 && others["Allow"] == "POST")
        #expect(try await scope.control.send("GET", "/v1/writes/wr_1/forget").status == 404)
        await scope.close()
    }

    @Test func `only an administrator sees writes, and settles them under no name but his own`() async throws {
        let scope = try await open()
        let id = try await unknown(scope)
        for role in [PersonRole.member, .recruitingLead] {
            let ben = ControlPrincipal(
                try await scope.control.tokens.create(name: "t", person: "ben", role: role).token
            )
            for (method, target) in [
                ("GET", "/v1/writes"), ("GET", "/v1/writes/" + id), ("POST", "/v1/writes/\(id)/settle"),
            ] {
                let body: JSONValue? = method == "POST" ? ["done": false] : nil
                let (status, answer, _) = try await scope.control.send(method, target, body, as: ben)
                #expect(status == 403 && answer["code"] == "forbidden")
            }
        }
        let (token, _) = try await scope.control.tokens.create(name: "t", person: "eve", role: .administrator)
        let target = "/v1/writes/\(id)/settle"
        let (status, answer, _) = try await scope.control.send(
            "POST",
            target,
            ["done": false, "by": "ada"],
            as: ControlPrincipal(token)
        )
        #expect(status == 400 && answer["detail"]?.string?.contains("as eve and as nobody else") == true)
        #expect(try await scope.bench.store.entry(id)?.state == .unknown)
        let (_, settled, _) = try await scope.control.send("POST", target, ["done": false], as: ControlPrincipal(token))
        #expect(settled["evidence"] == "person:eve")
        await scope.close()
    }
}
