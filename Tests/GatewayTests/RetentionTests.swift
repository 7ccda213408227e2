import Basics
import Connections
import Cryptography
import Gateway
import JSON
import Storage
import TestSupport
import Testing
import ToolRouter

@Suite struct RetentionTests {
    private let folder = TemporaryFolder()
    private let year = 365 * 86_400.0

    private func open(_ environment: [String: String] = [:]) async throws -> Application {
        try await Application.open(
            Configuration.make(
                environment: environment,
                home: WorkflowFileRunTests.home,
                data: folder.path,
                isSandbox: false,
                log: .none
            )
        )
    }

    /// Writes rows of an age, each named after it.
    private func fill(_ database: SQLiteDatabase, years: [Double]) async throws {
        for age in years {
            let then = SystemClock().now().adding(seconds: -age * year)
            let store = ApprovalStore(
                database: database,
                vault: Vault(current: SymmetricKey()),
                clock: ManualClock(then)
            )
            let plan = ApprovalPlan([ApprovalPlan.Row(tool: "t", arguments: [:])])
            _ = try await store.request(ApprovalRequest(kind: .call, title: "\(age)", plan: plan, requester: "ben"))
            let name = SQLValue.text("\(age)")
            let instant = SQLValue.integer(then.milliseconds)
            try await database.write { transaction in
                for state in ["done", "unknown"] {
                    try transaction.execute(
                        """
                        INSERT INTO ledger(id, key, connection, tool, effect, user_name, state, args_hash, attempts,
                            settle_ms, since, created_at, updated_at)
                            VALUES(?1 || ?2, CAST(?1 || ?2 AS BLOB), 'c', 't', 'create', 'ben', ?2, x'00', 1, 0, ?3,
                                ?3, ?3)
                        """,
                        name,
                        .text(state),
                        instant
                    )
                }
                try transaction.execute(
                    """
                    INSERT INTO workflow_definition(sha256, name, version, body, created_at)
                        VALUES(?1, 'w', 1, '', 0)
                        ON CONFLICT DO NOTHING
                    """,
                    .text("d")
                )
                try transaction.execute(
                    """
                    INSERT INTO run(id, workflow, title, definition, trigger, actor, user, connections, input, preview,
                        state, writes_limit, writes, tool_calls, tokens, elapsed, attempt, created_at, ended_at)
                        VALUES(?1, 'w', 'w', 'd', 'manual', 'ben', 'ben', '{}', x'7B7D', 0, 'done', 1, 0, 0, 0, 0, 1,
                            ?2, ?2)
                    """,
                    name,
                    instant
                )
                try transaction.execute(
                    """
                    INSERT INTO step(run, item, path, kind, state, started_at, ended_at, output)
                        VALUES(?1, '', 'a', 'tool', 'done', ?2, ?2, x'7B7D')
                    """,
                    name,
                    instant
                )
            }
        }
    }

    private func left(_ database: SQLiteDatabase) async throws -> [String: [String]] {
        try await database.read { transaction in
            var left: [String: [String]] = [:]
            for (table, column) in [("ledger", "id"), ("approval", "title"), ("run", "id"), ("step", "run")] {
                let rows = try transaction.query("SELECT \(column) AS name FROM \(table) ORDER BY 1")
                left[table] = try rows.map { try $0.text("name") }
            }
            return left
        }
    }

    @Test func `what was kept for long enough is deleted, and nothing else`() async throws {
        await (try await open()).close()
        var database = try await SQLiteDatabase.open(folder.file("switchboard.db"))
        try await fill(database, years: [0.1, 1, 5])
        await database.close()
        let application = try await open()
        await application.purge()
        await application.close()
        database = try await SQLiteDatabase.open(folder.file("switchboard.db"))
        #expect(
            try await left(database) == [
                // What nobody knows the outcome of waits for a person, however long.
                "ledger": ["0.1done", "0.1unknown", "1.0done", "1.0unknown", "5.0unknown"],
                "approval": ["0.1", "1.0"], "run": ["0.1", "1.0", "5.0"], "step": ["0.1"],
            ]
        )
        await database.close()
    }

    @Test func `values of runs are kept for as many days as the environment says`() async throws {
        await (try await open()).close()
        var database = try await SQLiteDatabase.open(folder.file("switchboard.db"))
        try await fill(database, years: [0.1, 1])
        await database.close()
        let application = try await open(["SWITCHBOARD_RETENTION_DAYS": "20"])
        await application.purge()
        await application.close()
        database = try await SQLiteDatabase.open(folder.file("switchboard.db"))
        #expect(try await left(database)["step"] == [])
        await database.close()
    }

    @Test func `a number of days that is none ends the start`() async throws {
        await #expect(throws: GatewayError.self) { try await open(["SWITCHBOARD_RETENTION_DAYS": "ninety"]) }
    }
}
