import EventLoops
import CurlTransport
import HTTP
import Testing
import TestSupport

struct CurlTransportTests {
    @Test func `a request gets its response`() async throws {
        let server = RawServer { connection in
            _ = connection.receiveMessage()
            connection.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi")
        }
        let loops = try EventLoopGroup()
        let transport = try CurlTransport(loops: loops)
        let response = try await transport.send(HTTPRequest(url: server.url()), options: HTTPRequestOptions())
        #expect(response.status == 200)
        #expect(try await response.body.collect(limit: 10) == Array("hi".utf8))
        await transport.shutDown()
        await loops.stop()
    }
}
