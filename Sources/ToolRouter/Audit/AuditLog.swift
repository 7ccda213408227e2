package import Basics
import Glibc
package import Storage

/// The audit: writes rows, finds them, and proves that none was changed, removed or moved.
///
/// A row of something that changes the world is on disk before whoever did it has an answer. Rows of reads are collected
/// for a tenth of a second and committed together; what is collected when the process is killed is lost, what is collected
/// when it closes is not.
package final class AuditLog: Sendable {
    package static let migrations = [AuditChain.migration]

    /// A row to be, with the answer that its record ids are still to be taken from.
    private struct Note {
        var entry: AuditEntry
        var payload: [UInt8]?
    }

    private struct State {
        var notes: [Note] = []
        var bytes = 0
        var isScheduled = false
        var isClosed = false
        var headWritten = AuditHead.empty
    }

    private static let mostNotes = 4096
    private static let mostBytes = 8 << 20

    private let database: any Database
    private let headFile: String?
    private let log: Log
    private let pause: @Sendable () async -> Void
    private let state = Locked(State())

    /// An audit in a database whose migrations have been applied.
    ///
    /// - Parameters:
    ///   - database: Where the rows are.
    ///   - headFile: A file outside the database that holds the end of the chain, so that rows cut off at the end are
    ///     missed; nil for none.
    ///   - log: Is told when rows cannot be written.
    ///   - pause: Returns when rows that were collected are to be written.
    package init(
        database: any Database,
        headFile: String? = nil,
        log: Log = .none,
        pause: @escaping @Sendable () async -> Void = { try? await Task.sleep(for: .milliseconds(100)) }
    ) {
        self.database = database
        self.headFile = headFile
        self.log = log
        self.pause = pause
    }

    /// Writes a row, and returns when it is on disk.
    ///
    /// - Throws: ``RouterError`` with code `storage`; the row is then kept and tried again with the next ones.
    package func record(_ entry: AuditEntry) async throws(RouterError) {
        keep(Note(entry: entry))
        try await flush()
    }

    /// Writes a row, and returns when it is on disk, or when a log was told that it waits.
    func record(_ entry: AuditEntry, _ log: Log) async {
        do {
            try await record(entry)
        } catch { log.error("a row of the audit waits to be written", ["error": "\(error)"]) }
    }

    /// Writes a row soon.
    ///
    /// - Parameters:
    ///   - entry: The row.
    ///   - payload: JSON text whose record ids are added to the row's when it is written.
    /// - Throws: ``RouterError`` with code `storage` when so many rows wait already that this one must not be forgotten.
    package func note(_ entry: AuditEntry, payload: [UInt8]? = nil) async throws(RouterError) {
        let (isFull, mustSchedule) = keep(Note(entry: entry, payload: payload))
        if isFull {
            try await flush()
        } else if mustSchedule {
            Task { await self.flushLater() }
        }
    }

    /// Writes what has been collected.
    ///
    /// - Throws: ``RouterError`` with code `storage`; nothing is forgotten.
    package func flush() async throws(RouterError) {
        let notes = state.withLock { state in
            let notes = state.notes
            state.notes = []
            state.bytes = 0
            return notes
        }
        guard !notes.isEmpty else { return }
        let entries = notes.map { AuditLog.complete($0) }
        do {
            let head = try await database.write { try AuditChain.append(entries, to: $0) }
            keep(head)
        } catch {
            state.withLock { state in
                state.notes = notes + state.notes
                state.bytes = state.notes.reduce(0) { $0 + ($1.payload?.count ?? 0) }
            }
            throw RouterError(.storage, "The audit cannot be written: \(error)", cause: error)
        }
    }

    /// Writes what has been collected; to be called before the database closes.
    package func close() async {
        do {
            try await flush()
        } catch { log.error("the last rows of the audit were not written", ["error": "\(error)"]) }
    }

    /// The end of the chain.
    ///
    /// - Throws: ``RouterError`` with code `storage`.
    package func head() async throws(RouterError) -> AuditHead {
        try await flush()
        return try await reading { try AuditChain.head($0) }
    }

    /// Looks at every row.
    ///
    /// - Parameter head: An end of the chain that was exported earlier.
    /// - Throws: ``RouterError`` with code `storage`.
    package func verify(against head: AuditHead? = nil) async throws(RouterError) -> AuditVerification {
        try await flush()
        var heads: [(source: String, head: AuditHead)] = []
        if let head { heads.append(("the head that was given", head)) }
        var fileProblem: String?
        switch readHeadFile() {
        case .none: break
        case .head(let head): heads.append(("the head file", head))
        case .unreadable: fileProblem = "the head file cannot be understood, so a chain cut off at its end is not found"
        }
        let given = heads
        let result = try await reading { transaction in
            var verifier = AuditVerifier(heads: given)
            while try verifier.step(transaction) {}
            return try verifier.finish(transaction)
        }
        guard let fileProblem else { return result }
        var worse = result
        worse.problems.append(fileProblem)
        return worse
    }

    /// Rows that a filter lets through, oldest first.
    ///
    /// - Throws: ``RouterError`` with code `storage`.
    package func rows(_ filter: AuditFilter) async throws(RouterError) -> [AuditRow] {
        try await flush()
        let (sql, values) = filter.query
        return try await reading { transaction in
            try transaction.query(sql, values: values).map { try AuditChain.read($0) }
        }
    }

    /// Calls by day, tool and outcome.
    ///
    /// - Parameters:
    ///   - since: The first instant that counts; nil for all.
    ///   - column: What to count by: `tool`, `actor`, `via`, `user` or `outcome`.
    /// - Throws: ``RouterError`` with code `storage`.
    package func usage(
        since: Timestamp?,
        until: Timestamp?,
        by column: AuditFilter.Group
    ) async throws(RouterError) -> [AuditUsage] {
        try await flush()
        return try await reading { transaction in
            try transaction.query(
                """
                SELECT \(column.rawValue) AS name, count(*) AS calls, sum(outcome <> 'ok') AS failures,
                    sum(effect <> 'read') AS writes, sum(milliseconds) AS milliseconds
                FROM audit WHERE action = 'call' AND at >= ? AND at < ? GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 1000
                """,
                .integer(since?.milliseconds ?? 0),
                .integer(until?.milliseconds ?? Int64.max)
            ).map { row in
                AuditUsage(
                    name: try row.optionalText("name"),
                    calls: Int(try row.integer("calls")),
                    failures: Int(try row.integer("failures")),
                    writes: Int(try row.optionalInteger("writes") ?? 0),
                    milliseconds: Int(try row.integer("milliseconds"))
                )
            }
        }
    }

    private func reading<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Result
    ) async throws(RouterError) -> Result {
        do {
            return try await database.read(body)
        } catch { throw RouterError(.storage, "The audit cannot be read: \(error)", cause: error) }
    }

    @discardableResult
    private func keep(_ note: Note) -> (isFull: Bool, mustSchedule: Bool) {
        state.withLock { state in
            state.notes.append(note)
            state.bytes += note.payload?.count ?? 0
            let mustSchedule = !state.isScheduled
            state.isScheduled = true
            return (state.notes.count >= AuditLog.mostNotes || state.bytes >= AuditLog.mostBytes, mustSchedule)
        }
    }

    private func flushLater() async {
        await pause()
        state.withLock { $0.isScheduled = false }
        do {
            try await flush()
        } catch { log.error("rows of the audit wait to be written", ["error": "\(error)"]) }
    }

    private static func complete(_ note: Note) -> AuditEntry {
        guard let payload = note.payload else { return note.entry }
        var ids = RecordIDs()
        for id in note.entry.records { ids.insert(id) }
        ids.add(payload: payload)
        var entry = note.entry
        entry.records = ids.all
        return entry
    }

    // MARK: - The head file

    private enum HeadFile {
        case none
        case head(AuditHead)
        case unreadable
    }

    private func readHeadFile() -> HeadFile {
        guard let headFile, TextFile.isFile(headFile) else { return .none }
        guard let bytes = try? TextFile.read(headFile, limit: 4096),
            let head = AuditHead(String(decoding: bytes.prefix { $0 > 0x20 }, as: UTF8.self))
        else { return .unreadable }
        return .head(head)
    }

    /// Writes the end of the chain beside the database, after the commit: the file may be behind, never ahead.
    private func keep(_ head: AuditHead) {
        guard let headFile else { return }
        let failed = state.withLock { state -> Bool in
            // Commits are in order, but what follows them here need not be.
            guard head.number > state.headWritten.number else { return false }
            state.headWritten = head
            return !AuditLog.write(head.text, to: headFile)
        }
        if failed { log.error("the end of the audit could not be written", ["file": headFile]) }
    }

    /// Overwrites the file in place: it is smaller than a sector, and the text only ever grows, so no half of it is left.
    private static func write(_ text: String, to path: String) -> Bool {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { return false }
        let file = FileDescriptor(owning: descriptor)
        let bytes = Array((text + "\n").utf8)
        return pwrite(file.number, bytes, bytes.count, 0) == bytes.count
    }
}
