import Basics
import CSQLite

/// A ``Database`` in one SQLite file, which one process owns.
///
/// One connection on a thread of its own writes and checkpoints; others read. Transactions that wait for the writer at
/// the same time share a commit, each behind a savepoint. The log is synchronised at every commit
/// (`synchronous=FULL`), so what was acknowledged survives a power failure.
package final class SQLiteDatabase: Database {
    /// What may be chosen.
    package struct Options: Sendable, Hashable {
        /// Seconds to wait for another process that holds the file.
        package var busyTimeout = 5.0
        /// The number of connections that read, at least 1.
        package var readers = 2
        /// The size that the file may reach, in pages of 4096 bytes; nil for SQLite's own limit.
        package var maximumPages: Int?
        /// The number of transactions that may share a commit.
        package var largestCommit = 128

        package init() {}
    }

    /// The version of the SQLite library in use.
    package static var libraryVersion: String { String(cString: sqlite3_libversion()) }

    /// Says in its header that a file is this program's ("SWBD").
    static let applicationID: Int64 = 0x5357_4244

    private let writes: WorkQueue<WriteJob>
    private let reads: WorkQueue<ReadJob>
    private let running: RunningThreads

    private init(writes: WorkQueue<WriteJob>, reads: WorkQueue<ReadJob>, running: RunningThreads) {
        self.writes = writes
        self.reads = reads
        self.running = running
    }

    deinit {
        writes.close()
        reads.close()
    }

    /// Opens a file, and makes it where there is none.
    ///
    /// - Throws: ``StorageError`` with code `notADatabase`, `locked`, `readOnly`, `cannotOpen` or `full`.
    package static func open(_ path: String, options: Options = Options()) async throws -> SQLiteDatabase {
        let writes = WorkQueue<WriteJob>()
        let reads = WorkQueue<ReadJob>()
        let running = RunningThreads()
        try await start(running, named: "sqlite writer") {
            let connection = try SQLiteConnection(path: path, mode: .readWrite, options: options)
            try claim(connection)
            return SQLiteWriter(
                connection: connection,
                queue: writes,
                largestCommit: options.largestCommit,
                room: LogRoom(database: path)
            ).run
        }
        let database = SQLiteDatabase(writes: writes, reads: reads, running: running)
        for _ in 0..<max(1, options.readers) {
            try await start(running, named: "sqlite reader") {
                let connection = try SQLiteConnection(path: path, mode: .readOnly, options: options)
                return SQLiteReader(connection: connection, queue: reads).run
            }
        }
        return database
    }

    @discardableResult
    package func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let outcome = Outcome<Result>(continuation)
            let job = WriteJob(
                run: { transaction in outcome.value = try body(transaction) },
                finish: { error in outcome.finish(error) }
            )
            if !writes.push(job) { outcome.finish(SQLiteDatabase.closed) }
        }
    }

    package func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            let outcome = Outcome<Result>(continuation)
            let job = ReadJob(
                run: { transaction in outcome.value = try body(transaction) },
                finish: { error in outcome.finish(error) }
            )
            if !reads.push(job) { outcome.finish(SQLiteDatabase.closed) }
        }
    }

    package func close() async {
        reads.close()
        writes.close()
        await running.ended()
    }

    private static var closed: StorageError { StorageError(.closed, "the database is closed") }

    /// Marks a new file as ours, and refuses one that is another program's.
    private static func claim(_ connection: SQLiteConnection) throws(StorageError) {
        let id = try connection.query("PRAGMA application_id", values: []).first?.integer("application_id")
        if id == applicationID { return }
        let tables = try connection.query("SELECT count(*) AS tables FROM sqlite_schema", values: [])
        guard id == 0, try tables.first?.integer("tables") == 0 else {
            throw StorageError(
                .notADatabase,
                "\(connection.path) is a database of another program; move it away, or use another data folder"
            )
        }
        try connection.script("PRAGMA application_id=\(applicationID)")
    }

    /// Starts a thread that makes its connection itself, and returns when that has worked.
    private static func start(
        _ running: RunningThreads,
        named name: String,
        _ open: @escaping @Sendable () throws -> () -> Void
    ) async throws {
        running.add()
        try await withCheckedThrowingContinuation { (continuation: CheckedContinuation<Void, any Error>) in
            Thread.start(name: name) {
                do {
                    let loop = try open()
                    continuation.resume()
                    loop()
                } catch {
                    continuation.resume(throwing: error)
                }
                running.remove()
            }
        }
    }
}

/// A transaction in the writer's queue.
struct WriteJob: Sendable {
    /// May be called more than once, on the writer's thread.
    let run: @Sendable (any SQLTransaction) throws -> Void
    /// Called once, after the commit or the failure.
    let finish: @Sendable ((any Error)?) -> Void
}

/// A transaction in the readers' queue.
struct ReadJob: Sendable {
    let run: @Sendable (any SQLTransaction) throws -> Void
    let finish: @Sendable ((any Error)?) -> Void
}

/// Holds what a transaction returned until it is known whether that counts.
private final class Outcome<Value: Sendable>: @unchecked Sendable {
    // Safe to share: the thread that runs the transaction writes and reads it, and nobody else looks.
    var value: Value?
    private let continuation: CheckedContinuation<Value, any Error>

    init(_ continuation: CheckedContinuation<Value, any Error>) {
        self.continuation = continuation
    }

    func finish(_ error: (any Error)?) {
        if let error {
            continuation.resume(throwing: error)
        } else if let value {
            continuation.resume(returning: value)
        } else {
            continuation.resume(throwing: StorageError(.closed, "the transaction was never run"))
        }
    }
}

/// Counts the threads of a database, so that closing can wait for them.
private final class RunningThreads: Sendable {
    private struct State {
        var count = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Locked(State())

    func add() { state.withLock { $0.count += 1 } }

    func remove() {
        let waiting = state.withLock { state in
            state.count -= 1
            guard state.count == 0 else { return [CheckedContinuation<Void, Never>]() }
            let waiting = state.waiting
            state.waiting = []
            return waiting
        }
        for continuation in waiting { continuation.resume() }
    }

    func ended() async {
        await withCheckedContinuation { continuation in
            let done = state.withLock { state in
                if state.count > 0 { state.waiting.append(continuation) }
                return state.count == 0
            }
            if done { continuation.resume() }
        }
    }
}
