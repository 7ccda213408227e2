/// Takes a request and gives the response: the server side.
package protocol HTTPHandler: Sendable {
    /// Answers a request. Never throws: a failure is a response too.
    ///
    /// The task is cancelled when the client closes the connection before the answer is complete.
    func respond(to request: HTTPRequest) async -> HTTPResponse
}

/// A transport that calls a handler in the same process; for tests, and for parts that are linked instead of reached.
package struct InMemoryTransport: HTTPTransport {
    private let handler: any HTTPHandler

    package init(_ handler: any HTTPHandler) {
        self.handler = handler
    }

    package func send(_ request: HTTPRequest, options: HTTPRequestOptions) async throws -> HTTPResponse {
        var response = await handler.respond(to: request)
        if !options.streams {
            response.body = .bytes(try await response.body.collect(limit: options.maximumResponseSize))
        }
        return response
    }
}
