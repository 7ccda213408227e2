import Dispatch
import Storage

/// Does from inside a transaction, on the database's own thread, what only asynchronous code can start.
enum OtherWriter {
    /// The code of the error that a second database on the same file meets.
    static func attempt(_ path: String) -> StorageError.Code? {
        wait {
            var options = SQLiteDatabase.Options()
            options.busyTimeout = 0.02
            do {
                let other = try await SQLiteDatabase.open(path, options: options)
                defer { Task { await other.close() } }
                try await other.write { try $0.execute("INSERT INTO item(name) VALUES('other')") }
                return nil
            } catch { return (error as? StorageError)?.code }
        }
    }

    /// Adds a row and waits until it is committed.
    static func insert(_ database: SQLiteDatabase) {
        wait { _ = try? await database.write { try $0.execute("INSERT INTO item(name) VALUES('two')") } }
    }

    private static func wait<Value: Sendable>(_ body: @escaping @Sendable () async -> Value) -> Value {
        let box = Box<Value>()
        let done = DispatchSemaphore(value: 0)
        Task.detached {
            box.value = await body()
            done.signal()
        }
        done.wait()
        guard let value = box.value else { preconditionFailure("signalled without a value") }
        return value
    }
}

private final class Box<Value: Sendable>: @unchecked Sendable {
    // Safe: written before the semaphore is signalled, read after it was waited for.
    var value: Value?
}
