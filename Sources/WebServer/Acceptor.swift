import Basics
import CLinux
import EventLoops
import Glibc
import HTTP

/// The part of a server that lives on one loop: its listening socket and its connections.
///
/// Sendable because everything that changes is touched on the loop only, once `start` has been called.
final class Acceptor: EventSource, @unchecked Sendable {
    /// Connections taken before other sockets have their turn.
    private static let batch = 64
    /// Seconds without accepting when the process has no descriptors left.
    private static let pause = 0.1
    private static let unavailable = Array(
        "HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".utf8
    )

    let loop: EventLoop
    let handler: any HTTPHandler
    let configuration: HTTPServerConfiguration
    let admission: Admission
    /// Where received bytes land before a parser takes them; one for all connections, so that an idle one has none.
    let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 << 10, alignment: 16)
    /// Where responses are put together; one for all connections.
    var output: [UInt8] = []
    private(set) var isDraining = false
    private var date = DateLine()
    private var socket: ListeningSocket?
    private var isLocal = false
    private var connections: [Int32: HTTPConnection] = [:]
    private var waiters: [CheckedContinuation<Void, Never>] = []

    init(loop: EventLoop, handler: any HTTPHandler, configuration: HTTPServerConfiguration, admission: Admission) {
        self.loop = loop
        self.handler = handler
        self.configuration = configuration
        self.admission = admission
    }

    deinit {
        scratch.deallocate()
    }

    func listen(on socket: consuming ListeningSocket, isLocal: Bool) {
        self.socket = consume socket
        self.isLocal = isLocal
    }

    func start() throws {
        guard let number = listener else { return }
        try loop.register(number, .readable, self)
    }

    /// The `Date` line for a response written now.
    var dateLine: [UInt8] { date.line(monotonic: loop.now) }

    private var listener: Int32? {
        switch socket {
        case .some(let socket): socket.descriptor.number
        case .none: nil
        }
    }

    // MARK: Accepting

    func ready(_ descriptor: Int32, _ readiness: Readiness) {
        for _ in 0..<Acceptor.batch {
            var address = sockaddr_storage()
            var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
            let number = withUnsafeMutablePointer(to: &address) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { clinux_accept(descriptor, $0, &length) }
            }
            if number >= 0 {
                accept(number, from: isLocal ? "local" : Acceptor.text(address))
                continue
            }
            switch errno {
            case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                rest()
                return
            case ECONNABORTED, EINTR, EPROTO: continue
            default: return
            }
        }
    }

    private func accept(_ number: Int32, from peer: String) {
        if isLocal {
            let user = clinux_peer_user(number)
            guard user == Int(geteuid()) || user == 0 else {
                close(number)
                return
            }
        } else {
            var one: Int32 = 1
            setsockopt(number, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
            setsockopt(number, SOL_SOCKET, SO_KEEPALIVE, &one, socklen_t(MemoryLayout<Int32>.size))
        }
        guard admission.connect(peer) else {
            Acceptor.unavailable.withUnsafeBytes {
                _ = send(number, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            close(number)
            return
        }
        let connection = HTTPConnection(number, peer: peer, acceptor: self)
        connections[number] = connection
        connection.start()
    }

    /// Leaves new connections in the kernel's queue for a moment instead of asking for them in a loop.
    private func rest() {
        guard let number = listener else { return }
        loop.unregister(number)
        loop.schedule(after: Acceptor.pause) { [weak self] in
            guard let self, let number = listener else { return }
            do { try loop.register(number, .readable, self) } catch { rest() }
        }
    }

    private static func text(_ address: sockaddr_storage) -> String {
        var host = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        withUnsafeBytes(of: address) { bytes in
            guard let base = bytes.baseAddress else { return }
            if Int32(address.ss_family) == AF_INET {
                inet_ntop(AF_INET, base + 4, &host, socklen_t(host.count))
            } else {
                inet_ntop(AF_INET6, base + 8, &host, socklen_t(host.count))
            }
        }
        return String(decoding: host.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    // MARK: Ending

    /// Called by a connection that has closed.
    func remove(_ connection: HTTPConnection) {
        connections[connection.descriptor] = nil
        admission.disconnect(connection.peer)
        endIfDrained()
    }

    func shutDown(within seconds: Double, _ waiter: CheckedContinuation<Void, Never>) {
        waiters.append(waiter)
        if !isDraining {
            isDraining = true
            if let number = listener { loop.unregister(number) }
            socket = nil
            for connection in Array(connections.values) { connection.drain() }
            // The timer keeps this object until then; it must not be kept from ending by a stream that never ends.
            loop.schedule(after: seconds) {
                for connection in Array(self.connections.values) { connection.close() }
            }
        }
        endIfDrained()
    }

    private func endIfDrained() {
        guard isDraining, connections.isEmpty else { return }
        for waiter in waiters { waiter.resume() }
        waiters = []
    }
}
