import Basics
package import CurlTransport
package import EventLoops
import HTTP

/// The event loops of this process, and the client that they drive.
package struct Drivers: Sendable {
    package let loops: EventLoopGroup
    package let transport: CurlTransport

    /// Starts the loops.
    ///
    /// - Throws: ``GatewayError`` when the machine gives no thread or descriptor for them.
    package init(loops count: Int = 1) throws(GatewayError) {
        do {
            loops = try EventLoopGroup(count: count)
            transport = try CurlTransport(loops: loops)
        } catch {
            throw GatewayError(.configuration, "the event loops cannot be started: \(error)", cause: error)
        }
    }

    /// Runs `body` as a task on a loop, so that what it sends and waits for changes no thread.
    package func run<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws -> Result {
        try await Task(executorPreference: loops.next(), operation: body).value
    }

    /// Breaks off what is under way and stops the loops.
    package func stop() async {
        await transport.shutDown()
        await loops.stop()
    }
}
