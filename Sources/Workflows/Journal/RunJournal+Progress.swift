import Basics
import Storage

extension RunJournal {
    /// How far a run is, as far as it is written down.
    func progress(of run: String) async throws(WorkflowError) -> RunProgress {
        let paths = try await read { transaction in
            try transaction.query("SELECT path FROM step WHERE run=? AND item='' AND state<>'waiting'", .text(run))
                .map { try $0.text("path") }
        }
        return RunProgress(steps: Set(paths), loops: try await counts(of: run))
    }

    /// The runs that were started over an endpoint, or by a user without one, newest first.
    ///
    /// - Parameter before: The id of the last run of the page before.
    func runs(
        endpoint: String?,
        user: String,
        before: String?,
        limit: Int
    ) async throws(WorkflowError) -> [RunRecord] {
        try await read { transaction in
            let owner = endpoint == nil ? "endpoint IS NULL AND user=?" : "endpoint=?"
            return try transaction.query(
                "SELECT * FROM run WHERE \(owner) AND (?2 IS NULL OR id<?2) ORDER BY id DESC LIMIT ?3",
                .text(endpoint ?? user),
                before.map { .text($0) } ?? .null,
                .integer(Int64(limit))
            ).map(RunRow.decode)
        }
    }
}
