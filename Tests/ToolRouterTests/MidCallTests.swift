import Basics
import Connections
import Cryptography
import HTTP
import JSON
import Storage
import TestSupport
import Testing
import ToolRouter
import Toolkits
import Tools

@Suite struct MidCallTests {
    private let folder = TemporaryFolder()

    /// Holds every request until its gate opens.
    private struct Held: HTTPTransport {
        let arrived = Gate()
        let answered = Gate()

        func send(_ request: HTTPRequest, options: HTTPRequestOptions) async throws -> HTTPResponse {
            arrived.open()
            await answered.pass()
            return .json(Array("{\"success\": true, \"results\": []}".utf8))
        }
    }

    private static let home = String(#filePath.split(separator: "/").dropLast(3).reduce("") { $0 + "/" + $1 })

    /// Begins a call, does something while it is under way, and gives its outcome and that of the next one.
    private func outcomes(
        _ meanwhile: (ConnectionStore, ToolkitProvider, Router) async throws -> Void
    ) async throws -> (first: ToolResult, second: ToolResult) {
        let database = try await SQLiteDatabase.open(folder.file("m.db"))
        try await database.migrate(ConnectionStore.migrations)
        let store = try await ConnectionStore(database: database, vault: Vault(current: SymmetricKey()))
        try await store.add(NewConnection(user: "ada", toolkit: "ashby", secrets: ["api_key": Secret("k")]))
        let held = Held()
        let provider = ToolkitProvider(
            toolkits: ToolkitLoader.loadAll(home: MidCallTests.home).toolkits,
            connections: store,
            transport: held,
            clock: SystemClock(),
            log: .none
        )
        let router = Router(providers: [provider], connections: store, writes: .unprotected)
        let call = ToolCall(tool: "list_all_ashby_jobs", arguments: [:], user: "ada", origin: .model)
        let running = Task { await router.execute(call, policy: ToolPolicy()) }
        await held.arrived.pass()
        try await meanwhile(store, provider, router)
        held.answered.open()
        let first = await running.value
        let second = await router.execute(call, policy: ToolPolicy())
        await database.close()
        return (first, second)
    }

    @Test func `a call that is under way ends when its connection is deleted, and the next one says what is missing`()
        async throws
    {
        let (first, second) = try await outcomes { store, _, _ in
            for record in store.all { _ = try await store.remove(record.id) }
        }
        #expect(!first.isError)
        #expect(second.problem?.code == "connection_missing" && second.text?.contains("connections add ashby") == true)
    }

    @Test func `a call that is under way ends with the toolkit that it began with, whatever is loaded meanwhile`()
        async throws
    {
        let (first, second) = try await outcomes { _, provider, router in
            provider.replace(toolkits: provider.toolkits.filter { $0.name != "ashby" })
            router.reload()
        }
        #expect(!first.isError)
        #expect(second.problem?.code == "tool_not_found")
    }

    @Test func `a write that did not pass the ledger is not sent`() async throws {
        let counting = Counting()
        let provider = ToolkitProvider(
            toolkits: ToolkitLoader.loadAll(home: MidCallTests.home).toolkits,
            connections: FixedConnections(
                [AuthorizedConnection(id: "conn_1", toolkit: "ashby", secrets: ["api_key": Secret("k")])],
                label: "test",
                howToRenew: "-"
            ),
            transport: counting,
            clock: SystemClock(),
            log: .none
        )
        var call = ToolCall(
            tool: "create_a_ashby_department",
            arguments: ["name": "Ferries"],
            user: "ada",
            origin: .model
        )
        let refused = await provider.call(call)
        #expect(refused.problem?.code == "unprotected_write" && refused.problem?.outcome == .notExecuted)
        #expect(counting.sent.withLock { $0 } == 0)
        // The control: with the ledger's permit the same call is sent.
        call.permit = WritePermit(write: "wr_1")
        _ = await provider.call(call)
        #expect(counting.sent.withLock { $0 } == 1)
        // What would be refused anyway is refused before anybody is asked.
        call.arguments = ["nmae": "Ferries"]
        #expect(provider.refusal(of: call)?.problem?.code == "invalid_arguments")
        call.arguments = ["name": "Ferries"]
        #expect(provider.refusal(of: call) == nil)
    }

    private final class Counting: HTTPTransport {
        let sent = Locked(0)

        func send(_ request: HTTPRequest, options: HTTPRequestOptions) async throws -> HTTPResponse {
            sent.withLock { $0 += 1 }
            return .json(Array("{\"success\":true,\"results\":{\"id\":\"d1\"}}".utf8))
        }
    }
}
