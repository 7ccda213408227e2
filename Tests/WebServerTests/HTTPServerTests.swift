import Basics
import EventLoops
import HTTP
import Testing
import TestSupport
import WebServer

struct HTTPServerTests {
    @Test func `a request gets its response, and the connection stays open for the next`() async throws {
        try await withServer { request in
            .text("\(request.method) \(request.target) \(request.peer)")
        } body: { port in
            let client = try #require(RawConnection(port: port))
            for target in ["/a", "/b?c=d"] {
                client.send("GET \(target) HTTP/1.1\r\nHost: localhost\r\n\r\n")
                let response = client.receiveMessage()
                #expect(response.hasPrefix("HTTP/1.1 200 OK\r\nDate: "))
                #expect(response.hasSuffix("\r\n\r\nGET \(target) 127.0.0.1"))
            }
        }
    }
}
