import Console
import HTTP
import JSON
import ToolRouter

/// What the web port serves: the MCP endpoints, the pages, and whether the server is well.
struct WebRoutes: HTTPHandler {
    private let application: Application
    private let endpoints: EndpointRoutes
    private let console: ConsoleRoutes

    init(application: Application) {
        self.application = application
        // API tokens come with people and roles; until then nothing satisfies an endpoint that asks for one.
        endpoints = EndpointRoutes(
            store: application.endpoints,
            router: application.router,
            identity: .init(name: "switchboard", version: Configuration.version),
            acceptsAPIToken: { _, _ in false }
        )
        console = ConsoleRoutes(people: application.people, address: application.address, pages: application.pages)
    }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        let path = request.path
        if path.hasPrefix("/mcp") { return await endpoints.respond(to: request) }
        switch path {
        case "/healthz": return .json(JSONWriter.bytes(of: ["status": "ok"]))
        case "/readyz":
            let isReady = await application.isReady()
            return .json(JSONWriter.bytes(of: ["ready": .bool(isReady)]), status: isReady ? 200 : 503)
        case _ where path.hasPrefix("/v1/"):
            return Problem.response(401, "The control API is served on the control socket: use the commands.")
        case _ where console.serves(path): return await console.respond(to: request)
        default: return Problem.response(404, "There is nothing here. MCP endpoints are at /mcp/TOKEN.")
        }
    }
}
