package import HTTP
import Basics
import JSON
package import ToolRouter

/// `/v1/runs`: start, watch and steer runs.
package struct RunResource: ControlResource {
    package let name = "runs"
    package let isOpenToMembers = false

    private let engine: WorkflowEngine
    private let defaultUser: String

    private static let longestWait = 300
    private static let steps = 1000

    package init(engine: WorkflowEngine, defaultUser: String) {
        self.engine = engine
        self.defaultUser = defaultUser
    }

    package func respond(to call: ControlCall) async throws -> HTTPResponse {
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
            "runs": .array(page.map { .object(RunJSON.summary($0)) }),
            "next_cursor": runs.count > limit ? page.last.map { .string($0.id) } ?? .null : .null,
        ])
    }

    private func start(_ call: ControlCall) async throws -> HTTPResponse {
        let body = try call.arguments(["workflow", "input", "user", "preview", "connections", "wait", "trigger"])
        var request = RunRequest(
            workflow: try body.string("workflow", limit: 64),
            input: call.body["input"] == nil ? [:] : try body.object("input"),
            user: try body.optionalString("user", limit: 128) ?? defaultUser,
            actor: call.principal.person ?? call.principal.actor,
            trigger: try body.optionalString("trigger", limit: 16) ?? "command",
            isPreview: call.body["preview"]?.bool ?? false
        )
        if call.body["connections"] != nil {
            for member in try body.object("connections") { request.connections[member.name] = member.value.string }
        }
        let run = try await engine.start(request)
        return try await answer(
            run.id,
            wait: try body.integer("wait", in: 0...RunResource.longestWait) ?? 0,
            status: 201
        )
    }

    private func show(_ call: ControlCall) async throws -> HTTPResponse {
        let parameters = try call.parameters(["wait"])
        return try await answer(call.path[1], wait: Int(parameters["wait"] ?? "0") ?? 0)
    }

    /// A run, after waiting for it to end or to wait for something itself.
    private func answer(_ id: String, wait: Int, status: Int = 200) async throws -> HTTPResponse {
        if wait > 0 { await engine.settled(id, within: Double(min(wait, RunResource.longestWait))) }
        guard let run = try await engine.journal.run(id) else {
            throw Problem(404, "not_found", "There is no run \(id.prefix(64)); `switchboard runs list` shows them.")
        }
        return ControlCall.json(.object(try await RunJSON.details(run, in: engine.journal)), status: status)
    }

    private func part(_ call: ControlCall) async throws -> HTTPResponse {
        let id = call.path[1]
        guard let run = try await engine.journal.run(id) else {
            throw Problem(404, "not_found", "There is no run \(id.prefix(64)); `switchboard runs list` shows them.")
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
        case "events": return events(run)
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
    private func events(_ run: RunRecord) -> HTTPResponse {
        let iterator = EventIterator(engine.events(of: run.id), first: run)
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
        return try await answer(id, wait: try body.integer("wait", in: 0...RunResource.longestWait) ?? 0)
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
