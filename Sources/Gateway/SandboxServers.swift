package import ATSSandbox
import Basics
package import Connections
package import EventLoops
import HTTP
import WebServer

/// The simulated systems, served on loopback ports.
package struct SandboxServers: Sendable {
    /// A system with the address that it is served at.
    package struct Served: Sendable {
        package let system: SimulatedSystem
        package let baseURL: String
        fileprivate let server: HTTPServer
    }

    package let sandbox: Sandbox
    package let served: [Served]

    /// Starts a server for each system.
    ///
    /// - Parameters:
    ///   - sandbox: The systems.
    ///   - ports: The port of a system by its toolkit; free ones where none is given.
    ///   - loops: What serves.
    /// - Throws: ``GatewayError`` when a port is in use.
    package static func start(
        _ sandbox: Sandbox,
        ports: [String: Int] = [:],
        loops: EventLoopGroup
    ) async throws(GatewayError) -> SandboxServers {
        var served: [Served] = []
        for system in sandbox.systems {
            do {
                let server = try await HTTPServer.start(
                    HostGuard(system.handler),
                    on: .tcp(host: "127.0.0.1", port: ports[system.toolkit] ?? 0),
                    loops: loops
                )
                served.append(
                    Served(system: system, baseURL: "http://127.0.0.1:\(server.port)", server: server)
                )
            } catch {
                throw GatewayError(.busy, "the simulated \(system.toolkit) cannot be served: \(error)", cause: error)
            }
        }
        return SandboxServers(sandbox: sandbox, served: served)
    }

    /// A connection to each system that everybody may use.
    package var connections: [AuthorizedConnection] {
        served.map { served in
            AuthorizedConnection(
                id: "sandbox-" + served.system.toolkit,
                toolkit: served.system.toolkit,
                fields: served.system.fields,
                secrets: served.system.secrets.mapValues { Secret($0) },
                baseURL: served.baseURL
            )
        }
    }

    /// Stops the servers.
    package func stop() async {
        for served in served { await served.server.shutDown(within: 0) }
    }
}
