import Basics

/// Which questions of tasks clients have been asked and have answered, so that nobody is asked twice.
final class MCPAskedQuestions: Sendable {
    private let keys = Locked<Set<[String]>>([])
    private static let largest = 10_000

    /// Remembers a question; false when it was known before.
    @discardableResult
    func add(_ key: String, of task: String) -> Bool {
        keys.withLock { keys in
            // Being asked again after very many others does no harm: the client knows the key.
            if keys.count >= MCPAskedQuestions.largest { keys.removeAll() }
            return keys.insert([task, key]).inserted
        }
    }

    func contains(_ key: String, of task: String) -> Bool { keys.withLock { $0.contains([task, key]) } }
}
