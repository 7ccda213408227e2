import CLinux
import Glibc

/// Starts threads for work that blocks.
package enum Thread {
    private final class Body {
        let name: String
        let run: @Sendable () -> Void

        init(_ name: String, _ run: @escaping @Sendable () -> Void) {
            self.name = name
            self.run = run
        }
    }

    /// Runs `body` on a new detached thread.
    ///
    /// - Parameters:
    ///   - name: Up to 15 bytes, for debuggers.
    ///   - stackSize: In bytes.
    ///   - body: What to run.
    package static func start(name: String, stackSize: Int = 512 << 10, body: @escaping @Sendable () -> Void) {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        pthread_attr_setstacksize(&attributes, stackSize)
        defer { pthread_attr_destroy(&attributes) }
        let context = Unmanaged.passRetained(Body(name, body)).toOpaque()
        var thread = pthread_t()
        let failed = pthread_create(
            &thread,
            &attributes,
            { context in
                guard let context else { return nil }
                let body = Unmanaged<Body>.fromOpaque(context).takeRetainedValue()
                clinux_set_thread_name(body.name)
                body.run()
                return nil
            },
            context
        )
        guard failed == 0 else {
            Unmanaged<Body>.fromOpaque(context).release()
            preconditionFailure("no thread could be started: \(String(cString: strerror(failed)))")
        }
    }
}
