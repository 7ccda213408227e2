import EventLoops
import HTTP
import WebServer

/// A handler made of a function.
struct Answering: HTTPHandler {
    let answer: @Sendable (HTTPRequest) async -> HTTPResponse

    init(_ answer: @escaping @Sendable (HTTPRequest) async -> HTTPResponse) {
        self.answer = answer
    }

    func respond(to request: HTTPRequest) async -> HTTPResponse { await answer(request) }
}

/// Runs a server on a free port for as long as a test needs it.
func withServer(
    configuration: HTTPServerConfiguration = HTTPServerConfiguration(),
    loops count: Int = 1,
    _ answer: @escaping @Sendable (HTTPRequest) async -> HTTPResponse,
    body: (Int) async throws -> Void
) async throws {
    let loops = try EventLoopGroup(count: count)
    let address = HTTPServer.Address.tcp(host: "127.0.0.1", port: 0)
    let server = try await HTTPServer.start(Answering(answer), on: address, loops: loops, configuration: configuration)
    do {
        try await body(server.port)
    } catch {
        await server.shutDown(within: 1)
        await loops.stop()
        throw error
    }
    await server.shutDown(within: 1)
    await loops.stop()
}
