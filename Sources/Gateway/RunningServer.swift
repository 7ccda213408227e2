import ATSSandbox
import Basics
import Connections
import EventLoops
import HTTP
import ToolRouter
import Tools
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
    /// What is done besides answering while the server runs.
    private let chores: [Task<Void, Never>]

    fileprivate init(
        address: String,
        sandboxEndpoint: String?,
        endpointCount: Int,
        simulated: [String],
        servers: [HTTPServer],
        chores: [Task<Void, Never>]
    ) {
        self.address = address
        self.sandboxEndpoint = sandboxEndpoint
        self.endpointCount = endpointCount
        self.simulated = simulated
        self.servers = servers
        self.chores = chores
    }

    /// Stops listening, and finishes what is being handled, for up to `seconds`; to be called before the application closes.
    package func stop(within seconds: Double = 10) async {
        for chore in chores { chore.cancel() }
        await withDiscardingTaskGroup { group in
            for server in servers { group.addTask { await server.shutDown(within: seconds) } }
        }
        for chore in chores { await chore.value }
    }
}

extension Application {
    /// Seconds between two looks for endpoints that have expired; those are refused at once, and deleted at leisure.
    private static let purgeInterval = 60.0

    /// Seconds between two looks for tokens that will end.
    private static let renewalInterval = 15.0

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
        // 127.0.0.2 is this machine too; an address beyond loopback is named by the public URL.
        if HostGuard.isLoopback(host) { hosts.append(host) }
        if let publicURL {
            guard let request = try? HTTPRequest(url: publicURL), !request.host.isEmpty else {
                throw GatewayError(
                    .configuration,
                    "--public-url takes a URL such as https://mcp.example.com, not '\(publicURL)'"
                )
            }
            hosts.append(String(request.host))
        }
        let (web, address) = try await listen(host: host, port: port, hosts: hosts)
        var servers = [web]
        do throws(GatewayError) {
            let base = publicURL ?? address
            try set(address: base)
            servers.append(try await serveControlSocket(publicURL: base))
            return RunningServer(
                address: address,
                sandboxEndpoint: configuration.isSandbox ? try await openSandboxEndpoint(publicURL: base) : nil,
                endpointCount: endpoints.all.count,
                simulated: sandbox?.served.map { "\($0.system.toolkit): \($0.baseURL)" } ?? [],
                servers: servers,
                chores: [
                    Task { [endpoints, idempotency, drivers, log = configuration.log] in
                        let loop = drivers.loops.next()
                        await endpoints.keepPurged(log: log) {
                            try await loop.sleep(seconds: Application.purgeInterval)
                            // One that fails is tried again at the next look.
                            try? await idempotency.purge()
                        }
                    },
                    Task { [keeper, drivers] in
                        let loop = drivers.loops.next()
                        await keeper.keepFresh { try await loop.sleep(seconds: Application.renewalInterval) }
                    },
                    Task { await keepHouse() },
                    Task { await keepLooking() },
                    // The catalog is made here where no request has needed it before.
                    Task { [router, log = configuration.log] in
                        for problem in router.catalog.problems { log.warning(problem.description) }
                    },
                    Task {
                        await workflows.goOn(log: configuration.log)
                        await workflows.followSchedules()
                    },
                ]
            )
        } catch {
            for server in servers { await server.shutDown(within: 0) }
            throw error
        }
    }

    /// Lets commands of this machine use the data folder while `body` runs: nobody else can, since this process owns it.
    ///
    /// Without the socket `body` runs all the same.
    package func withControlSocket<Result: Sendable>(
        _ body: () async throws -> Result
    ) async rethrows -> Result {
        var control: HTTPServer?
        do {
            control = try await serveControlSocket(publicURL: Application.usualURL)
        } catch {
            configuration.log.warning(error.message)
        }
        do {
            let result = try await body()
            await control?.shutDown(within: 0)
            return result
        } catch {
            await control?.shutDown(within: 0)
            throw error
        }
    }

    private func serveControlSocket(publicURL: String) async throws(GatewayError) -> HTTPServer {
        do {
            return try await HTTPServer.start(
                controlHandler(publicURL: publicURL),
                on: .unix(path: controlSocket),
                loops: drivers.loops
            )
        } catch {
            throw GatewayError(.busy, "the control socket cannot be opened: \(error)", cause: error)
        }
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

    private func set(address base: String) throws(GatewayError) {
        do {
            try address.set(base)
        } catch {
            throw GatewayError(.configuration, "the public address \(base) cannot be used: \(error)", cause: error)
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
