import Basics
package import HTTP
import JSON

/// A simulator of Pinpoint's API, at the vendor's own paths below `/api/v1`.
package struct PinpointSandbox: HTTPHandler {
    private let world: SandboxWorld
    private let options: SandboxOptions
    private static let bodyLimit = 32 << 20

    package init(world: SandboxWorld, options: SandboxOptions = SandboxOptions()) {
        self.world = world
        self.options = options
    }

    package func respond(to request: HTTPRequest) async -> HTTPResponse {
        let body: [UInt8]
        do {
            body = try await request.body.collect(limit: PinpointSandbox.bodyLimit)
        } catch {
            return .text("the request body could not be read", status: 400)
        }
        if request.method == "GET", PinpointPostings.owns(request.path) {
            let store = world.with { $0.pinpoint }
            let feed = PinpointPostings.feed(store, query: PercentEncoding.decodeForm(request.query))
            return .json(JSONWriter.bytes(of: feed), fields: ["Access-Control-Allow-Origin": "*"])
        }
        do {
            try limit(request)
            let mayWrite = try authorize(request)
            let answer = try answer(request, body, mayWrite: mayWrite)
            return response(answer.document, status: answer.status)
        } catch {
            var response = response(error.document, status: error.status)
            if error.status == 429 { response.fields["Retry-After"] = "60" }
            return response
        }
    }

    private func response(_ document: JSONValue, status: Int) -> HTTPResponse {
        .json(
            JSONWriter.bytes(of: document),
            status: status,
            fields: ["Content-Type": "application/vnd.api+json; charset=utf-8"]
        )
    }

    /// 120 requests in a minute and 240 in eight, from one address.
    private func limit(_ request: HTTPRequest) throws(PinpointFailure) {
        guard options.limitsRates else { return }
        let now = world.clock.now().milliseconds
        let isAllowed = world.with { state in
            let name = "pinpoint " + request.peer
            let recent = (state.recent[name] ?? []).filter { now - $0 < 480_000 }
            guard recent.count < 240, recent.count(where: { now - $0 < 60_000 }) < 120 else { return false }
            state.recent[name] = recent + [now]
            return true
        }
        if !isAllowed { throw .tooManyRequests }
    }

    private func authorize(_ request: HTTPRequest) throws(PinpointFailure) -> Bool {
        switch request.fields["X-API-KEY"] {
        case nil, "": throw .unauthorized("X-API-KEY header not provided")
        case SandboxKeys.pinpoint: return true
        case SandboxKeys.pinpointReadOnly: return false
        case SandboxKeys.pinpointOff: throw .forbidden("Integration not enabled")
        default: throw .unauthorized("Invalid API key")
        }
    }

    private func answer(
        _ request: HTTPRequest,
        _ body: [UInt8],
        mayWrite: Bool
    ) throws(PinpointFailure) -> (status: Int, document: JSONValue) {
        let path = request.path.split(separator: "/")
        guard path.count == 3 || path.count == 4, path[0] == "api", path[1] == "v1",
            let resource = PinpointCatalog[String(path[2])], !resource.operations.isEmpty
        else { throw .notFound }
        let id = path.count == 4 ? String(path[3]) : nil
        let operation: PinpointResource.Operation
        switch (request.method, id != nil) {
        case ("GET", false): operation = .list
        case ("GET", true): operation = .get
        case ("POST", false): operation = .create
        case ("PUT", true), ("PATCH", true): operation = .update
        case ("DELETE", true): operation = .delete
        default: throw .notFound
        }
        guard resource.operations.contains(operation) else { throw .notFound }
        let now = world.clock.now()
        if operation == .list || operation == .get {
            let query = try PinpointQuery(request.query)
            let store = world.with { $0.pinpoint }
            let document: JSONValue
            if let id {
                document = try PinpointReader.get(resource, id: id, query, store: store, now: now)
            } else {
                document = try PinpointReader.list(resource, query, store: store, now: now)
            }
            return (200, document)
        }
        guard mayWrite else { throw .forbidden("This API key may only read") }
        let name = resource.type + "." + "\(operation)"
        let outcome = try write(resource, operation, id: id, body, now: now, name: name).get()
        if let transport = options.transport {
            // On their own: an answer does not wait for those who want to know.
            for delivery in outcome.deliveries {
                Task { [sleep = options.sleep] in await delivery.send(over: transport, sleep: sleep) }
            }
        }
        return (operation == .create ? 201 : 200, outcome.document)
    }

    private typealias Outcome = (document: JSONValue, deliveries: [WebhookDelivery])

    private func write(
        _ resource: PinpointResource,
        _ operation: PinpointResource.Operation,
        id: String?,
        _ body: [UInt8],
        now: Timestamp,
        name: String
    ) -> Result<Outcome, PinpointFailure> {
        let writer = PinpointWriter(seed: world.seed, now: now)
        let delay = SandboxFaults.listLag.map { Int64($0 * 1000) }
        return world.with { state in
            var store = state.pinpoint
            store.hiddenUntil = delay.map { now.milliseconds + $0 }
            do throws(PinpointFailure) {
                let document: JSONValue
                switch (operation, id) {
                case (.create, _): document = try writer.create(resource, body, in: &store)
                case (.update, let id?): document = try writer.update(resource, id: id, body, in: &store)
                case (.delete, let id?): document = try writer.delete(resource, id: id, in: &store)
                default: throw .notFound
                }
                store.hiddenUntil = nil
                let written = document["data"]?["id"] ?? id.map { .string($0) } ?? .null
                let deliveries = PinpointEvents.deliveries(
                    of: resource.type,
                    operation,
                    before: id.flatMap { state.pinpoint[resource.type][$0] },
                    after: written.string.flatMap { store[resource.type][$0] },
                    in: store,
                    to: state.webhooks,
                    now: now
                )
                state.pinpoint = store
                state.record(write: name, system: "pinpoint", id: written, at: now)
                return .success((document, deliveries))
            } catch {
                return .failure(error)
            }
        }
    }
}
