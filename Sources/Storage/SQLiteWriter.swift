import Basics

/// The thread that writes: takes what has queued up, commits it together, tells each caller what became of its part.
struct SQLiteWriter {
    let connection: SQLiteConnection
    let queue: WorkQueue<WriteJob>
    let largestCommit: Int
    let room: LogRoom

    /// Rows are small, so commits are a fair measure of how much the log has grown.
    private static let commitsPerCheckpoint = 500
    private static let idleNanoseconds: UInt64 = 2_000_000_000

    func run() {
        var sinceCheckpoint = 0
        var logIsEmpty = false
        var company = Company()
        while true {
            let taken = queue.take(
                limit: largestCommit,
                company: min(company.expected, largestCommit),
                within: company.delay,
                patience: logIsEmpty ? nil : SQLiteWriter.idleNanoseconds
            )
            switch taken {
            case .closed:
                connection.checkpoint(truncate: true)
                return
            case .idle:
                connection.checkpoint(truncate: true)
                sinceCheckpoint = 0
                logIsEmpty = true
            case .items(let jobs):
                let start = monotonicNanoseconds()
                commit(jobs)
                company = Company(expected: jobs.count + queue.count, commit: monotonicNanoseconds() - start)
                room.grow()
                logIsEmpty = false
                sinceCheckpoint += jobs.count
                if sinceCheckpoint >= SQLiteWriter.commitsPerCheckpoint {
                    connection.checkpoint(truncate: false)
                    sinceCheckpoint = 0
                }
            }
        }
    }

    /// How many may come together for the next commit, and how long that is worth waiting for.
    ///
    /// Who was answered by the last commit is likely to write again at once. Without waiting for them, writers fall into
    /// two halves that take turns, and the disk is synchronised twice as often as it has to be.
    private struct Company {
        var expected = 1
        var delay: UInt64 = 0

        init() {}

        /// - Parameters:
        ///   - expected: The number that the last commit answered, and that came during it.
        ///   - commit: Nanoseconds that it took.
        init(expected: Int, commit: UInt64) {
            self.expected = expected
            delay = min(commit / 2, Company.longestDelay)
        }

        private static let longestDelay: UInt64 = 2_000_000
    }

    private func commit(_ jobs: [WriteJob]) {
        var outcomes = [(any Error)?](repeating: nil, count: jobs.count)
        do {
            try connection.execute("BEGIN IMMEDIATE", values: [])
            for (position, job) in jobs.enumerated() {
                outcomes[position] = try run(job)
            }
            try connection.execute("COMMIT", values: [])
        } catch {
            if !connection.isIdle { try? connection.script("ROLLBACK") }
            // Whose fault it was cannot be told from here: each on its own, only the guilty fail.
            if jobs.count > 1 {
                for job in jobs { commit([job]) }
                return
            }
            outcomes = [error]
        }
        for (job, outcome) in zip(jobs, outcomes) { job.finish(outcome) }
    }

    /// Runs one transaction behind a savepoint and returns what it threw.
    ///
    /// - Throws: When the whole commit is lost.
    private func run(_ job: WriteJob) throws -> (any Error)? {
        try connection.execute("SAVEPOINT job", values: [])
        do {
            try job.run(connection)
            try connection.execute("RELEASE job", values: [])
            return nil
        } catch {
            // A full disk makes SQLite roll everything back by itself.
            if connection.isIdle { throw error }
            try connection.script("ROLLBACK TO job; RELEASE job")
            return error
        }
    }
}

/// A thread that reads.
struct SQLiteReader {
    let connection: SQLiteConnection
    let queue: WorkQueue<ReadJob>

    func run() {
        while case .items(let jobs) = queue.take(limit: 1) {
            for job in jobs { job.finish(run(job)) }
        }
    }

    private func run(_ job: ReadJob) -> (any Error)? {
        do {
            try connection.execute("BEGIN", values: [])
            defer { if !connection.isIdle { try? connection.script("ROLLBACK") } }
            try job.run(connection)
            return nil
        } catch {
            return error
        }
    }
}
