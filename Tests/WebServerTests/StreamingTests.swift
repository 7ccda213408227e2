import Basics
import HTTP
import TestSupport
import Testing
import WebServer

struct StreamingTests {
    private let request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

    @Test func `each chunk is on the wire before the next is made`() async throws {
        let channel = BoundedChannel<[UInt8]>(capacity: 1)
        try await withServer { _ in
            HTTPResponse(status: 200, body: .stream(HTTPBodyStream(next: { try await channel.receive() })))
        } body: { port in
            let client = try #require(RawConnection(port: port))
            client.send(request)
            #expect(client.receive(until: "\r\n\r\n").contains("\r\nTransfer-Encoding: chunked\r\n"))
            _ = await channel.send(Array("hello".utf8))
            #expect(client.receive(until: "hello\r\n") == "5\r\nhello\r\n")
            _ = await channel.send(Array("you".utf8))
            #expect(client.receive(until: "you\r\n") == "3\r\nyou\r\n")
            channel.finish()
            #expect(client.receive(until: "\r\n\r\n") == "0\r\n\r\n")
            client.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            #expect(client.receive(until: "\r\n\r\n").hasPrefix("HTTP/1.1 200 "))
        }
    }

    @Test func `an HTTP 1.0 client gets the plain bytes until the connection closes`() async throws {
        try await withServer { _ in
            HTTPResponse(status: 200, body: .stream(.of(["a", "b"])))
        } body: { port in
            let client = try #require(RawConnection(port: port))
            client.send("GET / HTTP/1.0\r\n\r\n")
            #expect(client.receiveAll().hasSuffix("\r\n\r\nab"))
        }
    }

    @Test func `a stream that fails ends without its last chunk`() async throws {
        struct Broken: Error {}
        let count = Counter()
        try await withServer { _ in
            let stream = HTTPBodyStream(next: {
                guard count.increment() == 1 else { throw Broken() }
                return Array("half".utf8)
            })
            return HTTPResponse(status: 200, body: .stream(stream))
        } body: { port in
            let client = try #require(RawConnection(port: port))
            client.send(request)
            #expect(client.receiveAll().hasSuffix("4\r\nhalf\r\n"))
        }
    }

    @Test func `a slow reader holds the stream back, and one that leaves ends it`() async throws {
        let (produced, cancelled) = (Counter(), Gate())
        let chunk = [UInt8](repeating: 0x2E, count: 64 << 10)
        try await withServer { _ in
            let stream = HTTPBodyStream(
                next: {
                    produced.increment()
                    return chunk
                },
                cancel: { cancelled.open() }
            )
            return HTTPResponse(status: 200, body: .stream(stream))
        } body: { port in
            var client = RawConnection(port: port)
            client?.send(request)
            for _ in 0..<100 { _ = client?.receive() }
            client = nil
            await cancelled.pass()
            // What the client read, and what fits into the kernel's buffers: without back pressure it would be endless.
            #expect(produced.value < 1000)
        }
    }

    @Test func `a reader that stops for longer than the write timeout loses its connection`() async throws {
        let cancelled = Gate()
        let chunk = [UInt8](repeating: 0x2E, count: 64 << 10)
        var configuration = HTTPServerConfiguration()
        configuration.writeTimeout = 0.05
        try await withServer(configuration: configuration) { _ in
            HTTPResponse(status: 200, body: .stream(HTTPBodyStream(next: { chunk }, cancel: { cancelled.open() })))
        } body: { port in
            let client = try #require(RawConnection(port: port))
            client.send(request)
            await cancelled.pass()
            withExtendedLifetime(client) {}
        }
    }
}

extension HTTPBodyStream {
    /// A stream of known chunks.
    fileprivate static func of(_ chunks: [String]) -> HTTPBodyStream {
        let left = Locked(chunks)
        return HTTPBodyStream(next: { left.withLock { $0.isEmpty ? nil : Array($0.removeFirst().utf8) } })
    }
}
