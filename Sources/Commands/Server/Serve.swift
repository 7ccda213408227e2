import Basics
import Gateway
import Glibc

extension Command {
    static let serve = Command(
        path: ["serve"],
        summary: "Serve the MCP endpoints and the control API",
        options: [
            .init(name: "host", value: "HOST", summary: "The address to listen on (default: 127.0.0.1)"),
            .init(name: "port", value: "PORT", summary: "The port (default: 8484; 0 takes a free one)"),
            .init(name: "public-url", value: "URL", summary: "The https address under which others reach this server"),
            .init(name: "loops", value: "N", summary: "Event loops, one thread each (default: 1)"),
        ] + CommonOptions.places,
        details: """
            With --sandbox an endpoint for every tool of the simulated systems is opened, and its URL printed. Otherwise open one with
            `switchboard endpoints create`; it may be done while the server runs.
            """,
        run: { invocation in
            let port = try invocation.integer("port", in: 0...65535) ?? 8484
            let loops = try invocation.integer("loops", in: 1...64) ?? 1
            var configuration = try invocation.configuration()
            configuration.publicURL = invocation.value("public-url")
            let host = invocation.value("host") ?? "127.0.0.1"
            let application = try await Application.open(configuration, loops: loops, wait: invocation.databaseWait)
            return try await invocation.finally({ await application.close() }) {
                let server = try await application.serve(host: host, port: port)
                if let url = server.sandboxEndpoint {
                    invocation.terminal.print("MCP endpoint: \(url)")
                } else {
                    invocation.terminal.print("Listening on \(server.address)")
                    invocation.terminal.print(
                        server.endpointCount == 0
                            ? "No endpoint is open yet: switchboard endpoints create --name NAME"
                            : "\(server.endpointCount) endpoint\(server.endpointCount == 1 ? "" : "s") open"
                    )
                }
                for system in server.simulated { invocation.terminal.print("Simulated \(system)") }
                _ = await Interrupts.next()
                await server.stop()
                return .done
            }
        }
    )
}
