import Basics
package import HTTP
import JSON
package import Toolkits

/// `/v1/triggers` and `/v1/trigger-events`: what vendors can report, and what they did.
package struct TriggerRoutes: HTTPHandler {
    private let store: TriggerStore
    private let toolkits: ToolkitProvider
    private let secrets: WebhookRoutes.Secrets
    private let publicURL: String

    /// - Parameter publicURL: What addresses for vendors start with, without a slash at the end.
    package init(
        store: TriggerStore,
        toolkits: ToolkitProvider,
        secrets: @escaping WebhookRoutes.Secrets,
        publicURL: String
    ) {
        self.store = store
        self.toolkits = toolkits
        self.secrets = secrets
        self.publicURL = publicURL
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        do {
            return try await answer(ControlCall(request, bytes: [], principal: .local))
        } catch let problem as Problem {
            return problem.response
        } catch let error as RouterError {
            return Problem(error).response
        } catch {
            return Problem(500, "internal", "The request could not be served.").response
        }
    }

    /// The two as parts of the control API.
    package var resources: [any ControlResource] {
        ["triggers", "trigger-events"].map { TriggerResource(name: $0, routes: self) }
    }

    fileprivate func answer(_ call: ControlCall) async throws -> HTTPResponse {
        guard call.method == "GET" else { throw Problem.method("GET") }
        switch (call.path.first, call.path.count) {
        case ("triggers", 1):
            let toolkit = try call.parameters(["toolkit"])["toolkit"]
            return ControlCall.json(["triggers": .array(list(toolkit: toolkit))])
        case ("triggers", 2...3): return try show(call.path)
        case ("trigger-events", 1): return try await events(call)
        case ("trigger-events", 2):
            guard let event = try await store.event(call.path[1]) else {
                throw Problem(404, "not_found", "There is no event \(call.path[1].prefix(64)).")
            }
            return ControlCall.json(TriggerRoutes.json(event, full: true))
        default: throw Problem(404, "not_found", "There are /v1/triggers and /v1/trigger-events.")
        }
    }

    private func list(toolkit: String?) -> [JSONValue] {
        toolkits.toolkits.filter { toolkit == nil || $0.name == toolkit }.flatMap { toolkit -> [JSONValue] in
            guard let rules = toolkit.triggers else { return [] }
            let isReady = !secrets(toolkit.name, rules.secret).isEmpty
            return rules.triggers.map { json(toolkit, rules, $0, isReady) }
        }
    }

    private func show(_ path: [String]) throws -> HTTPResponse {
        let matches = list(toolkit: path.count == 3 ? path[1] : nil).filter { $0["name"]?.string == path.last }
        guard let first = matches.first else {
            throw Problem(404, "not_found", "There is no trigger \(path.last?.prefix(64) ?? "").")
        }
        return ControlCall.json(first)
    }

    private func events(_ call: ControlCall) async throws -> HTTPResponse {
        let parameters = try call.parameters(["toolkit", "trigger", "limit"])
        let limit = Int(parameters["limit"] ?? "50") ?? 0
        guard (1...500).contains(limit) else { throw Problem(400, "invalid", "limit must be from 1 to 500.") }
        let events = try await store.latest(
            toolkit: parameters["toolkit"],
            trigger: parameters["trigger"],
            limit: limit
        )
        return ControlCall.json(["events": .array(events.map { TriggerRoutes.json($0, full: false) })])
    }

    private func json(
        _ toolkit: Toolkit,
        _ rules: TriggerRules,
        _ trigger: TriggerRules.Trigger,
        _ isReady: Bool
    ) -> JSONValue {
        var object: JSONObject = [
            "name": .string(trigger.name), "title": .string(trigger.title), "toolkit": .string(toolkit.name),
            "beta": .bool(trigger.isBeta), "guess": .bool(trigger.isGuess),
            "url": .string("\(publicURL)/webhooks/\(toolkit.name)/\(trigger.name)"), "ready": .bool(isReady),
            "secret_field": .string(rules.secret), "signature_header": .string(rules.header),
        ]
        object["description"] = trigger.description.map { .string($0) }
        return .object(object)
    }

    private static func json(_ event: TriggerEvent, full: Bool) -> JSONValue {
        var object: JSONObject = [
            "id": .string(event.id), "toolkit": .string(event.toolkit), "trigger": .string(event.trigger),
            "connection": .string(event.connection), "received_at": .string(event.receivedAt.iso8601),
            "handled_at": event.handledAt.map { .string($0.iso8601) } ?? .null,
        ]
        if full { object["body"] = event.body }
        return .object(object)
    }
}

private struct TriggerResource: ControlResource {
    let name: String
    let routes: TriggerRoutes

    func respond(to call: ControlCall) async throws -> HTTPResponse { try await routes.answer(call) }
}
