import Basics
import CurlTransport
import EventLoops
import HTTP
import TestSupport
import Testing
import WebServer

struct CurlTransportTests {
    /// Tells a client what arrived.
    private struct Mirror: HTTPHandler {
        func respond(to request: HTTPRequest) async -> HTTPResponse {
            let body = (try? await request.body.collect(limit: .max)) ?? []
            let fields = request.fields.filter { $0.name != "Host" }.map { "\($0.name)=\($0.value)" }
            let text =
                "\(request.method) \(request.target) \(fields.joined(separator: "|")) \(body.count) \(request.peer)"
            return .text(text)
        }
    }

    private func withMirror(_ body: (CurlTransport, EventLoopGroup, String) async throws -> Void) async throws {
        try await withTransport { transport, loops in
            let server = try await HTTPServer.start(Mirror(), on: .tcp(host: "127.0.0.1", port: 0), loops: loops)
            try await body(transport, loops, "http://127.0.0.1:\(server.port)")
            await server.shutDown(within: 0)
        }
    }

    private func text(_ response: HTTPResponse) async throws -> String {
        String(decoding: try await response.body.collect(limit: .max), as: UTF8.self)
    }

    @Test(arguments: [
        ("GET", 0, "GET /a/../b?c=%20  0 127.0.0.1"), ("DELETE", 0, "DELETE /a/../b?c=%20  0 127.0.0.1"),
        ("POST", 0, "POST /a/../b?c=%20 Content-Length=0 0 127.0.0.1"),
        ("PUT", 3, "PUT /a/../b?c=%20 Content-Length=3 3 127.0.0.1"),
        ("POST", 200_000, "POST /a/../b?c=%20 Content-Length=200000 200000 127.0.0.1"),
        ("GET", 3, "GET /a/../b?c=%20 Content-Length=3 3 127.0.0.1"),
    ])
    func `a request arrives as it was made, with nothing added`(
        method: String,
        size: Int,
        expected: String
    ) async throws {
        try await withMirror { transport, _, base in
            for mayRepeat in [false, true] {
                var options = HTTPRequestOptions()
                options.mayRepeat = mayRepeat
                let body = HTTPBody.bytes([UInt8](repeating: 1, count: size))
                let request = try HTTPRequest(method: method, url: base + "/a/../b?c=%20", body: body)
                #expect(try await text(transport.send(request, options: options)) == expected)
            }
        }
    }

    @Test func `fields are sent in order, empty ones and repeated ones too, framing ones not`() async throws {
        try await withMirror { transport, _, base in
            let fields: HTTPFields = [
                "Accept": "a/b", "X": "1", "x": "2", "Empty": "", "Content-Length": "7", "Transfer-Encoding": "chunked",
                "Expect": "100-continue", "Content-Type": "t/s",
            ]
            let request = try HTTPRequest(url: base + "/", fields: fields)
            let seen = try await text(transport.send(request, options: HTTPRequestOptions()))
            #expect(seen == "GET / Accept=a/b|X=1|x=2|Empty=|Content-Type=t/s 0 127.0.0.1")
        }
    }

    @Test func `a HEAD request has no body to wait for`() async throws {
        try await withMirror { transport, _, base in
            let request = try HTTPRequest(method: "HEAD", url: base + "/")
            let response = try await transport.send(request, options: HTTPRequestOptions())
            #expect(response.status == 200)
            #expect(response.fields["Content-Length"] != nil)
            #expect(try await text(response) == "")
        }
    }

    @Test func `a request body that comes as a stream is sent whole`() async throws {
        try await withMirror { transport, _, base in
            let left = Locked([[UInt8](repeating: 1, count: 3), [2]])
            let stream = HTTPBodyStream(next: { left.withLock { $0.isEmpty ? nil : $0.removeFirst() } })
            let request = try HTTPRequest(method: "POST", url: base + "/", body: .stream(stream))
            let seen = try await text(transport.send(request, options: HTTPRequestOptions()))
            #expect(seen == "POST / Content-Length=4 4 127.0.0.1")
        }
    }

    @Test func `a socket in the file system can stand for the host`() async throws {
        try await withTransport { transport, loops in
            let path = "/tmp/switchboard-test-\(UInt64.random(in: 0 ... .max)).sock"
            let server = try await HTTPServer.start(Mirror(), on: .unix(path: path), loops: loops)
            var options = HTTPRequestOptions()
            options.unixSocket = path
            let request = try HTTPRequest(url: "http://localhost/x")
            #expect(try await text(transport.send(request, options: options)).hasSuffix(" local"))
            await server.shutDown(within: 0)
        }
    }

    @Test func `a task on the loop stays there, and hundreds run at once`() async throws {
        try await withMirror { transport, loops, base in
            let request = try HTTPRequest(url: base + "/")
            await withDiscardingTaskGroup { group in
                for _ in 0..<300 {
                    group.addTask(executorPreference: loops.loops[0]) {
                        let response = try? await transport.send(request, options: HTTPRequestOptions())
                        #expect(response?.status == 200)
                        #expect(loops.current != nil)
                    }
                }
            }
        }
    }

    @Test func `connections are kept and used again`() async throws {
        let server = RawServer { connection in
            while connection.receiveMessage().contains("\r\n\r\n") {
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
            }
        }
        try await withTransport { transport, _ in
            for _ in 0..<20 {
                let post = try HTTPRequest(method: "POST", url: server.url(), body: .bytes([1]))
                #expect(try await text(transport.send(post, options: HTTPRequestOptions())) == "hi")
            }
            #expect(server.accepted.value == 1)
        }
    }

    @Test func `interim responses, trailers and redirects are not followed or mixed up`() async throws {
        let server = RawServer { connection in
            _ = connection.receiveMessage()
            connection.send("HTTP/1.1 103 Early Hints\r\nX: early\r\n\r\n")
            connection.send(
                "HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nX: \u{e9} y \r\nTransfer-Encoding: chunked\r\n\r\n"
            )
            connection.send("2\r\nhi\r\n0\r\nX: late\r\n\r\n")
        }
        try await withTransport { transport, _ in
            let response = try await transport.send(HTTPRequest(url: server.url()), options: HTTPRequestOptions())
            #expect(response.status == 302)
            #expect(response.fields.values("X") == ["\u{e9} y"])
            #expect(response.fields["Location"] == "/elsewhere")
            #expect(try await text(response) == "hi")
            #expect(server.accepted.value == 1)
        }
    }

    @Test(arguments: [
        ("GET /\r\n", "/", "X", "y"), ("GET", "/a b", "X", "y"), ("GET", "/a\r\nX: y", "X", "y"),
        ("GET", "/", "X", "y\r\nZ: w"), ("GET", "/", "X\r\nZ", "y"), ("GET", "/", "X", "\u{0}"), ("", "/", "X", "y"),
    ])
    func `nothing that would change the message is sent`(
        method: String,
        target: String,
        name: String,
        value: String
    ) async throws {
        let server = RawServer { _ in }
        try await withTransport { transport, _ in
            var fields = HTTPFields()
            fields.append(name, value)
            let authority = "127.0.0.1:\(server.port)"
            let error = await failure(
                transport,
                HTTPRequest(method: method, authority: authority, target: target, fields: fields)
            )
            #expect(error?.code == .malformed || error?.code == .invalidURL)
            #expect(error?.nothingSent == true)
            #expect(server.accepted.value == 0)
        }
    }

    @Test(arguments: ["file", "ftp", "gopher"])
    func `no scheme but http and https is spoken`(scheme: String) async throws {
        try await withTransport { transport, _ in
            let error = await failure(
                transport,
                HTTPRequest(scheme: scheme, authority: "localhost", target: "/etc/passwd")
            )
            #expect(error?.code == .invalidURL)
        }
    }

    @Test func `a transport that has been shut down sends nothing`() async throws {
        let server = RawServer { _ in }
        try await withTransport { transport, _ in
            await transport.shutDown()
            let error = await failure(transport, try HTTPRequest(url: server.url()))
            #expect(error?.nothingSent == true)
            #expect(server.accepted.value == 0)
        }
    }
}
