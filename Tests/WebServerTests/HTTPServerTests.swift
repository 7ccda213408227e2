import Basics
import EventLoops
import Glibc
import HTTP
import TestSupport
import Testing
import WebServer

struct HTTPServerTests {
    private func echo(_ request: HTTPRequest) async -> HTTPResponse {
        let body = try? await request.body.collect(limit: .max)
        return HTTPResponse(
            status: 200,
            body: .bytes(Array("\(request.method) \(request.target) \(request.peer) ".utf8) + (body ?? []))
        )
    }

    @Test func `a request gets its response, and the connection stays open for the next`() async throws {
        try await withServer(echo) { port in
            let client = try #require(RawConnection(port: port))
            for target in ["/a", "/b?c=d"] {
                client.send("GET \(target) HTTP/1.1\r\nHost: localhost\r\n\r\n")
                let response = client.receiveMessage()
                #expect(response.hasPrefix("HTTP/1.1 200 OK\r\nDate: "))
                #expect(response.hasSuffix("\r\n\r\nGET \(target) 127.0.0.1 "))
            }
        }
    }

    @Test func `the Date field is now, as RFC 9110 writes it`() async throws {
        try await withServer(echo) { port in
            let client = try #require(RawConnection(port: port))
            client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            let line = try #require(client.receiveMessage().split(separator: "\r\n").first { $0.hasPrefix("Date: ") })
            let now = time(nil)
            let expected = (-1...5).map { age in
                var moment = now - age
                var parts = tm()
                gmtime_r(&moment, &parts)
                var text = [CChar](repeating: 0, count: 64)
                let count = strftime(&text, text.count, "Date: %a, %d %b %Y %H:%M:%S GMT", &parts)
                return String(decoding: text[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
            }
            #expect(expected.contains(String(line)))
        }
    }

    @Test func `requests sent at once are answered one after the other, in order`() async throws {
        try await withServer { request in
            // The first takes longest; a server that ran them side by side would answer it last.
            for _ in 0..<(request.target == "/0" ? 50 : 0) { await Task.yield() }
            return .text(request.target)
        } body: { port in
            let client = try #require(RawConnection(port: port))
            client.send((0..<20).map { "GET /\($0) HTTP/1.1\r\nHost: localhost\r\n\r\n" }.joined())
            for number in 0..<20 { #expect(client.receiveMessage().hasSuffix("\r\n\r\n/\(number)")) }
        }
    }

    @Test func `a thousand pipelined requests do not grow the stack`() async throws {
        try await withServer(echo) { port in
            let client = try #require(RawConnection(port: port))
            client.send(String(repeating: "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n", count: 1000))
            for _ in 0..<1000 { #expect(client.receiveMessage().hasPrefix("HTTP/1.1 200")) }
        }
    }

    @Test func `bodies come with a length or in chunks`() async throws {
        try await withServer(echo) { port in
            let client = try #require(RawConnection(port: port))
            client.send("POST /l HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhel")
            client.send("lo")
            #expect(client.receiveMessage().hasSuffix("POST /l 127.0.0.1 hello"))
            client.send("POST /c HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n")
            client.send("2\r\nde\r\n0\r\n\r\n")
            #expect(client.receiveMessage().hasSuffix("POST /c 127.0.0.1 abcde"))
        }
    }

    @Test func `a body of megabytes goes both ways`() async throws {
        try await withServer(echo) { port in
            let client = try #require(RawConnection(port: port))
            let size = 3 << 20
            client.send("POST / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: \(size)\r\n\r\n")
            client.send([UInt8](repeating: 0x78, count: size))
            #expect(client.receiveAll().utf8.suffix(size).allSatisfy { $0 == 0x78 })
        }
    }

    @Test func `a client that asks whether to send its body is told to`() async throws {
        try await withServer(echo) { port in
            let client = try #require(RawConnection(port: port))
            client.send("POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            #expect(client.receive(until: "\r\n\r\n") == "HTTP/1.1 100 Continue\r\n\r\n")
            client.send("hi")
            #expect(client.receiveMessage().hasSuffix("POST / 127.0.0.1 hi"))
        }
    }

    @Test func `a HEAD request gets the length without the body`() async throws {
        try await withServer(echo) { port in
            let client = try #require(RawConnection(port: port))
            client.send("HEAD / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            let response = client.receiveAll()
            #expect(response.contains("\r\nContent-Length: 17\r\n"))
            #expect(response.hasSuffix("\r\n\r\n"))
        }
    }

    @Test(arguments: [204, 304]) func `a status without content has no length`(status: Int) async throws {
        try await withServer { _ in
            HTTPResponse(status: status, body: .bytes([1, 2, 3]))
        } body: { port in
            let client = try #require(RawConnection(port: port))
            client.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            let response = client.receiveAll()
            #expect(response.hasSuffix("\r\n\r\n"))
            #expect(!response.contains("Content-Length"))
        }
    }

    @Test func `an HTTP 1.0 client gets a closed connection unless it asks otherwise`() async throws {
        try await withServer(echo) { port in
            let client = try #require(RawConnection(port: port))
            client.send("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
            #expect(client.receiveMessage().contains("\r\nConnection: keep-alive\r\n"))
            client.send("GET / HTTP/1.0\r\n\r\n")
            #expect(client.receiveAll().contains("\r\nConnection: close\r\n"))
        }
    }

    @Test func `a response that would break the message becomes a 500`() async throws {
        try await withServer { _ in
            HTTPResponse(status: 200, fields: ["Location": "/a\r\nSet-Cookie: b"])
        } body: { port in
            let client = try #require(RawConnection(port: port))
            client.send("GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            let response = client.receiveAll()
            #expect(response.hasPrefix("HTTP/1.1 500 "))
            #expect(!response.contains("Set-Cookie"))
        }
    }

    @Test(arguments: [
        (400, "GET / HTTP/1.1\r\n\r\n"), (505, "GET / HTTP/3.0\r\nHost: a\r\n\r\n"),
        (413, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n"),
        (431, "GET / HTTP/1.1\r\nX: " + String(repeating: "x", count: 40000)),
        (501, "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: br\r\n\r\n"),
    ])
    func `what cannot be read is refused and the connection closed`(status: Int, text: String) async throws {
        try await withServer(echo) { port in
            let client = try #require(RawConnection(port: port))
            client.send(text)
            let response = client.receiveAll()
            #expect(response.hasPrefix("HTTP/1.1 \(status) "))
            #expect(response.contains("\r\nConnection: close\r\n"))
        }
    }

    @Test func `a refusal reaches a client that is still sending`() async throws {
        try await withServer(echo) { port in
            let client = try #require(RawConnection(port: port))
            client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 9000000\r\n\r\n")
            client.send([UInt8](repeating: 0, count: 9_000_000))
            #expect(client.receiveAll().hasPrefix("HTTP/1.1 413 "))
        }
    }

    @Test func `a handler runs on the loop that owns the socket`() async throws {
        let loops = try EventLoopGroup()
        let handler = Answering { _ in
            let before = loops.current != nil
            await Task.yield()
            return .text("\(before) \(loops.current != nil)")
        }
        let server = try await HTTPServer.start(handler, on: .tcp(host: "127.0.0.1", port: 0), loops: loops)
        let client = try #require(RawConnection(port: server.port))
        client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(client.receiveMessage().hasSuffix("true true"))
        await server.shutDown()
        await loops.stop()
    }

    @Test func `two loops share a port`() async throws {
        try await withServer(loops: 2, echo) { port in
            for _ in 0..<40 {
                let client = try #require(RawConnection(port: port))
                client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(client.receiveMessage().hasPrefix("HTTP/1.1 200"))
            }
        }
    }

    @Test func `a client that leaves cancels its handler`() async throws {
        let (started, cancelled) = (Gate(), Gate())
        try await withServer { _ in
            await withTaskCancellationHandler {
                started.open()
                await cancelled.pass()
            } onCancel: {
                cancelled.open()
            }
            return .text("")
        } body: { port in
            var client = RawConnection(port: port)
            client?.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            await started.pass()
            client = nil
            await cancelled.pass()
        }
    }
}
