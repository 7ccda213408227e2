import CurlTransport
import Glibc
import HTTP
import TestSupport
import Testing

struct FailureTests {
    /// A server that answers every request with the same bytes and closes.
    private func answering(_ text: String) -> RawServer {
        RawServer { connection in
            _ = connection.receiveMessage()
            connection.send(text)
        }
    }

    private static let long = String(repeating: "x", count: 90_000)
    private static let many = String(repeating: "X: 0123456789\r\n", count: 6000)
    private static let broken: [(HTTPError.Code, String)] = [
        (.connectionLost, ""),
        (.connectionLost, "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhal"),
        (.connectionLost, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n"),
        (.malformed, "SSH-2.0-server\r\n"),
        (.malformed, "HTTP/1.1 200 OK\r\nX: \(long)\r\n\r\n"),
        (.malformed, "HTTP/1.1 200 OK\r\n\(many)\r\n"),
        (.malformed, "HTTP/1.1 200 OK\r\nno field\r\nContent-Length: 0\r\n\r\n"),
    ]

    @Test(arguments: broken)
    func `a response that is cut off or is none is an error, streamed or not`(
        code: HTTPError.Code,
        text: String
    ) async throws {
        let server = answering(text)
        try await withTransport { transport, _ in
            for streams in [false, true] {
                var options = HTTPRequestOptions()
                options.streams = streams
                let error = await failure(transport, try HTTPRequest(url: server.url()), options)
                #expect(error?.code == code, "\(String(describing: error))")
                #expect(error?.nothingSent == false)
            }
        }
    }

    @Test(arguments: [false, true])
    func `a response that is longer than allowed is an error`(streams: Bool) async throws {
        let server = answering("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + String(repeating: "x", count: 1000))
        try await withTransport { transport, _ in
            var options = HTTPRequestOptions()
            options.streams = streams
            options.maximumResponseSize = 1000
            let request = try HTTPRequest(url: server.url())
            #expect(await failure(transport, request, options)?.code == .bodyTooLarge)
            options.maximumResponseSize = 1100
            #expect(await failure(transport, request, options) == nil)
        }
    }

    @Test func `a server that falls silent is given up after the idle timeout`() async throws {
        let server = RawServer { connection in
            _ = connection.receiveMessage()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhal")
            while connection.receive() != nil {}
        }
        try await withTransport { transport, _ in
            var options = HTTPRequestOptions()
            options.idleTimeout = 0.05
            let error = await failure(transport, try HTTPRequest(url: server.url()), options)
            #expect(error?.code == .timeout)
            #expect(error?.message.contains("sent nothing for 0.05 s") == true)
            #expect(error?.nothingSent == false)
        }
    }

    @Test func `a server that drips is given up after the total timeout`() async throws {
        let server = RawServer { connection in
            _ = connection.receiveMessage()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n")
            // Drips until the client has closed.
            while connection.send("x") { usleep(2000) }
        }
        try await withTransport { transport, _ in
            for streams in [false, true] {
                var options = HTTPRequestOptions()
                options.idleTimeout = 10
                options.totalTimeout = 0.1
                options.streams = streams
                let error = await failure(transport, try HTTPRequest(url: server.url()), options)
                #expect(error?.code == .timeout)
                #expect(error?.message.contains("did not answer completely within 0.1 s") == true)
            }
        }
    }

    @Test func `a refused connection is an error of which nothing was sent`() async throws {
        var server: RawServer? = RawServer { _ in }
        let url = try #require(server?.url())
        server = nil
        try await withTransport { transport, _ in
            var error: HTTPError?
            // The listening socket closes a moment after its owner has gone.
            repeat { error = await failure(transport, try HTTPRequest(url: url)) } while error?.code == .connectionLost
            #expect(error?.code == .connectFailed)
            #expect(error?.nothingSent == true)
        }
    }

    @Test func `a name that does not exist is an error of which nothing was sent`() async throws {
        try await withTransport { transport, _ in
            let error = await failure(transport, try HTTPRequest(method: "POST", url: "http://nobody.invalid/"))
            #expect(error?.code == .hostNotFound)
            #expect(error?.nothingSent == true)
            #expect(error?.message.contains("nobody.invalid") == true)
        }
    }

    @Test func `a server that does not speak TLS gets no byte of an https request`() async throws {
        let server = RawServer { connection in
            _ = connection.receive()
            connection.send("HTTP/1.1 400 Bad Request\r\n\r\n")
        }
        try await withTransport { transport, _ in
            let url = "https://127.0.0.1:\(server.port)/"
            let error = await failure(transport, try HTTPRequest(method: "POST", url: url, body: .bytes([1])))
            #expect(error?.code == .tlsFailed)
            #expect(error?.nothingSent == true)
        }
    }

    @Test func `an error names the host and never the path, the query or a field`() async throws {
        let server = answering("")
        try await withTransport { transport, _ in
            let request = try HTTPRequest(url: server.url("/path?key=s3cret"), fields: ["Authorization": "s3cret"])
            let error = await failure(transport, request)
            #expect(error?.message.contains("127.0.0.1:\(server.port)") == true)
            #expect(error?.message.contains("s3cret") == false)
            #expect(error?.message.contains("/path") == false)
        }
    }
}
