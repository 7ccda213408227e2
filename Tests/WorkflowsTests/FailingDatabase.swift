import Basics
import Storage

/// A database that fails for a while, as on a full disk.
final class FailingDatabase: Database {
    private struct State {
        var after = Int.max
        var left = 0
        var code = StorageError.Code.full
        var failed = 0
    }

    private let database: any Database
    private let state = Locked(State())

    init(_ database: any Database) {
        self.database = database
    }

    /// How many commits have failed.
    var failed: Int { state.withLock { $0.failed } }

    /// Fails so many commits after so many that went well.
    func fail(_ count: Int, after: Int, _ code: StorageError.Code) {
        state.withLock { $0 = State(after: after, left: count, code: code) }
    }

    func write<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Result
    ) async throws -> Result {
        let failure: StorageError? = state.withLock { state in
            if state.after > 0 {
                state.after -= 1
                return nil
            }
            guard state.left > 0 else { return nil }
            state.left -= 1
            state.failed += 1
            return StorageError(state.code, "it cannot be written for now")
        }
        if let failure { throw failure }
        return try await database.write(body)
    }

    func read<Result: Sendable>(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Result
    ) async throws -> Result {
        try await database.read(body)
    }

    func close() async {}
}
