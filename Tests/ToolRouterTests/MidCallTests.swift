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
}
