import HTTP
import Testing
import WebServer

struct HostGuardTests {
    private func status(_ sentry: HostGuard, host: String, origin: String? = nil) async -> Int {
        var request = HTTPRequest(authority: host)
        request.fields["Origin"] = origin
        return await sentry.respond(to: request).status
    }

    private let handler = Answering { _ in .text("") }

    @Test(arguments: [
        ("localhost", 200), ("LOCALHOST:8484", 200), ("127.0.0.1:1", 200), ("[::1]", 200), ("[::1]:8484", 200),
        ("localhost:", 200), ("localhost.example.com", 421), ("localhost:8x", 421), ("127.0.0.1.example.com", 421),
        ("example.com", 421), ("[::2]", 421), ("", 421), ("xlocalhost", 421),
    ])
    func `only the names of this machine are answered for by default`(host: String, expected: Int) async {
        #expect(await status(HostGuard(handler), host: host) == expected)
    }

    @Test(arguments: [
        (nil, 200), ("http://localhost:3000", 200), ("https://127.0.0.1", 200), ("https://evil.example", 403),
        ("null", 403), ("http://localhost.evil.example", 403), ("file://", 403), ("https://app.example.com", 200),
        ("http://app.example.com", 403), ("", 403),
    ])
    func `pages of other origins are refused`(origin: String?, expected: Int) async {
        let sentry = HostGuard(origins: ["https://app.example.com"], handler)
        #expect(await status(sentry, host: "localhost", origin: origin) == expected)
    }

    @Test func `a listed host with a port stands for that port only`() async {
        let sentry = HostGuard(hosts: ["example.com:8443", "[::1]:80", "other.example"], handler)
        #expect(await status(sentry, host: "example.com:8443") == 200)
        #expect(await status(sentry, host: "example.com") == 421)
        #expect(await status(sentry, host: "example.com:84431") == 421)
        #expect(await status(sentry, host: "[::1]:80") == 200)
        #expect(await status(sentry, host: "[::1]:8080") == 421)
        #expect(await status(sentry, host: "other.example:1") == 200)
        #expect(await status(sentry, host: "localhost") == 421)
    }
}
