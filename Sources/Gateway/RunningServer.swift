import ATSSandbox
import Basics
import EventLoops
import HTTP
import ToolRouter
import WebServer

/// The program as a server: the web port, and the control socket in the data folder.
package struct RunningServer: Sendable {
    /// Where the web port listens, such as `http://127.0.0.1:8484`.
    package let address: String
    /// The URL of the endpoint that the sandbox opens by itself, with its token; nil outside the sandbox.
    package let sandboxEndpoint: String?
    /// How many endpoints are open.
    package let endpointCount: Int
    /// Name and address of each simulated system.
    package let simulated: [String]

    private let servers: [HTTPServer]

    fileprivate init(
        address: String,
        sandboxEndpoint: String?,
        endpointCount: Int,
        simulated: [String],
        servers: [HTTPServer]
    ) {
        self.address = address
        self.sandboxEndpoint = sandboxEndpoint
        self.endpointCount = endpointCount
        self.simulated = simulated
        self.servers = servers
    }

    /// Finishes what is being handled, for up to `seconds`, and stops listening.
    package func stop(within seconds: Double = 10) async {
        for server in servers { await server.shutDown(within: seconds) }
    }
}

extension Application {
    /// Listens.
    ///
    /// - Parameters:
    ///   - host: An address of this machine. One beyond loopback needs a public URL that is https, because the token of an
    ///     endpoint is part of its URL.
    ///   - port: 0 takes a free one.
    /// - Throws: ``GatewayError``.
    package func serve(host: String, port: Int) async throws(GatewayError) -> RunningServer {
        let publicURL = configuration.publicURL.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
        guard HostGuard.isLoopback(host) || publicURL?.hasPrefix("https://") == true else {
            throw GatewayError(
                .configuration,
                "\(host) can be reached from other machines; say with --public-url https://… how they reach it, or "
                    + "listen on 127.0.0.1"
            )
        }
        var hosts = HostGuard.loopback
        if let publicURL, let request = try? HTTPRequest(url: publicURL) { hosts.append(String(request.host)) }
        let (web, address) = try await listen(host: host, port: port, hosts: hosts)
        let base = publicURL ?? address
        let control: HTTPServer
        do {
            control = try await HTTPServer.start(
                controlHandler(publicURL: base),
                on: .unix(path: controlSocket),
                loops: drivers.loops
            )
        } catch {
            await web.shutDown(within: 0)
            throw GatewayError(.busy, "the control socket cannot be opened: \(error)", cause: error)
        }
        var sandboxEndpoint: String?
        if configuration.isSandbox {
            sandboxEndpoint = try await openSandboxEndpoint(publicURL: base)
        }
        return RunningServer(
            address: address,
            sandboxEndpoint: sandboxEndpoint,
            endpointCount: endpoints.all.count,
            simulated: sandbox?.served.map { "\($0.system.toolkit): \($0.baseURL)" } ?? [],
            servers: [web, control]
        )
    }

    private func listen(
        host: String,
        port: Int,
        hosts: [String]
    ) async throws(GatewayError) -> (HTTPServer, String) {
        do {
            let server = try await HTTPServer.start(
                HostGuard(hosts: hosts, WebRoutes(application: self)),
                on: .tcp(host: host, port: port),
                loops: drivers.loops
            )
            let shown = host.contains(":") && !host.hasPrefix("[") ? "[\(host)]" : host
            return (server, "http://\(shown):\(server.port)")
        } catch {
            throw GatewayError(.busy, "\(error)", cause: error)
        }
    }

    /// Opens the endpoint for every tool of the simulated systems, in place of the one of an earlier start.
    private func openSandboxEndpoint(publicURL: String) async throws(GatewayError) -> String {
        do {
            let name = "sandbox"
            for old in endpoints.all where old.name == name { _ = try await endpoints.delete(old.id) }
            let draft = EndpointDraft(name: name, user: configuration.defaultUser)
            let (_, token) = try await endpoints.create(draft, catalog: router.catalog)
            return publicURL + "/mcp/" + token.secret.reveal()
        } catch {
            throw GatewayError(.storage, "the sandbox's endpoint cannot be opened: \(error)", cause: error)
        }
    }
}
