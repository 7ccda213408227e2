package import HTTP
import Basics
import JSON
package import ToolRouter

/// `/v1/runs`: start, watch and steer runs.
package struct RunResource: ControlResource {
    package let name = "runs"
    package let isOpenToMembers = true

    private let engine: WorkflowEngine
    private let defaultUser: String

    private static let longestWait = 300
    private static let steps = 1000

    package init(engine: WorkflowEngine, defaultUser: String) {
        self.engine = engine
        self.defaultUser = defaultUser
    }

    package func respond(to call: ControlCall) async throws -> HTTPResponse {
        guard call.principal.role >= .recruitingLead else {
            throw Problem(403, "forbidden", "Runs need the role recruiting_lead or administrator.")
        }
        do {
            switch (call.method, call.path.count) {
            case ("GET", 1): return try await list(call)
            case ("POST", 1): return try await start(call)
            case ("GET", 2): return try await show(call)
            case ("GET", 3): return try await part(call)
            case ("POST", 3): return try await steer(call)
            case (_, 1): throw Problem.method("GET, POST")
            case (_, 2): throw Problem.method("GET")
            default: throw Problem.notFound("/v1/" + call.path.joined(separator: "/")[...])
            }
        } catch let error as WorkflowError {
            throw WorkflowProblem.of(error)
        }
    }

    private func list(_ call: ControlCall) async throws -> HTTPResponse {
        let parameters = try call.parameters(["workflow", "state", "limit", "cursor"])
        var states: [RunState] = []
        for word in (parameters["state"] ?? "").split(separator: ",") {
            guard let state = RunState(rawValue: String(word)) else {
                let known = RunState.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem(400, "invalid", "There is no state \(word); there are \(known).")
            }
            states.append(state)
        }
        let limit = try ControlCall.limit(parameters["limit"]) ?? 50
        let runs = try await engine.journal.runs(
            workflow: parameters["workflow"],
            states: states,
            before: parameters["cursor"],
            limit: limit + 1
        )
        let page = runs.prefix(limit)
        return ControlCall.json([
            "runs": .array(page.map { .object(RunJSON.listed($0)) }),
            "next_cursor": runs.count > limit ? page.last.map { .string($0.id) } ?? .null : .null,
        ])
    }

    private func start(_ call: ControlCall) async throws -> HTTPResponse {
        let body = try call.arguments(["workflow", "input", "user", "preview", "connections", "wait", "trigger"])
        // Whoever reaches the control socket is the person who decides there too.
        let person = call.principal == .local ? defaultUser : call.principal.person
        let user = try body.optionalString("user", limit: 128)
        guard call.principal.role == .administrator || user == nil || user == person else {
            throw Problem(403, "forbidden", "Only administrators may run a workflow with accounts of another user.")
        }
        var request = RunRequest(
            workflow: try body.string("workflow", limit: 64),
            input: call.body["input"] == nil ? [:] : try body.object("input"),
            user: user ?? (call.principal.role == .administrator ? defaultUser : person ?? defaultUser),
            actor: person ?? call.principal.actor,
            trigger: try body.optionalString("trigger", limit: 16) ?? "command",
            isPreview: call.body["preview"]?.bool ?? false
        )
        if call.body["connections"] != nil {
            for member in try body.object("connections") { request.connections[member.name] = member.value.string }
        }
        let run = try await engine.start(request)
        let wait = try body.integer("wait", in: 0...RunResource.longestWait) ?? 0
        return try await answer(run.id, to: call.principal, wait: wait, status: 201)
    }

    private func show(_ call: ControlCall) async throws -> HTTPResponse {
        let parameters = try call.parameters(["wait"])
        return try await answer(call.path[1], to: call.principal, wait: Int(parameters["wait"] ?? "0") ?? 0)
    }

    /// A run, after waiting for it to end or to wait for something itself.
    private func answer(
        _ id: String,
        to principal: ControlPrincipal,
        wait: Int,
        status: Int = 200
    ) async throws -> HTTPResponse {
        if wait > 0 { await engine.settled(id, within: Double(min(wait, RunResource.longestWait))) }
        guard let run = try await engine.journal.run(id) else {
            throw Problem(404, "not_found", "There is no run \(id.prefix(64)); `switchboard runs list` shows them.")
        }
        if let names = try await refusal(run, principal) {
            return ControlCall.json(.object(RunJSON.restricted(run, to: names)), status: status)
        }
        return ControlCall.json(.object(try await RunJSON.details(run, in: engine.journal)), status: status)
    }

    /// Who may read a run, where whoever asks is not among them; nil where they are.
    private func refusal(_ run: RunRecord, _ principal: ControlPrincipal) async throws -> [String]? {
        guard principal != .local else { return nil }
        let names = try await engine.privacy(of: run).restrictedTo
        let isAmong = names.contains { name in
            if name.hasPrefix("person:") { return principal.person == String(name.dropFirst("person:".count)) }
            let role = PersonRole(rawValue: String(name.dropFirst("role:".count).replacing("-", with: "_")))
            return role.map { principal.role >= $0 } ?? false
        }
        return names.isEmpty || isAmong ? nil : names
    }

    private func part(_ call: ControlCall) async throws -> HTTPResponse {
        let id = call.path[1]
        guard let run = try await engine.journal.run(id) else {
            throw Problem(404, "not_found", "There is no run \(id.prefix(64)); `switchboard runs list` shows them.")
        }
        if let names = try await refusal(run, call.principal) {
            throw Problem(403, "forbidden", "The run \(id) is for \(names.joined(separator: " and ")) only.")
        }
        switch call.path[2] {
        case "steps":
            let parameters = try call.parameters(["limit", "cursor"])
            let limit = try ControlCall.limit(parameters["limit"]) ?? RunResource.steps
            let offset = Int(parameters["cursor"] ?? "0") ?? 0
            let steps = try await engine.journal.timeline(of: id, limit: limit + 1, offset: offset)
            return ControlCall.json([
                "steps": .array(steps.prefix(limit).map { .object(RunJSON.step($0)) }),
                "next_cursor": steps.count > limit ? .string(String(offset + limit)) : .null,
            ])
        case "events":
            // Whatever happens after this look is in the stream.
            let stream = engine.events(of: id)
            return events(stream, first: try await engine.journal.run(id) ?? run)
        case "export":
            switch try call.parameters(["format"])["format"] ?? "markdown" {
            case "markdown":
                return text(RunExport.markdown(try await engine.journal.reports(of: id)), "text/markdown")
            case "csv": return text(RunExport.csv(try await RunExport.rows(run, engine.journal)), "text/csv")
            case "json":
                var object = try await RunJSON.details(run, in: engine.journal)
                object["rows"] = .array(try await RunExport.rows(run, engine.journal))
                return ControlCall.json(.object(object))
            case let other:
                throw Problem(400, "invalid", "There is no format \(other.prefix(16)): markdown, csv and json are.")
            }
        default: throw Problem.notFound("/v1/" + call.path.joined(separator: "/")[...])
        }
    }

    private func text(_ text: String, _ type: String) -> HTTPResponse {
        HTTPResponse(status: 200, fields: ["Content-Type": type + "; charset=utf-8"], body: .bytes(Array(text.utf8)))
    }

    /// What happens from now on, as server-sent events, until the run has ended.
    private func events(_ stream: AsyncStream<RunEvent>, first run: RunRecord) -> HTTPResponse {
        let iterator = EventIterator(stream, first: run)
        return HTTPResponse(
            status: 200,
            fields: ["Content-Type": EventStreamSerializer.contentType, "Cache-Control": "no-cache"],
            body: .stream(HTTPBodyStream(next: { await iterator.next() }, cancel: {}))
        )
    }

    private func steer(_ call: ControlCall) async throws -> HTTPResponse {
        let id = call.path[1]
        let known = call.path[2] == "signal" ? ["name", "payload", "wait"] : ["wait"]
        let body = try call.arguments(known)
        switch call.path[2] {
        case "pause": try await engine.pause(id)
        case "resume": try await engine.resume(id)
        case "cancel": try await engine.cancel(id)
        case "redrive": try await engine.redrive(id)
        case "signal":
            let payload = call.body["payload"] ?? .null
            try await engine.signal(id, name: try body.string("name", limit: 128), payload: payload)
        case let verb:
            throw Problem(404, "not_found", "A run cannot be '\(verb)': pause, resume, cancel, redrive and signal are.")
        }
        let wait = try body.integer("wait", in: 0...RunResource.longestWait) ?? 0
        return try await answer(id, to: call.principal, wait: wait)
    }
}

/// The events of one run as bytes of a stream.
private actor EventIterator {
    private var events: AsyncStream<RunEvent>.Iterator
    private var first: RunRecord?
    private var isOver: Bool

    init(_ stream: AsyncStream<RunEvent>, first: RunRecord) {
        events = stream.makeAsyncIterator()
        self.first = first
        isOver = false
    }

    func next() async -> [UInt8]? {
        if let run = first {
            first = nil
            isOver = run.state.isEnded
            return bytes(.state(run.state, waiting: run.waiting))
        }
        guard !isOver else { return nil }
        var iterator = events
        let event = await iterator.next(isolation: self)
        events = iterator
        return event.map(bytes)
    }

    private func bytes(_ event: RunEvent) -> [UInt8] {
        EventStreamSerializer.bytes(of: ServerSentEvent(data: JSONWriter.bytes(of: event.json)))
    }
}
