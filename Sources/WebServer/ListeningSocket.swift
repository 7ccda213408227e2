import Basics
import CLinux
import Glibc

/// A socket that accepts connections; its file, where it has one, goes with it.
struct ListeningSocket: ~Copyable {
    private static let backlog: Int32 = 1024

    let descriptor: FileDescriptor
    /// The TCP port; 0 for a socket in the file system.
    let port: Int
    private let path: String?

    private init(descriptor: consuming FileDescriptor, port: Int, path: String?) {
        self.descriptor = descriptor
        self.port = port
        self.path = path
    }

    deinit {
        if let path { unlink(path) }
    }

    /// Listens on a host's first address that can be had; port 0 takes a free one.
    static func tcp(host: String, port: Int, sharesPort: Bool) throws(WebServerError) -> ListeningSocket {
        var hints = addrinfo()
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        hints.ai_flags = AI_PASSIVE
        var list: UnsafeMutablePointer<addrinfo>?
        let bare = host.hasPrefix("[") && host.hasSuffix("]") ? String(host.dropFirst().dropLast()) : host
        guard getaddrinfo(bare, String(port), &hints, &list) == 0 else {
            throw WebServerError(.badAddress, "\(host) is not an address to listen on; use 127.0.0.1 or ::1")
        }
        defer { freeaddrinfo(list) }
        var failure = WebServerError(.badAddress, "\(host) has no address to listen on")
        var next = list
        while let info = next {
            do throws(WebServerError) {
                return try tcp(info.pointee, name: "\(host):\(port)", sharesPort: sharesPort)
            } catch {
                failure = error
            }
            next = info.pointee.ai_next
        }
        throw failure
    }

    private static func tcp(
        _ info: addrinfo,
        name: String,
        sharesPort: Bool
    ) throws(WebServerError) -> ListeningSocket {
        let number = socket(info.ai_family, info.ai_socktype | socketFlags, info.ai_protocol)
        guard number >= 0 else { throw failure("open a socket for", name) }
        let descriptor = FileDescriptor(owning: number)
        var one: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        // Without it a restart has to wait until the last connections of the process before are forgotten.
        setsockopt(number, SOL_SOCKET, SO_REUSEADDR, &one, size)
        if sharesPort { setsockopt(number, SOL_SOCKET, SO_REUSEPORT, &one, size) }
        if info.ai_family == AF_INET6 { setsockopt(number, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &one, size) }
        guard bind(number, info.ai_addr, info.ai_addrlen) == 0 else { throw failure("listen on", name) }
        guard listen(number, backlog) == 0 else { throw failure("listen on", name) }
        var address = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let port = withUnsafeMutablePointer(to: &address) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(number, $0, &length) }
            // IPv4 and IPv6 addresses have their port at the same place.
            return storage.withMemoryRebound(to: sockaddr_in.self, capacity: 1) {
                Int(UInt16(bigEndian: $0.pointee.sin_port))
            }
        }
        return ListeningSocket(descriptor: descriptor, port: port, path: nil)
    }

    /// Listens on a socket in the file system that only its owner can connect to; a file that a dead process left is replaced.
    static func unix(path: String) throws(WebServerError) -> ListeningSocket {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard !bytes.isEmpty, bytes.count < room else {
            throw WebServerError(.badAddress, "the socket path must have 1 to \(room - 1) bytes: \(path)")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | socketFlags, 0)
        guard number >= 0 else { throw failure("open a socket for", path) }
        let descriptor = FileDescriptor(owning: number)
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        func call(_ function: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Bool {
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { function(number, $0, size) } == 0
            }
        }
        var information = stat()
        if lstat(path, &information) == 0 {
            guard information.st_mode & S_IFMT == S_IFSOCK else {
                throw WebServerError(
                    .badAddress,
                    "\(path) exists and is not a socket; remove it or choose another path"
                )
            }
            if call({ connect($0, $1, $2) }) {
                throw WebServerError(.addressInUse, "another process listens on \(path); stop it first")
            }
            guard errno == ECONNREFUSED, unlink(path) == 0 else { throw failure("replace", path) }
        }
        guard call({ bind($0, $1, $2) }) else { throw failure("listen on", path) }
        // Nobody can connect before `listen`, so the mode is in force from the first connection on.
        guard chmod(path, 0o600) == 0, listen(number, backlog) == 0 else { throw failure("listen on", path) }
        return ListeningSocket(descriptor: descriptor, port: 0, path: path)
    }

    private static var socketFlags: Int32 { Int32(SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue) }

    private static func failure(_ action: String, _ name: String) -> WebServerError {
        let cause = SystemError(action)
        let (code, advice): (WebServerError.Code, String) =
            switch cause.code {
            case EADDRINUSE: (.addressInUse, "; stop the process that uses it, or choose another port")
            case EACCES, EPERM: (.permissionDenied, "; choose a port above 1023, or a folder that you may write")
            case EADDRNOTAVAIL, ENOENT, ENOTDIR: (.badAddress, "; check the address")
            default: (.other, "")
            }
        return WebServerError(
            code,
            "cannot \(cause.operation) \(name): \(String(cString: strerror(cause.code)))\(advice)",
            cause: cause
        )
    }
}
