import Glibc

/// A blocking TCP connection for tests that need to say exactly which bytes go over the wire and when.
///
/// Reads give up after ten seconds, so that a server that hangs fails its test.
package final class RawConnection: Sendable {
    private let descriptor: Int32

    init(_ descriptor: Int32) {
        self.descriptor = descriptor
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var one: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &one, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit {
        close(descriptor)
    }

    /// Connects to a port of this machine.
    package convenience init?(port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return nil }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else {
            close(descriptor)
            return nil
        }
        self.init(descriptor)
    }

    /// Connects to a socket in the file system.
    package convenience init?(path: String) {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else {
            close(descriptor)
            return nil
        }
        self.init(descriptor)
    }

    /// Sends text; false when the other side has gone.
    @discardableResult
    package func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// Sends bytes; false when the other side has gone.
    @discardableResult
    package func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// What has come, waiting for at least one byte; nil when the other side has closed, broken off or said nothing for long.
    package func receive(atMost limit: Int = 65536) -> [UInt8]? {
        var buffer = [UInt8](repeating: 0, count: limit)
        let count = recv(descriptor, &buffer, limit, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    /// Everything until the other side closes.
    package func receiveAll() -> String {
        var all: [UInt8] = []
        while let some = receive() { all += some }
        return String(decoding: all, as: UTF8.self)
    }

    /// Everything until `text` has come, byte by byte so that nothing after it is taken; what came when it never does.
    package func receive(until text: String) -> String {
        var all: [UInt8] = []
        let end = Array(text.utf8)
        while all.count < end.count || !all.suffix(end.count).elementsEqual(end) {
            guard let byte = receive(atMost: 1) else { break }
            all += byte
        }
        return String(decoding: all, as: UTF8.self)
    }

    /// One message with a `Content-Length` or without a body: a request or a response.
    package func receiveMessage() -> String {
        var message = receive(until: "\r\n\r\n")
        var left = 0
        for line in message.split(separator: "\r\n") where line.lowercased().hasPrefix("content-length:") {
            left = Int(line.dropFirst(15).drop { $0 == " " }) ?? 0
        }
        while left > 0, let some = receive(atMost: left) {
            message += String(decoding: some, as: UTF8.self)
            left -= some.count
        }
        return message
    }

    /// Says that no more will be sent.
    package func finish() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Makes closing a reset, as when the other process has died.
    package func resetOnClose() {
        var option = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
    }
}
