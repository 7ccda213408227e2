/// Sends a request and gives the response: the client side.
///
/// Domain modules take `any HTTPTransport`; drivers, recorders, fault injectors and in-memory servers are transports.
package protocol HTTPTransport: Sendable {
    /// Sends a request. The response is there when its header is; the body may still be coming.
    ///
    /// A status of any value is a response, not an error; redirects are not followed. Cancelling the task, or the
    /// response's stream, closes the connection, so that the other side sees it.
    ///
    /// - Throws: ``HTTPError``. `nothingSent` is true only where that is certain.
    func send(_ request: HTTPRequest, options: HTTPRequestOptions) async throws -> HTTPResponse
}

/// What a request may cost, and how careful its sender has to be.
package struct HTTPRequestOptions: Sendable, Hashable {
    /// Seconds until a connection must stand.
    package var connectTimeout = 10.0
    /// Seconds without a byte from the other side after which the request has failed.
    package var idleTimeout = 60.0
    /// Seconds for the whole exchange.
    package var totalTimeout = 300.0
    /// Bytes of response header and body that are accepted.
    package var maximumResponseSize = 64 << 20
    /// Whether the request may be sent again on a new connection when a reused one turns out to be dead.
    ///
    /// False for anything that changes the world: libcurl would otherwise repeat a POST by itself.
    package var mayRepeat = false
    /// Whether the response body comes as a stream instead of whole.
    package var streams = false
    /// A socket in the file system to connect to instead of the authority.
    package var unixSocket: String?

    package init() {}
}
