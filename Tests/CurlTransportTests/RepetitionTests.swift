import CurlTransport
import HTTP
import TestSupport
import Testing

/// libcurl sends a request again by itself when a kept connection dies before the first byte of a response.
struct RepetitionTests {
    /// Answers the first request of a connection, and closes it after the second without a byte; only the first
    /// connection does that.
    private func server(_ received: Counter) -> RawServer {
        let connections = Counter()
        return RawServer { connection in
            let isFirst = connections.increment() == 1
            while connection.receiveMessage().contains("\r\n\r\n") {
                let number = received.increment()
                if isFirst, number == 2 { return }
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
            }
        }
    }

    private static let writes: [(String, HTTPBody)] = [
        ("POST", .bytes(Array("{\"name\":\"x\"}".utf8))), ("PUT", .bytes([1])), ("PATCH", .bytes([1])),
        ("DELETE", .bytes([1])), ("POST", .bytes([UInt8](repeating: 1, count: 300_000))),
        ("POST", .empty), ("PUT", .empty), ("DELETE", .empty), ("POST", .bytes([])), ("SUBSCRIBE", .empty),
    ]

    @Test(arguments: 0..<10)
    func `a write is sent once, even if its kept connection turns out to be dead`(index: Int) async throws {
        let (method, body) = Self.writes[index]
        let received = Counter()
        let server = server(received)
        try await withTransport { transport, _ in
            let first = try HTTPRequest(url: server.url())
            #expect(try await transport.send(first, options: HTTPRequestOptions()).status == 200)
            let write = try HTTPRequest(method: method, url: server.url(), body: body)
            let error = await failure(transport, write)
            if try await body.collect(limit: .max).isEmpty {
                // A write without a body never takes a kept connection, so it met the healthy second one.
                #expect(error == nil)
                #expect(server.accepted.value == 2)
            } else {
                #expect(error?.code == .connectionLost)
                #expect(error?.nothingSent == false)
            }
            #expect(received.value == 2)
        }
    }

    @Test(arguments: 0..<10)
    func `a write that may be repeated is sent again on a new connection`(index: Int) async throws {
        let (method, body) = Self.writes[index]
        let received = Counter()
        let server = server(received)
        try await withTransport { transport, _ in
            var options = HTTPRequestOptions()
            options.mayRepeat = true
            #expect(try await transport.send(HTTPRequest(url: server.url()), options: options).status == 200)
            let write = try HTTPRequest(method: method, url: server.url(), body: body)
            #expect(try await transport.send(write, options: options).status == 200)
            #expect(received.value == 3)
            #expect(server.accepted.value == 2)
        }
    }

    @Test(arguments: ["POST", "PUT", "DELETE"])
    func `a bodiless write on a connection that dies fails without a second attempt`(method: String) async throws {
        let received = Counter()
        let server = RawServer { connection in
            if connection.receiveMessage().contains("\r\n\r\n") { received.increment() }
        }
        try await withTransport { transport, _ in
            let error = await failure(transport, try HTTPRequest(method: method, url: server.url()))
            #expect(error?.code == .connectionLost)
            #expect(received.value == 1)
        }
    }

    @Test func `a reset instead of a close changes nothing`() async throws {
        let received = Counter()
        let server = RawServer { connection in
            while connection.receiveMessage().contains("\r\n\r\n") {
                if received.increment() == 2 {
                    connection.resetOnClose()
                    return
                }
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
            }
        }
        try await withTransport { transport, _ in
            let request = try HTTPRequest(method: "POST", url: server.url(), body: .bytes([1]))
            #expect(await failure(transport, request) == nil)
            #expect(await failure(transport, request)?.code == .connectionLost)
            #expect(received.value == 2)
        }
    }
}
