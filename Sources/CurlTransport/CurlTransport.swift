package import EventLoops
package import HTTP

/// Sends requests with libcurl's multi interface, driven by event loops.
///
/// A request that is sent by a task on one of the loops stays on that loop; any other takes the next loop in turn.
/// Connections are kept per loop.
package final class CurlTransport: HTTPTransport {
    private let loops: EventLoopGroup
    private let drivers: [CurlDriver]

    /// A transport over a group's loops.
    ///
    /// - Throws: ``HTTPError`` with code `other` when libcurl cannot be set up.
    package init(
        loops: EventLoopGroup,
        configuration: CurlTransportConfiguration = CurlTransportConfiguration()
    ) throws(HTTPError) {
        guard CurlLibrary.isReady else { throw HTTPError(.other, "libcurl cannot be set up", nothingSent: true) }
        self.loops = loops
        var drivers: [CurlDriver] = []
        for loop in loops.loops { drivers.append(try CurlDriver(loop: loop, configuration: configuration)) }
        self.drivers = drivers
    }

    package func send(_ request: HTTPRequest, options: HTTPRequestOptions) async throws -> HTTPResponse {
        try CurlTransport.check(request)
        var body: [UInt8] = []
        switch request.body {
        case .empty: break
        case .bytes(let bytes): body = bytes
        // The length must be known before the first byte, so that libcurl cannot send the body a second time.
        case .stream: body = try await request.body.collect(limit: options.maximumResponseSize)
        }
        let loop = loops.current ?? loops.next()
        guard let driver = drivers.first(where: { $0.loop === loop }) else {
            throw HTTPError(.other, "the event loop has ended", nothingSent: true)
        }
        let transfer = CurlTransfer(request: request, body: body, options: options, driver: driver)
        return try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                loop.perform { transfer.start(continuation) }
            }
        } onCancel: {
            loop.execute { transfer.cancel() }
        }
    }

    /// Breaks off every request and closes every connection; to be called before the loops are stopped.
    package func shutDown() async {
        for driver in drivers {
            await withCheckedContinuation { continuation in
                driver.loop.perform {
                    driver.shutDown()
                    continuation.resume()
                }
            }
        }
    }

    /// Refuses what would change the message's structure on the wire.
    private static func check(_ request: HTTPRequest) throws(HTTPError) {
        func refused(_ code: HTTPError.Code, _ what: String) -> HTTPError {
            HTTPError(code, what, nothingSent: true)
        }
        guard HTTP1Grammar.isToken(request.method) else { throw refused(.malformed, "the method is not a token") }
        guard request.scheme == "https" || request.scheme == "http", HTTP1Grammar.isAuthority(request.authority),
            HTTP1Grammar.isTarget(request.target), request.target.hasPrefix("/")
        else {
            throw refused(.invalidURL, "the URL must be http or https, name a host, and be percent-encoded")
        }
        for field in request.fields {
            guard HTTP1Grammar.isToken(field.name) else { throw refused(.malformed, "a field name is not a token") }
            guard HTTP1Grammar.isFieldValue(field.value) else {
                throw refused(.malformed, "the value of the field \(field.name) has a control character")
            }
        }
    }
}
