import Basics
import Storage

/// Says once, for all the attempts of a command, that a start waits for a database that another process holds.
package final class DatabaseWait: Sendable {
    private let patience: Double
    private let say: @Sendable (String) -> Void
    private let hasSaid = Locked(false)

    /// - Parameters:
    ///   - patience: Seconds of waiting that need no words.
    ///   - say: Is given what is waited for, and how to end it.
    package init(patience: Double = 2, say: @escaping @Sendable (String) -> Void) {
        self.patience = patience
        self.say = say
    }

    /// Runs what may have to wait for a database.
    ///
    /// - Throws: What `body` throws.
    func watch<Result: Sendable>(
        _ path: String,
        _ body: @Sendable () async throws -> Result
    ) async rethrows -> Result {
        let watcher = Task {
            try await Task.sleep(for: .seconds(patience))
            while !hasSaid.withLock({ $0 }) {
                if let process = DatabaseHolder.find(path) {
                    tell(path, process)
                } else {
                    try await Task.sleep(for: .milliseconds(500))
                }
            }
        }
        defer { watcher.cancel() }
        return try await body()
    }

    private func tell(_ path: String, _ process: Int) {
        let isFirst = hasSaid.withLock { said in
            defer { said = true }
            return !said
        }
        guard isFirst, !Task.isCancelled else { return }
        let holder = process == 0 ? "another process" : "process \(process)"
        say(
            "waiting for \(path), which \(holder) holds locked; close that program (a database shell, a backup?) to go on, "
                + "or end this one with Ctrl-C"
        )
    }
}
