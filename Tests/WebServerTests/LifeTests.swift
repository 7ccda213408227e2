import Basics
import EventLoops
import Glibc
import HTTP
import TestSupport
import Testing
import WebServer

struct LifeTests {
    private let request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
    private let answer = Answering { .text("from \($0.peer)") }

    @Test func `shutting down lets a running request finish, closes idle connections and refuses new ones`()
        async throws
    {
        let (started, released) = (Gate(), Gate())
        let loops = try EventLoopGroup()
        let handler = Answering { request in
            if request.target == "/wait" {
                started.open()
                await released.pass()
            }
            return .text("done")
        }
        let server = try await HTTPServer.start(handler, on: .tcp(host: "127.0.0.1", port: 0), loops: loops)
        let idle = try #require(RawConnection(port: server.port))
        idle.send(request)
        #expect(idle.receiveMessage().hasSuffix("done"))
        let busy = try #require(RawConnection(port: server.port))
        busy.send("GET /wait HTTP/1.1\r\nHost: localhost\r\n\r\n")
        await started.pass()
        async let end: Void = server.shutDown(within: 60)
        #expect(idle.receiveAll() == "")
        #expect(RawConnection(port: server.port) == nil)
        released.open()
        let response = busy.receiveAll()
        #expect(response.contains("\r\nConnection: close\r\n"))
        #expect(response.hasSuffix("done"))
        await end
        await loops.stop()
    }

    @Test func `a request that does not finish in time is cancelled`() async throws {
        let (started, cancelled) = (Gate(), Gate())
        let loops = try EventLoopGroup()
        let handler = Answering { _ in
            await withTaskCancellationHandler {
                started.open()
                await cancelled.pass()
            } onCancel: {
                cancelled.open()
            }
            return .text("")
        }
        let server = try await HTTPServer.start(handler, on: .tcp(host: "127.0.0.1", port: 0), loops: loops)
        let client = try #require(RawConnection(port: server.port))
        client.send(request)
        await started.pass()
        await server.shutDown(within: 0.01)
        await cancelled.pass()
        #expect(client.receiveAll() == "")
        await loops.stop()
    }

    @Test func `a port in use is an error that says so`() async throws {
        try await withServer { _ in
            .text("")
        } body: { port in
            let loops = try EventLoopGroup()
            let error = await #expect(throws: WebServerError.self) {
                _ = try await HTTPServer.start(answer, on: .tcp(host: "127.0.0.1", port: port), loops: loops)
            }
            #expect(error?.code == .addressInUse)
            #expect(error?.message.contains("127.0.0.1:\(port)") == true)
            await loops.stop()
        }
    }

    @Test func `loops share a port with each other, not with another server`() async throws {
        let loops = try EventLoopGroup(count: 2)
        let first = try await HTTPServer.start(answer, on: .tcp(host: "127.0.0.1", port: 0), loops: loops)
        let error = await #expect(throws: WebServerError.self) {
            _ = try await HTTPServer.start(answer, on: .tcp(host: "127.0.0.1", port: first.port), loops: loops)
        }
        #expect(error?.code == .addressInUse)
        await first.shutDown(within: 0)
        await loops.stop()
    }

    @Test func `an address of another machine is an error that says so`() async throws {
        let loops = try EventLoopGroup()
        let error = await #expect(throws: WebServerError.self) {
            _ = try await HTTPServer.start(answer, on: .tcp(host: "192.0.2.1", port: 0), loops: loops)
        }
        #expect(error?.code == .badAddress)
        await loops.stop()
    }

    @Test func `a socket in the file system is for its owner only and goes with the server`() async throws {
        let path = "/tmp/switchboard-test-\(getpid())-\(UInt32.random(in: 0 ... .max)).sock"
        let loops = try EventLoopGroup()
        let server = try await HTTPServer.start(answer, on: .unix(path: path), loops: loops)
        var information = stat()
        #expect(stat(path, &information) == 0)
        #expect(information.st_mode & 0o777 == 0o600)
        let client = try #require(RawConnection(path: path))
        client.send(request)
        #expect(client.receiveMessage().hasSuffix("from local"))
        let error = await #expect(throws: WebServerError.self) {
            _ = try await HTTPServer.start(answer, on: .unix(path: path), loops: loops)
        }
        #expect(error?.code == .addressInUse)
        await server.shutDown(within: 0)
        #expect(stat(path, &information) != 0)
        await loops.stop()
    }

    @Test func `a socket that a dead process left is replaced, any other file is not`() async throws {
        let path = "/tmp/switchboard-test-\(getpid())-\(UInt32.random(in: 0 ... .max)).sock"
        defer { unlink(path) }
        let loops = try EventLoopGroup()
        let stale = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                _ = bind(stale, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        close(stale)
        let server = try await HTTPServer.start(answer, on: .unix(path: path), loops: loops)
        #expect(RawConnection(path: path) != nil)
        await server.shutDown(within: 0)
        close(creat(path, 0o600))
        let error = await #expect(throws: WebServerError.self) {
            _ = try await HTTPServer.start(answer, on: .unix(path: path), loops: loops)
        }
        #expect(error?.code == .badAddress)
        #expect(access(path, F_OK) == 0)
        await loops.stop()
    }
}
