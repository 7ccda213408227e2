import Console
import HTTP
import JSON
import ToolRouter

/// What the web port serves: the MCP endpoints, the pages, and whether the server is well.
struct WebRoutes: HTTPHandler {
    private let application: Application
    private let endpoints: EndpointRoutes
    private let console: ConsoleRoutes
    private let webhooks: WebhookRoutes

    init(application: Application) {
        self.application = application
        endpoints = EndpointRoutes(
            store: application.endpoints,
            router: application.router,
            identity: .init(name: "switchboard", version: Configuration.version),
            holder: { [tokens = application.tokens] in tokens.token($0).map { "token:" + $0.id } }
        )
        webhooks = WebhookRoutes(
            store: application.triggers,
            toolkits: application.toolkits,
            secrets: application.webhookSecrets,
            log: application.configuration.log
        )
        console = ConsoleRoutes(
            people: application.people,
            address: application.address,
            openID: application.openID,
            pages: application.pages,
            audit: PageAudit(audit: application.audit, log: application.configuration.log)
        )
    }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        let path = request.path
        if path.hasPrefix("/mcp") { return await endpoints.respond(to: request) }
        if path.hasPrefix("/webhooks/") { return await webhooks.respond(to: request) }
        switch path {
        case "/healthz": return .json(JSONWriter.bytes(of: ["status": "ok"]))
        case "/readyz": return await application.readiness()
        case "/metrics":
            guard bearer(request) != nil else { return WebRoutes.unauthorized }
            var response = HTTPResponse.text(await application.metricsText())
            response.fields["Content-Type"] = "text/plain; version=0.0.4; charset=utf-8"
            return response
        case _ where ControlRoutes.serves(path):
            guard let token = bearer(request) else { return WebRoutes.unauthorized }
            return await application.answer(request, as: ControlPrincipal(token))
        case _ where console.serves(path): return await console.respond(to: request)
        default: return Problem(404, "not_found", "There is nothing here. MCP endpoints are at /mcp/TOKEN.").response
        }
    }

    private func bearer(_ request: HTTPRequest) -> APIToken? {
        EndpointRoutes.credentials(request.fields).lazy.compactMap { application.tokens.token($0) }.first
    }

    private static let unauthorized: HTTPResponse = {
        var problem = Problem(
            401,
            "unauthorized",
            "The control API needs Authorization: Bearer with an API token; `switchboard tokens create NAME` makes one."
        )
        problem.fields["WWW-Authenticate"] = "Bearer"
        return problem.response
    }()
}
