import Glibc

/// Runs work that recurses on a thread of its own with room to do so, while the caller waits.
///
/// Threads of a server have stacks of half a megabyte; this keeps the depth that expressions may reach independent of
/// the thread on which they are evaluated.
enum DeepStack {
    /// How much of its stack a thread may use before work moves on to another.
    static let usable = 7 << 20
    private static let size = 8 << 20

    /// Handed to one thread and looked at by the other only after the first has ended.
    private final class Job: @unchecked Sendable {
        let work: () -> Void

        init(work: @escaping () -> Void) {
            self.work = work
        }
    }

    static func run<Result>(_ work: () throws -> Result) throws -> Result {
        var outcome: Swift.Result<Result, any Error>?
        let started = withoutActuallyEscaping(work) { work in
            start(Job { outcome = Swift.Result { try work() } })
        }
        guard started, let outcome else {
            throw JSONataError("U1001", message: "There is no memory for an evaluation this deep.")
        }
        return try outcome.get()
    }

    private static func start(_ job: Job) -> Bool {
        // Room for the attributes, which only C can set up.
        withUnsafeTemporaryAllocation(of: pthread_attr_t.self, capacity: 1) { buffer in
            guard let attributes = buffer.baseAddress, pthread_attr_init(attributes) == 0 else { return false }
            defer { pthread_attr_destroy(attributes) }
            guard pthread_attr_setstacksize(attributes, size) == 0 else { return false }
            let context = Unmanaged.passRetained(job).toOpaque()
            var thread: pthread_t = 0
            let code = pthread_create(
                &thread,
                attributes,
                { context in
                    if let context { Unmanaged<Job>.fromOpaque(context).takeRetainedValue().work() }
                    return nil
                },
                context
            )
            guard code == 0 else {
                Unmanaged<Job>.fromOpaque(context).release()
                return false
            }
            pthread_join(thread, nil)
            return true
        }
    }

    /// About where the top of the stack is now.
    @inline(__always)
    static var address: Int {
        var marker: UInt8 = 0
        return withUnsafeMutablePointer(to: &marker) { Int(bitPattern: $0) }
    }
}
