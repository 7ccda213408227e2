import Basics
import JSON
import Storage
import TestSupport
import ToolRouter
import Tools

/// A ledger over a database of its own and a system in memory; waiting moves the clock instead of taking time.
final class LedgerBench: Sendable {
    let folder: TemporaryFolder
    let clock: ManualClock
    let ats: FakeATS
    let database: SQLiteDatabase
    let store: LedgerStore
    let ledger: WriteLedger
    /// How long it was waited for looks, one after the other.
    let waits = Waits()

    final class Waits: Sendable {
        let seconds = Locked<[Double]>([])
    }

    private init(
        folder: TemporaryFolder,
        clock: ManualClock,
        ats: FakeATS,
        database: SQLiteDatabase,
        settings: LedgerSettings
    ) {
        self.folder = folder
        self.clock = clock
        self.ats = ats
        self.database = database
        store = LedgerStore(database: database, vault: nil, clock: clock)
        ledger = WriteLedger(store: store, settings: settings, clock: clock) { [waits] seconds in
            try Task.checkCancellation()
            // A caller's patience, which the tests do not use up; it is cancelled with the write's end.
            if seconds >= 9_000 { return try await Task.sleep(for: .seconds(600)) }
            waits.seconds.withLock { $0.append(seconds) }
            clock.advance(seconds: seconds)
        }
    }

    static func open(
        _ folder: TemporaryFolder? = nil,
        clock: ManualClock? = nil,
        ats: FakeATS? = nil,
        settings: LedgerSettings = LedgerSettings()
    ) async throws -> LedgerBench {
        let folder = folder ?? TemporaryFolder()
        let clock = clock ?? ManualClock(Timestamp(milliseconds: 1_800_000_000_000))
        let database = try await SQLiteDatabase.open(folder.path + "/ledger.db")
        try await database.migrate(LedgerStore.migrations)
        return LedgerBench(
            folder: folder,
            clock: clock,
            ats: ats ?? FakeATS(clock: clock),
            database: database,
            settings: settings
        )
    }

    /// The same rows and the same system in another life of the program.
    func reopened(settings: LedgerSettings = LedgerSettings()) async throws -> LedgerBench {
        await database.close()
        return try await LedgerBench.open(folder, clock: clock, ats: ats, settings: settings)
    }

    func call(
        _ tool: String = "add_note",
        note: String = "hello",
        once: String? = nil,
        rule: OnceRule = .adopts,
        run: String? = nil,
        options: WriteOptions = WriteOptions(patience: 10_000)
    ) async -> ToolResult {
        var call = ToolCall(tool: tool, arguments: ["id": "1", "note": .string(note)], user: "ada", origin: .model)
        (call.once, call.onceRule, call.context.run) = (once, rule, run)
        return await execute(call, options: options)
    }

    func execute(_ call: ToolCall, options: WriteOptions = WriteOptions(patience: 10_000)) async -> ToolResult {
        guard let tool = ats.tools.first(where: { $0.name == call.tool }) else {
            return .failure("tool_not_found", call.tool)
        }
        return await ledger.execute(call, tool: tool, provider: ats, options: options)
    }

    func entry(_ result: ToolResult) async throws -> WriteEntry? {
        guard let id = result.write else { return nil }
        return try await store.entry(id)
    }

    func close() async {
        await ledger.close()
        await database.close()
    }
}
