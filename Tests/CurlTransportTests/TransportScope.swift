import CurlTransport
import EventLoops
import HTTP

/// Runs a transport with a loop of its own for as long as a test needs it.
func withTransport(
    configuration: CurlTransportConfiguration = CurlTransportConfiguration(),
    loops count: Int = 1,
    body: (CurlTransport, EventLoopGroup) async throws -> Void
) async throws {
    let loops = try EventLoopGroup(count: count)
    let transport = try CurlTransport(loops: loops, configuration: configuration)
    do {
        try await body(transport, loops)
    } catch {
        await transport.shutDown()
        await loops.stop()
        throw error
    }
    await transport.shutDown()
    await loops.stop()
}

/// The error of a request that must fail with one.
func failure(_ transport: CurlTransport, _ request: HTTPRequest, _ options: HTTPRequestOptions = HTTPRequestOptions())
    async -> HTTPError?
{
    do {
        let response = try await transport.send(request, options: options)
        _ = try await response.body.collect(limit: .max)
        return nil
    } catch {
        return error as? HTTPError
    }
}
