import Basics
package import EventLoops
package import HTTP

/// An HTTP/1.1 server that runs a handler on event loops: each request is a task on the loop that owns its socket.
package final class HTTPServer: Sendable {
    /// Where a server listens.
    package enum Address: Sendable, Hashable {
        /// A host name or address of this machine, and a port; 0 takes a free one.
        case tcp(host: String, port: Int)
        /// A socket in the file system, for processes of the same user only.
        case unix(path: String)
    }

    /// The TCP port that the server listens on; 0 for a socket in the file system.
    package let port: Int
    private let acceptors: [Acceptor]

    private init(port: Int, acceptors: [Acceptor]) {
        self.port = port
        self.acceptors = acceptors
    }

    /// Listens, and serves until ``shutDown(within:)``.
    ///
    /// With several loops each has a socket of its own on the port (`SO_REUSEPORT`), and the kernel spreads connections.
    ///
    /// - Throws: ``WebServerError``.
    package static func start(
        _ handler: any HTTPHandler,
        on address: Address,
        loops: EventLoopGroup,
        configuration: HTTPServerConfiguration = HTTPServerConfiguration()
    ) async throws -> HTTPServer {
        let admission = Admission(configuration)
        var port = 0
        var acceptors: [Acceptor] = []
        for loop in loops.loops {
            let acceptor = Acceptor(loop: loop, handler: handler, configuration: configuration, admission: admission)
            switch address {
            case .tcp(let host, let wanted):
                if acceptors.isEmpty, wanted != 0, loops.loops.count > 1 {
                    // Sockets that share a port share it with another process too: one that does not share asks first.
                    _ = try ListeningSocket.tcp(host: host, port: wanted, sharesPort: false)
                }
                let socket = try ListeningSocket.tcp(
                    host: host,
                    port: port == 0 ? wanted : port,
                    sharesPort: loops.loops.count > 1
                )
                port = socket.port
                acceptor.listen(on: socket, isLocal: false)
                acceptors.append(acceptor)
            case .unix(let path):
                guard acceptors.isEmpty else { continue }
                acceptor.listen(on: try ListeningSocket.unix(path: path), isLocal: true)
                acceptors.append(acceptor)
            }
        }
        for acceptor in acceptors { try await acceptor.loop.submit { try acceptor.start() } }
        return HTTPServer(port: port, acceptors: acceptors)
    }

    /// Stops accepting, lets requests that are being handled finish for some seconds, and then cancels them.
    ///
    /// Returns when no connection is left. To be called before the loops are stopped.
    package func shutDown(within seconds: Double = 10) async {
        await withDiscardingTaskGroup { group in
            for acceptor in acceptors {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        acceptor.loop.perform { acceptor.shutDown(within: seconds, continuation) }
                    }
                }
            }
        }
    }
}
