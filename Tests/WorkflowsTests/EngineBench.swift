import Basics
import JSON
import Storage
import TestSupport
import Workflows

/// An engine over a journal on disk, with everything else in memory.
final class EngineBench: Sendable {
    let system: FakeSystem
    let approvals = FakeApprovals()
    let models: FakeModels
    let clock = ManualClock(Timestamp(milliseconds: 1_760_000_000_000))
    let journal: RunJournal
    let library: FakeLibrary
    private let folder: TemporaryFolder
    let database: SQLiteDatabase
    var schedules: ScheduleStore { ScheduleStore(database: database) }

    /// - Parameter steps: The steps of the workflow `test`, as JSON text; others by name in `others`.
    init(
        _ steps: String,
        writes: String = "100",
        top: String = "",
        others: [String: String] = [:],
        system: FakeSystem = FakeSystem(),
        answers: [String] = []
    ) async throws {
        self.system = system
        models = FakeModels(answers)
        folder = TemporaryFolder()
        database = try await SQLiteDatabase.open(folder.file("journal.db"))
        try await database.migrate(RunJournal.migrations + ScheduleStore.migrations)
        journal = RunJournal(database: database)
        var texts = others.mapValues { $0 }
        texts["test"] = EngineBench.file("test", steps, writes: writes, top: top)
        library = FakeLibrary(texts: texts)
    }

    static func file(_ name: String, _ steps: String, writes: String = "100", top: String = "") -> String {
        """
        {"workflow": "\(name)", "version": 1, "title": "A test", "description": "A test.", "connections": {"ats": "fake"},
         "input": {"type": "object", "properties": {"n": {"type": "integer", "default": 3}}},
         "limits": {"writes": \(writes)}, \(top)
         "steps": \(steps)}
        """
    }

    /// An engine, as a new process would make one.
    ///
    /// - Parameters:
    ///   - jumps: Whether waiting moves the clock instead of taking time.
    ///   - onPause: Is told of each pause before it.
    func engine(
        journal: RunJournal? = nil,
        approvals: FakeApprovals? = nil,
        jumps: Bool = false,
        check: @escaping @Sendable (Workflow) -> [Diagnostic] = { _ in [] },
        onPause: @escaping @Sendable (Double) -> Void = { _ in }
    ) -> WorkflowEngine {
        var parts = WorkflowEngine.Parts(
            journal: journal ?? self.journal,
            library: library,
            tools: system,
            models: models,
            approvals: approvals ?? self.approvals,
            clock: clock
        )
        parts.wall = clock
        parts.check = check
        // Retries come at once; what waits longer is woken by the test, or cancelled.
        parts.pause = { [clock] seconds in
            onPause(seconds)
            if jumps {
                clock.advance(seconds: seconds)
                await Task.yield()
            } else if seconds < 8 {
                await Task.yield()
            } else {
                try? await Task.sleep(for: .seconds(3600))
            }
        }
        return WorkflowEngine(parts)
    }

    /// A journal that stops working after a number of commits, as when the process is killed.
    func mortal(commits: Int, losesLast: Bool) -> RunJournal {
        RunJournal(database: dying(commits: commits, losesLast: losesLast))
    }

    /// A database that stops working after a number of commits.
    func dying(commits: Int, losesLast: Bool) -> MortalDatabase {
        MortalDatabase(database, commits: commits, losesLast: losesLast)
    }

    /// What a file of the database holds now: the database itself, or its `-wal`.
    func file(_ suffix: String) throws -> [UInt8] { try TextFile.read(folder.file("journal.db") + suffix) }

    func close() async { await database.close() }

    /// A journal that can be made to fail.
    func failing() -> (journal: RunJournal, database: FailingDatabase) {
        let failing = FailingDatabase(database)
        return (RunJournal(database: failing), failing)
    }

    func request(_ input: JSONObject = [:], preview: Bool = false) -> RunRequest {
        RunRequest(workflow: "test", input: input, user: "ada", actor: "ada", trigger: "command", isPreview: preview)
    }

    /// Runs the workflow until it has ended or waits.
    func run(_ input: JSONObject = [:], preview: Bool = false) async throws -> RunRecord {
        let engine = engine()
        let run = try await engine.start(request(input, preview: preview))
        return try await engine.settled(run.id)
    }
}

/// A database whose process dies.
final class MortalDatabase: Database {
    private let database: any Database
    private let left: Locked<Int>
    private let losesLast: Bool

    init(_ database: any Database, commits: Int, losesLast: Bool) {
        self.database = database
        left = Locked(commits)
        self.losesLast = losesLast
    }

    /// Whether it has died.
    var isDead: Bool { left.withLock { $0 < 0 } }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Result
    ) async throws -> Result {
        let number = left.withLock { left in
            left -= 1
            return left
        }
        if number >= 0 { return try await database.write(body) }
        // The commit at which it dies may have reached the disk or not; nobody was told.
        if number == -1, !losesLast { _ = try await database.write(body) }
        throw StorageError(.closed, "the process is dead")
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Result
    ) async throws -> Result {
        if isDead { throw StorageError(.closed, "the process is dead") }
        return try await database.read(body)
    }

    func close() async {}
}
