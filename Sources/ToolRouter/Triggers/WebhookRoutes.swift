package import Basics
package import HTTP
import JSON
package import Toolkits

/// `POST /webhooks/{toolkit}/{trigger}`: takes what vendors report, if it is signed.
package struct WebhookRoutes: HTTPHandler {
    /// The connections whose secret may have signed a report, with that secret, by toolkit and field.
    package typealias Secrets = @Sendable (_ toolkit: String, _ field: String) -> [(connection: String, secret: Secret)]

    private let store: TriggerStore
    private let toolkits: ToolkitProvider
    private let secrets: Secrets
    private let log: Log

    private static let maximumBodySize = 1 << 20

    package init(store: TriggerStore, toolkits: ToolkitProvider, secrets: @escaping Secrets, log: Log = .none) {
        self.store = store
        self.toolkits = toolkits
        self.secrets = secrets
        self.log = log
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        do {
            return try await receive(request)
        } catch let problem as Problem {
            return problem.response
        } catch {
            // The vendor sends it again.
            return Problem(500, "storage", "The report could not be stored; send it again.").response
        }
    }

    private func receive(_ request: HTTPRequest) async throws -> HTTPResponse {
        let path = request.path.split(separator: "/").map(String.init)
        guard path.count == 3, path[0] == "webhooks", let rules = toolkits.toolkit(named: path[1])?.triggers,
            let trigger = rules[path[2]]
        else { throw Problem(404, "not_found", "There is no such trigger; switchboard triggers list shows them.") }
        guard request.method == "POST" else { throw Problem.method("POST") }
        let raw: [UInt8]
        do {
            raw = try await request.body.collect(limit: WebhookRoutes.maximumBodySize)
        } catch {
            throw Problem(413, "too_large", "A report must not be longer than \(WebhookRoutes.maximumBodySize) bytes.")
        }
        let signature = request.fields[rules.header]
        // Every secret is tried, so that the time tells nothing about which one it was.
        var signer: String?
        for (connection, secret) in secrets(path[1], rules.secret) {
            let isSigned = rules.isSigned(raw, signature: signature, secret: secret)
            if isSigned, signer == nil { signer = connection }
        }
        guard let signer else {
            log.warning("a report was refused: its signature is missing or wrong", ["toolkit": path[1]])
            throw Problem(401, "unauthorized", "The signature in \(rules.header) is missing or wrong.")
        }
        guard let body = try? JSONParser.parse(raw, options: .init(maximumDepth: 64)), let name = rules.name(in: body)
        else { throw Problem(400, "invalid", "The body is not a report of \(path[1]).") }
        if rules.isPing(name) { return ControlCall.json(["status": "pong"]) }
        guard name == trigger.name else {
            throw Problem(400, "invalid", "This address takes \(trigger.name), not \(name.prefix(64)).")
        }
        let event = try await store.add(
            toolkit: path[1],
            trigger: name,
            connection: signer,
            delivery: rules.delivery(of: body, raw: raw),
            body: body
        )
        guard let event else { return ControlCall.json(["status": "duplicate"]) }
        // Vendors wait a few seconds only, so what follows from a report does not hold up the answer.
        Task { [store] in await store.hand(event) }
        return ControlCall.json(["status": "stored", "id": .string(event.id)])
    }
}
