import Basics
import HTTP
import JSON
import Storage
import TestSupport
import Testing
import ToolRouter
import Tools

@Suite struct AuditTests {
    private let folder = TemporaryFolder()
    private let clock = ManualClock(Timestamp(milliseconds: 1_800_000_000_000))

    private func open() async throws -> SQLiteDatabase {
        let database = try await SQLiteDatabase.open(folder.file("a.db"))
        try await database.migrate(AuditLog.migrations)
        return database
    }

    private func entry(_ number: Int, records: [String] = []) -> AuditEntry {
        AuditEntry(
            at: clock.now(),
            action: .call,
            actor: "person:ada",
            via: "endpoint:ep_1",
            tool: "t\(number)",
            effect: "read",
            records: records
        )
    }

    /// An audit with five rows, its head file beside it.
    private func filled(_ database: SQLiteDatabase) async throws -> AuditLog {
        let audit = AuditLog(database: database, headFile: folder.file("audit.head"))
        for number in 1...5 { try await audit.record(entry(number, records: ["r\(number)", "all1"])) }
        return audit
    }

    @Test func `a chain that nobody touched is intact, also after a restart`() async throws {
        let database = try await open()
        let audit = try await filled(database)
        let head = try await audit.head()
        let found = try await audit.verify(against: head)
        #expect(found.isIntact && found.rows == 5 && found.head == head)
        await database.close()
        let second = try await open()
        let again = AuditLog(database: second, headFile: folder.file("audit.head"))
        try await again.record(entry(6))
        let later = try await again.verify(against: head)
        #expect(later.isIntact && later.rows == 6)
        await second.close()
    }

    @Test func `rows can only be added, and only at the end`() async throws {
        let database = try await open()
        let audit = try await filled(database)
        for sql in [
            "UPDATE audit SET actor = 'x' WHERE number = 2", "DELETE FROM audit WHERE number = 5",
            "DELETE FROM audit_record", "UPDATE audit_record SET record = 'x'",
            "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE number = 2",
            "INSERT INTO audit SELECT 9, at, action, actor, via, user, tool, effect, object, records, arguments_hash, "
                + "outcome, request, milliseconds, previous, hash FROM audit WHERE number = 2",
        ] {
            await #expect(throws: StorageError.self, "\(sql)") { try await database.write { try $0.execute(sql) } }
        }
        #expect(try await audit.verify().isIntact)
        await database.close()
    }

    /// What somebody may do who can write the database file.
    private static let attacks = [
        "UPDATE audit SET actor = 'person:eve' WHERE number = 3",
        "UPDATE audit SET at = at + 1 WHERE number = 5",
        "UPDATE audit SET user = '' WHERE number = 1",
        "UPDATE audit SET outcome = 'failed', hash = randomblob(32) WHERE number = 3",
        "UPDATE audit SET records = 'r3' WHERE number = 3",
        "UPDATE audit SET via = 'endpoint:ep_1t3', tool = '' WHERE number = 3",
        "UPDATE audit SET action = 'nonsense' WHERE number = 2",
        "DELETE FROM audit WHERE number = 1",
        "DELETE FROM audit WHERE number = 3",
        "DELETE FROM audit WHERE number = 5",
        "DELETE FROM audit",
        "DELETE FROM audit WHERE number = 3; UPDATE audit SET number = number - 1 WHERE number > 3",
        "UPDATE audit SET number = 100 WHERE number = 2; UPDATE audit SET number = 2 WHERE number = 3; "
            + "UPDATE audit SET number = 3 WHERE number = 100",
        "DELETE FROM audit_record WHERE record = 'r3'",
        "INSERT INTO audit_record VALUES('r9', 3)",
        "INSERT INTO audit_record VALUES('r9', 77)",
    ]

    @Test(arguments: attacks)
    func `an edit, a deletion or a change of order is found`(attack: String) async throws {
        let database = try await open()
        let audit = try await filled(database)
        try await database.write { transaction in
            for trigger in [
                "audit_order", "audit_no_update", "audit_no_delete", "audit_record_no_update", "audit_record_no_delete",
            ] { try transaction.execute("DROP TRIGGER \(trigger)") }
            try transaction.script(attack)
        }
        let found = try await audit.verify()
        #expect(!found.isIntact)
        await database.close()
    }

    @Test func `a chain cut off at its end is found by the head that was kept, and by nothing else`() async throws {
        let database = try await open()
        let audit = try await filled(database)
        let head = try await audit.head()
        try await database.write { transaction in
            try transaction.script("DROP TRIGGER audit_no_delete; DROP TRIGGER audit_record_no_delete")
            try transaction.script("DELETE FROM audit_record WHERE number = 5; DELETE FROM audit WHERE number = 5")
        }
        let blind = AuditLog(database: database)
        #expect(try await blind.verify().isIntact, "the rows that are left are in order")
        #expect(try await blind.verify(against: head).problems.count == 1)
        #expect(
            try await audit.verify().problems == [
                "the chain ends at row 4, and the head file says that there was a row 5"
            ]
        )
        // Another row in its place is another row.
        try await blind.record(entry(5))
        #expect(
            try await blind.verify(against: head).problems == [
                "row 5 is not the one that the head that was given knows"
            ]
        )
        await database.close()
    }

    @Test func `reads are written together and soon, and all of them at the end`() async throws {
        let database = try await open()
        let gate = Gate()
        let audit = AuditLog(database: database, pause: { await gate.pass() })
        for number in 1...50 { try await audit.note(entry(number), payload: Array("{\"id\": \(number)}".utf8)) }
        let before = try await database.read { try $0.query("SELECT number FROM audit").count }
        #expect(before == 0)
        await audit.close()
        let rows = try await audit.rows(AuditFilter())
        #expect(rows.map(\.entry.tool) == (1...50).map { "t\($0)" })
        #expect(rows.map(\.entry.records) == (1...50).map { ["\($0)"] })
        #expect(try await audit.verify().isIntact)
        gate.open()
        await database.close()
    }

    @Test func `many writers at once make one chain`() async throws {
        let database = try await open()
        let audit = AuditLog(database: database, headFile: folder.file("audit.head"))
        try await withThrowingTaskGroup(of: Void.self) { group in
            for number in 0..<100 { group.addTask { try await audit.record(self.entry(number)) } }
            try await group.waitForAll()
        }
        let found = try await audit.verify()
        #expect(found.isIntact && found.rows == 100)
        await database.close()
    }

    @Test func `a store that fails loses no row and lets no read out unseen`() async throws {
        let database = try await open()
        let audit = AuditLog(database: database, pause: {})
        await database.close()
        await #expect(throws: RouterError.self) { try await audit.record(self.entry(1)) }
        let watched = CallAudit(audit: audit, metrics: CallMetrics())
        var last = ToolResult([:], origin: .ats)
        for _ in 0..<5000 {
            last = await watched.finished(
                ToolCall(tool: "list_all_acme_candidates", arguments: [:], user: "ada", origin: .model),
                tool: Fixture.tools[0],
                result: ToolResult(["id": 1], origin: .ats),
                nanoseconds: 1
            )
            if last.isError { break }
        }
        #expect(last.problem?.code == "audit_unavailable")
        let written = await watched.finished(
            ToolCall(tool: "create_a_acme_comment", arguments: [:], user: "ada", origin: .model),
            tool: Fixture.tools[2],
            result: ToolResult(["id": 1], origin: .ats),
            nanoseconds: 1
        )
        #expect(!written.isError, "what was changed is told")
    }

    @Test func `a search is kept as a hash and the tools it found, a call with the vendor's id of it`() async throws {
        let database = try await open()
        let audit = AuditLog(database: database)
        let watched = CallAudit(audit: audit, metrics: CallMetrics(), clock: clock)
        let query: JSONObject = ["queries": [["use_case": "Find Sarah Jenkins, sarah@example.com"]]]
        let found: JSONValue = [
            "results": [["use_case": "Find Sarah Jenkins", "tools": [["name": "list_a"], ["name": "get_b"]]]]
        ]
        _ = await watched.finished(
            ToolCall(
                tool: "search_tools",
                arguments: query,
                user: "ada",
                origin: .model,
                context: CallContext(via: "chat")
            ),
            tool: ToolSpecification(
                name: "search_tools",
                title: "Search",
                description: "Finds tools.",
                toolkit: "switchboard",
                tags: [],
                effect: .read,
                inputSchema: ["type": "object"]
            ),
            result: ToolResult(found, origin: .ats),
            nanoseconds: 1
        )
        for (id, isError) in [("01HREQ", false), ("01HFAIL", true), ("two words", false)] {
            var result = ToolResult(["id": 1], origin: .ats)
            if isError { result = .failure("not_found", "gone", details: ["request_id": .string(id)]) }
            if !isError { result.request = id }
            _ = await watched.finished(
                ToolCall(
                    tool: "t",
                    arguments: [:],
                    user: "ada",
                    origin: .model,
                    context: CallContext(via: "control")
                ),
                tool: Fixture.tools[0],
                result: result,
                nanoseconds: 1
            )
        }
        try await audit.flush()
        let rows = try await audit.rows(AuditFilter()).map(\.entry)
        #expect(rows.map(\.object) == ["list_a get_b", nil, nil, nil])
        #expect(rows.map(\.via) == ["chat", "control", "control", "control"])
        #expect(rows.map(\.request) == [nil, "01HREQ", "01HFAIL", nil])
        #expect(!"\(rows)".contains("Sarah") && !"\(rows)".contains("sarah"))
        await database.close()
    }

    @Test func `every call, search and change is one row, and one query finds a record`() async throws {
        let database = try await open()
        let audit = AuditLog(database: database)
        let metrics = CallMetrics()
        let fixture = try await ControlFixture.open(
            folder,
            observers: [CallAudit(audit: audit, metrics: metrics, clock: clock)],
            audit: ControlAudit(audit: audit, clock: clock),
            additional: [AuditResource(audit: audit), UsageResource(audit: audit)]
        )
        let body: JSONValue = ["name": "n", "user": "ada", "mode": "meta"]
        let (_, made, _) = try await fixture.send("POST", "/v1/endpoints", body)
        let url = made["url"]?.string ?? ""
        let id = made["id"]?.string ?? ""
        _ = try await fixture.call(url, "search_tools", ["queries": [["use_case": "find Sarah Jenkins"]]])
        let calls: JSONValue = [
            ["tool": "get_single_acme_job_by_id", "arguments": ["id": "98765", "note": "Sarah Jenkins"]],
            ["tool": "create_a_acme_comment", "arguments": ["candidate_id": "98765", "id": "sarah@example.com"]],
            ["tool": "no_such_Sarah_tool", "arguments": ["id": "5"]],
        ]
        _ = try await fixture.call(url, "execute_tools", ["calls": calls])
        _ = try await fixture.send("DELETE", "/v1/endpoints/" + id)
        let (_, all, _) = try await fixture.send("GET", "/v1/audit")
        let rows = all["entries"]?.array ?? []
        let shown = rows.map {
            "\($0["action"]?.string ?? "") \($0["tool"]?.string ?? "-") \($0["outcome"]?.string ?? "")"
        }
        #expect(
            shown.sorted() == [
                "call - tool_not_found", "call create_a_acme_comment ok", "call get_single_acme_job_by_id ok",
                "endpoint create endpoints ok", "endpoint delete endpoints ok", "search search_tools ok",
            ]
        )
        #expect(rows.first?["object"]?.string == id && rows.last?["object"]?.string == id)
        let text = JSONWriter.text(of: all)
        #expect(
            !text.contains("Sarah") && !text.contains("example.com") && !text.contains(made["token"]?.string ?? "?")
        )
        let (_, one, _) = try await fixture.send("GET", "/v1/audit?record=98765")
        let touched = one["entries"]?.array ?? []
        #expect(touched.count == 2)
        #expect(touched.allSatisfy { $0["via"]?.string == "endpoint:" + id && $0["actor"]?.string == "endpoint:" + id })
        let (_, page, _) = try await fixture.send("GET", "/v1/audit?limit=4")
        let (_, rest, _) = try await fixture.send(
            "GET",
            "/v1/audit?limit=4&cursor=" + (page["next_cursor"]?.string ?? "")
        )
        #expect(page["entries"]?.array?.count == 4 && rest["entries"]?.array?.count == 2)
        #expect(rest["next_cursor"] == .null)
        #expect(try await fixture.send("GET", "/v1/audit/verify").body["ok"] == true)
        let (_, usage, _) = try await fixture.send("GET", "/v1/usage?by=outcome")
        #expect(usage["usage"]?[0]?["name"] == "ok" && usage["usage"]?[0]?["calls"] == 2)
        let prometheus = metrics.text(gauges: [], version: "1")
        #expect(prometheus.contains("switchboard_tool_calls_total{effect=\"create\",outcome=\"ok\"} 1\n"))
        #expect(prometheus.contains("switchboard_tool_call_duration_seconds_count 3\n"))
        #expect(try await fixture.send("GET", "/v1/audit?action=nothing").status == 400)
        await fixture.database.close()
        await database.close()
    }
}
