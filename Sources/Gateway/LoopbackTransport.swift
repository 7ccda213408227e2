import HTTP
import WebServer

/// Refuses to leave this machine: what the sandbox calls are its simulators, whatever connections somebody adds to it.
struct LoopbackTransport: HTTPTransport {
    private let inner: any HTTPTransport

    init(_ inner: any HTTPTransport) {
        self.inner = inner
    }

    func send(_ request: HTTPRequest, options: HTTPRequestOptions) async throws -> HTTPResponse {
        guard HostGuard.isLoopback(String(request.host)) else {
            throw HTTPError(
                .invalidURL,
                "the sandbox calls simulated systems only, not \(request.host); leave --sandbox out for real accounts",
                nothingSent: true
            )
        }
        return try await inner.send(request, options: options)
    }
}
