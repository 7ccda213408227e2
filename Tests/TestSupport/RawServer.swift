import Basics
import Glibc

/// A server that answers with exactly the bytes that a test wants, right or wrong.
package final class RawServer: Sendable {
    private final class Script: Sendable {
        let body: @Sendable (RawConnection) -> Void
        let listener: Int32
        let accepted: Counter

        init(listener: Int32, accepted: Counter, body: @escaping @Sendable (RawConnection) -> Void) {
            self.listener = listener
            self.accepted = accepted
            self.body = body
        }
    }

    /// The port that the server listens on.
    package let port: Int
    /// How many connections have been accepted.
    package let accepted = Counter()
    private let listener: Int32

    /// Runs a script for each connection, on a thread of its own; the connection closes when the script returns.
    package init(_ script: @escaping @Sendable (RawConnection) -> Void) {
        let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(listener, $0, length)
                _ = getsockname(listener, $0, &length)
            }
        }
        listen(listener, 128)
        port = Int(UInt16(bigEndian: address.sin_port))
        self.listener = listener
        let shared = Script(listener: listener, accepted: accepted, body: script)
        RawServer.thread {
            while true {
                let number = accept(shared.listener, nil, nil)
                guard number >= 0 else { break }
                shared.accepted.increment()
                RawServer.thread { shared.body(RawConnection(number)) }
            }
            close(shared.listener)
        }
    }

    deinit {
        // Wakes the thread that accepts, which closes the socket.
        shutdown(listener, Int32(SHUT_RDWR))
    }

    /// The URL of the server with a path.
    package func url(_ path: String = "/") -> String { "http://127.0.0.1:\(port)\(path)" }

    private final class Body: Sendable {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) {
            self.run = run
        }
    }

    private static func thread(_ run: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let argument = Unmanaged.passRetained(Body(run)).toOpaque()
        pthread_create(
            &thread,
            nil,
            { argument in
                if let argument { Unmanaged<Body>.fromOpaque(argument).takeRetainedValue().run() }
                return nil
            },
            argument
        )
        pthread_detach(thread)
    }
}
