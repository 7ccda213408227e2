package import HTTP
import JSON
package import ToolRouter
import Toolkits
import Tools
import Workflows

extension Application {
    /// What URLs of endpoints start with while nothing is served: where `serve` listens unless it is told otherwise.
    static let usualURL = "http://127.0.0.1:8484"

    /// A client of the control API in this process.
    package var controlClient: ControlClient { controlClient(publicURL: Application.usualURL) }

    /// A client of the control API in this process, while it serves pages at an address.
    package func controlClient(publicURL: String) -> ControlClient {
        ControlClient(transport: InMemoryTransport(controlHandler(publicURL: publicURL)))
    }

    /// What a person at this machine works with.
    ///
    /// - Throws: ``GatewayError`` when there is no such endpoint.
    package func workplace(endpoint: String?) throws(GatewayError) -> Workplace {
        guard let tools = workbench(endpoint: endpoint) else {
            throw GatewayError(.configuration, "there is no endpoint '\(endpoint ?? "")'; `endpoints list` shows them")
        }
        return Workplace(
            configuration: configuration,
            tools: tools,
            drivers: drivers,
            clock: clock,
            transcripts: configuration.isSandbox ? nil : transcripts,
            control: controlClient
        )
    }

    /// What pages and the control API do with connections.
    package var administration: ConnectionAdministration {
        ConnectionAdministration(keeper: keeper, toolkits: toolkits)
    }

    /// What the control socket serves.
    func controlHandler(publicURL: String) -> any HTTPHandler {
        ControlHandler(application: self, publicURL: publicURL)
    }

    /// The control API, wherever it is served.
    func controlRoutes(publicURL: String) -> ControlRoutes {
        ControlRoutes(
            store: endpoints,
            router: router,
            administration: administration,
            links: connectLinks,
            publicURL: publicURL,
            defaultUser: configuration.defaultUser,
            idempotency: idempotency,
            audit: controlAudit,
            additional: [
                TokenResource(store: tokens, defaultPerson: configuration.defaultUser), AuditResource(audit: audit),
                UsageResource(audit: audit),
                ApprovalResource(store: approvals, owner: configuration.defaultUser),
                RunResource(engine: workflows.engine, defaultUser: configuration.defaultUser),
                WorkflowResource(library: workflows.library),
                ScheduleResource(
                    store: workflows.schedules,
                    library: workflows.library,
                    scheduler: workflows.scheduler,
                    defaultUser: configuration.defaultUser
                ),
            ]
                + TriggerRoutes(
                    store: triggers,
                    toolkits: toolkits,
                    secrets: webhookSecrets,
                    publicURL: publicURL
                ).resources
        )
    }

    /// Answers a request to the control API for somebody who has shown who they are.
    package func answer(_ request: HTTPRequest, as principal: ControlPrincipal) async -> HTTPResponse {
        await controlRoutes(publicURL: address.url ?? Application.usualURL).respond(to: request, as: principal)
    }

    /// Writes down what the control API changes.
    var controlAudit: ControlAudit { ControlAudit(audit: audit, log: configuration.log) }

    /// The tools that a user of this machine works with: an endpoint's, or the meta-tools over everything.
    func workbench(endpoint: String?) -> (any ToolProvider)? {
        guard let endpoint else { return MetaTools(router: router, policy: ToolPolicy()) }
        let tools = EndpointTools(router: router, store: endpoints, endpoint: endpoint)
        return tools.current == nil ? nil : tools
    }
}

/// The control API: what the router serves, and what commands of this machine need besides.
private struct ControlHandler: HTTPHandler {
    private let application: Application
    private let routes: ControlRoutes
    private let people: PeopleRoutes
    private let audit: ControlAudit
    private let workbench: WorkbenchRoutes
    private let folders: ToolkitFolders
    private let keys: KeyRoutes

    init(application: Application, publicURL: String) {
        self.application = application
        routes = application.controlRoutes(publicURL: publicURL)
        audit = application.controlAudit
        people = PeopleRoutes(
            people: application.people,
            links: application.connectLinks,
            address: application.address
        )
        folders = application.folders
        keys = KeyRoutes(application: application)
        workbench = WorkbenchRoutes { endpoint in application.workbench(endpoint: endpoint) }
    }

    func respond(to request: HTTPRequest) async -> HTTPResponse {
        switch request.path {
        case "/healthz": .json(JSONWriter.bytes(of: ["status": "ok"]))
        case "/readyz": await application.readiness()
        case "/v1/toolkits" where request.method == "GET":
            .json(JSONWriter.bytes(of: ["toolkits": folders.summary]))
        case "/v1/keys/rotate": await audit.watch(request, by: .local) { await keys.respond(to: request) }
        case let path where path.hasPrefix("/v1/workbench/"): await workbench.respond(to: request)
        case let path where path == "/v1/people" || path.hasPrefix("/v1/people/"):
            await audit.watch(request, by: .local) { await people.respond(to: request) }
        default: await routes.respond(to: request)
        }
    }
}
