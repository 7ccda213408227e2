import Basics
import Connections
import HTTP
import JSON
import Storage
import TestSupport
import Testing
import ToolRouter
import Toolkits
import Tools

@Suite struct PaceStoreTests {
    private let folder = TemporaryFolder()
    private let clock = ManualClock(Timestamp(milliseconds: 1_795_167_000_000))

    private struct Refusing: HTTPHandler {
        func respond(to request: HTTPRequest) async -> HTTPResponse {
            .json(Array("{}".utf8), status: 429, fields: ["Retry-After": "40"])
        }
    }

    private func call(_ limiter: ConnectionLimiter) async -> CallProblem? {
        let home = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        let provider = ToolkitProvider(
            toolkits: ToolkitLoader.loadAll(home: home).toolkits,
            connections: FixedConnections(
                [
                    AuthorizedConnection(
                        id: "conn_1",
                        toolkit: "ashby",
                        secrets: ["api_key": Secret("k")],
                        baseURL: "http://127.0.0.1:1"
                    )
                ],
                label: "test",
                howToRenew: "-"
            ),
            transport: InMemoryTransport(Refusing()),
            clock: clock,
            limiter: limiter,
            log: .none
        )
        return await provider.call(
            ToolCall(tool: "list_all_ashby_users", arguments: [:], user: "ann", origin: .user)
        ).problem
    }

    @Test func `what one process learned of a connection the next one knows, unless it is a day old`() async throws {
        let database = try await SQLiteDatabase.open(folder.file("pace.db"))
        try await database.migrate(PaceStore.migrations)
        let first = ConnectionLimiter(clock: clock)
        let store = try await PaceStore(database: database, limiter: first, clock: clock)
        #expect(await call(first)?.outcome == .notExecuted)
        try await store.save()
        clock.advance(seconds: 10)
        let second = ConnectionLimiter(clock: clock)
        _ = try await PaceStore(database: database, limiter: second, clock: clock)
        #expect(await call(second)?.retryAfter == 30)
        clock.advance(seconds: 90_000)
        let third = ConnectionLimiter(clock: clock)
        _ = try await PaceStore(database: database, limiter: third, clock: clock)
        #expect(await call(third)?.retryAfter == 40)
        // A row that is damaged is left out.
        try await database.write { try $0.execute("UPDATE connection_pace SET state = '{'") }
        _ = try await PaceStore(database: database, limiter: third, clock: clock)
        await database.close()
    }
}
