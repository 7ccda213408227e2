import HTTP
import TestSupport
import Testing
import WebServer

struct LimitTests {
    private let request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

    @Test(arguments: ["GET / HTTP/1.1\r\nHost: loc", ""])
    func `fields that do not come in time are answered with 408 or not at all`(begun: String) async throws {
        var configuration = HTTPServerConfiguration()
        configuration.headTimeout = 0.05
        try await withServer(configuration: configuration) { _ in
            .text("")
        } body: { port in
            let client = try #require(RawConnection(port: port))
            client.send(begun)
            let response = client.receiveAll()
            #expect(begun.isEmpty ? response.isEmpty : response.hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test func `dripping bytes do not extend the time for the fields`() async throws {
        var configuration = HTTPServerConfiguration()
        configuration.headTimeout = 0.1
        try await withServer(configuration: configuration) { _ in
            .text("")
        } body: { port in
            let client = try #require(RawConnection(port: port))
            client.send("GET / HTTP/1.1\r\nHost: localhost\r\nX: ")
            // Ends when the server has closed: each byte would otherwise buy another tenth of a second, for ever.
            while client.send("x") { await Task.yield() }
        }
    }

    @Test func `a body that does not come in time is answered with 408`() async throws {
        var configuration = HTTPServerConfiguration()
        configuration.bodyTimeout = 0.05
        try await withServer(configuration: configuration) { _ in
            .text("")
        } body: { port in
            let client = try #require(RawConnection(port: port))
            client.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhel")
            #expect(client.receiveAll().hasPrefix("HTTP/1.1 408 "))
        }
    }

    @Test func `a connection that rests too long is closed`() async throws {
        var configuration = HTTPServerConfiguration()
        configuration.keepAliveTimeout = 0.05
        try await withServer(configuration: configuration) { _ in
            .text("x")
        } body: { port in
            let client = try #require(RawConnection(port: port))
            client.send(request)
            #expect(client.receiveMessage().hasSuffix("x"))
            #expect(client.receiveAll() == "")
        }
    }

    @Test func `one peer gets only so many connections, and a closed one makes room`() async throws {
        var configuration = HTTPServerConfiguration()
        configuration.maximumConnectionsPerPeer = 2
        try await withServer(configuration: configuration) { _ in
            .text("x")
        } body: { port in
            var first = RawConnection(port: port)
            let second = try #require(RawConnection(port: port))
            for client in [try #require(first), second] {
                client.send(request)
                #expect(client.receiveMessage().hasSuffix("x"))
            }
            let third = try #require(RawConnection(port: port))
            #expect(third.receiveAll().hasPrefix("HTTP/1.1 503 "))
            first?.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            _ = first?.receiveAll()
            first = nil
            var response = ""
            while !response.hasSuffix("x") {
                let client = try #require(RawConnection(port: port))
                client.send(request)
                response = client.receiveMessage()
            }
        }
    }

    @Test func `one request too many is answered with 503`() async throws {
        let (started, released) = (Gate(), Gate())
        var configuration = HTTPServerConfiguration()
        configuration.maximumRequestsInFlight = 1
        try await withServer(configuration: configuration) { _ in
            started.open()
            await released.pass()
            return .text("x")
        } body: { port in
            let first = try #require(RawConnection(port: port))
            let second = try #require(RawConnection(port: port))
            first.send(request)
            await started.pass()
            second.send(request)
            let response = second.receiveMessage()
            #expect(response.hasPrefix("HTTP/1.1 503 "))
            #expect(response.contains("\r\nRetry-After: 1\r\n"))
            released.open()
            #expect(first.receiveMessage().hasSuffix("x"))
            second.send(request)
            #expect(second.receiveMessage().hasSuffix("x"))
        }
    }
}
