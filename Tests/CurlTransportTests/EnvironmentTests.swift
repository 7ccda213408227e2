import CurlTransport
import EventLoops
import Glibc
import HTTP
import TestSupport
import Testing

struct EnvironmentTests {
    @Test func `proxy variables of the environment are not looked at, a configured proxy is`() async {
        await #expect(processExitsWith: .success) {
            let proxy = RawServer { connection in
                _ = connection.receiveMessage()
                connection.send("HTTP/1.1 299 Proxied\r\nContent-Length: 0\r\n\r\n")
            }
            let server = RawServer { connection in
                _ = connection.receiveMessage()
                connection.send("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            }
            let url = "http://127.0.0.1:\(proxy.port)"
            for name in ["http_proxy", "all_proxy", "ALL_PROXY", "HTTP_PROXY"] { setenv(name, url, 1) }
            unsetenv("no_proxy")
            try await withTransport { transport, _ in
                let response = try await transport.send(HTTPRequest(url: server.url()), options: HTTPRequestOptions())
                guard response.status == 200 else { exit(1) }
            }
            var configuration = CurlTransportConfiguration()
            configuration.proxy = url
            try await withTransport(configuration: configuration) { transport, _ in
                let response = try await transport.send(HTTPRequest(url: server.url()), options: HTTPRequestOptions())
                guard response.status == 299 else { exit(2) }
            }
        }
    }
}
