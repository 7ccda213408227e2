package import Basics
package import HTTP
import JSON
package import ToolRouter

/// `/v1/schedules`: when workflows start by themselves.
package struct ScheduleResource: ControlResource {
    package let name = "schedules"

    private let store: ScheduleStore
    private let library: any WorkflowLibrary
    private let scheduler: Scheduler
    private let defaultUser: String
    private let wall: any WallClock
    private let zones: TimeZoneFolder

    private static let mostCounted = 1000
    private static let shownSlots = 20

    package init(
        store: ScheduleStore,
        library: any WorkflowLibrary,
        scheduler: Scheduler,
        defaultUser: String,
        wall: any WallClock = SystemClock(),
        zones: TimeZoneFolder = TimeZoneFolder()
    ) {
        self.store = store
        self.library = library
        self.scheduler = scheduler
        self.defaultUser = defaultUser
        self.wall = wall
        self.zones = zones
    }

    package func respond(to call: ControlCall) async throws -> HTTPResponse {
        do {
            switch (call.method, call.path.count) {
            case ("GET", 1): return try await list(call)
            case ("POST", 1): return try await add(call)
            case ("GET", 2): return try await show(call.path[1])
            case ("DELETE", 2): return try await remove(call.path[1])
            case ("GET", 3) where call.path[2] == "next": return try await next(call)
            case ("POST", 3): return try await steer(call)
            case (_, 1): throw Problem.method("GET, POST")
            case (_, 2): throw Problem.method("GET, DELETE")
            default: throw Problem.notFound("/v1/" + call.path.joined(separator: "/")[...])
            }
        } catch let error as WorkflowError {
            throw WorkflowProblem.of(error)
        }
    }

    private func json(_ record: ScheduleRecord) -> JSONValue {
        .object(ScheduleJSON.object(record, zones: zones, now: wall.now()))
    }

    private func list(_ call: ControlCall) async throws -> HTTPResponse {
        let parameters = try call.parameters(["workflow", "limit", "cursor"])
        let all = try await store.all().filter {
            parameters["workflow"] == nil || $0.workflow == parameters["workflow"]
        }
        return try ControlCall.page(all, "schedules", parameters, id: \.id) { record in
            ScheduleJSON.object(record, zones: zones, now: wall.now())
        }
    }

    private func show(_ id: String) async throws -> HTTPResponse {
        let record = try await store.schedule(id)
        var object = ScheduleJSON.object(record, zones: zones, now: wall.now())
        let history = try await store.history(id, limit: ScheduleResource.shownSlots)
        object["slots"] = .array(history.map { .object(ScheduleJSON.slot($0)) })
        return ControlCall.json(.object(object))
    }

    private func next(_ call: ControlCall) async throws -> HTTPResponse {
        let text = try call.parameters(["count"])["count"] ?? "5"
        guard let count = Int(text), (1...ScheduleResource.mostCounted).contains(count) else {
            throw Problem(400, "invalid", "count must be an integer from 1 to \(ScheduleResource.mostCounted).")
        }
        let record = try await store.schedule(call.path[1])
        let clock = try record.clock(zones)
        var times: [JSONValue] = []
        var position = wall.now()
        while times.count < count, let slot = clock.next(after: position) {
            times.append([
                "local": .string(ScheduleJSON.text(slot, in: clock.rule.zone)), "utc": .string(slot.iso8601),
                "starts_at": .string(Timestamp(milliseconds: slot.milliseconds + clock.delay).iso8601),
            ])
            position = Timestamp(milliseconds: slot.milliseconds + clock.delay)
        }
        return ControlCall.json([
            "id": .string(record.id), "state": record.isPaused ? "paused" : "active", "next": .array(times),
        ])
    }

    private func remove(_ id: String) async throws -> HTTPResponse {
        _ = try await store.schedule(id)
        try await store.remove(id)
        await scheduler.wake()
        return ControlCall.json(["id": .string(id), "removed": true])
    }

    private func steer(_ call: ControlCall) async throws -> HTTPResponse {
        let id = call.path[1]
        _ = try call.arguments([])
        let record = try await store.schedule(id)
        switch call.path[2] {
        case "pause":
            if !record.isPaused {
                let who = call.principal.person ?? call.principal.actor
                try await store.pause(id, because: "paused by \(who)", at: wall.now())
            }
        case "resume": try await store.resume(id, at: wall.now())
        case let verb: throw Problem(404, "not_found", "A schedule cannot be '\(verb)': pause and resume are.")
        }
        await scheduler.wake()
        return ControlCall.json(json(try await store.schedule(id)))
    }

    // MARK: - Adding

    private func add(_ call: ControlCall) async throws -> HTTPResponse {
        let body = try call.arguments([
            "workflow", "cron", "timezone", "input", "jitter", "catch_up", "overlap", "user", "connections",
            "pause_after_failures", "start", "end",
        ])
        let workflow = try await library.workflow(named: try body.string("workflow", limit: 64))
        var records: [ScheduleRecord] = []
        if let cron = try body.optionalString("cron", limit: 200) {
            guard let timezone = try body.optionalString("timezone", limit: 64) else {
                throw Problem(400, "invalid", "timezone is needed with cron; write a name such as Europe/London.")
            }
            var new = try record(of: workflow, cron, timezone, [:], call, body)
            try bound(&new, body, nil, nil)
            records.append(new)
        } else {
            guard !workflow.schedules.isEmpty else {
                throw Problem(
                    400,
                    "invalid",
                    "The file of \(workflow.name) suggests no schedule; give cron and timezone."
                )
            }
            for given in workflow.schedules {
                var new = try record(of: workflow, given.cron, given.timezone, given.input, call, body)
                if !body.has("jitter") { new.jitter = given.jitter?.seconds ?? 0 }
                if !body.has("catch_up") { new.catchUp = given.catchUp }
                if !body.has("overlap") { new.overlap = given.overlap }
                if let timezone = try body.optionalString("timezone", limit: 64) { new.timezone = timezone }
                try bound(&new, body, given.start, given.end)
                records.append(new)
            }
        }
        for record in records {
            let clock = try record.clock(zones)
            guard clock.next(after: wall.now()) != nil else {
                throw Problem(400, "invalid", "'\(record.cron)' has no time to come before its end.")
            }
            _ = try workflow.input(from: record.input)
        }
        try await store.add(records)
        await scheduler.wake()
        return ControlCall.json(["schedules": .array(records.map { json($0) })], status: 201)
    }

    private func record(
        of workflow: Workflow,
        _ cron: String,
        _ timezone: String,
        _ input: JSONObject,
        _ call: ControlCall,
        _ body: ArgumentObject
    ) throws -> ScheduleRecord {
        var input = input
        for member in try body.object("input") { input[member.name] = member.value }
        let now = wall.now()
        let user = try body.optionalString("user", limit: 128) ?? call.principal.person ?? defaultUser
        return ScheduleRecord(
            id: Identifier.make("sch", at: now),
            workflow: workflow.name,
            cron: cron,
            timezone: timezone,
            jitter: try jitter(body),
            catchUp: try choice("catch_up", body) ?? .latest,
            overlap: try choice("overlap", body) ?? .skip,
            input: input,
            user: user,
            connections: try body.texts("connections"),
            pauseAfterFailures: try body.integer("pause_after_failures", in: 0...100)
                ?? ScheduleRecord.usualPauseAfterFailures,
            createdBy: call.principal.person ?? call.principal.actor,
            at: now
        )
    }

    /// Sets the first and the last time, as given or else as the file suggests.
    private func bound(
        _ record: inout ScheduleRecord,
        _ body: ArgumentObject,
        _ start: String?,
        _ end: String?
    ) throws {
        let bounds = try ScheduleBounds(
            start: try body.optionalString("start", limit: 32) ?? start,
            end: try body.optionalString("end", limit: 32) ?? end,
            in: try zones.rules(named: record.timezone)
        )
        (record.start, record.end) = (bounds.start, bounds.end)
    }

    private func jitter(_ body: ArgumentObject) throws -> Int {
        guard let text = try body.optionalString("jitter", limit: 32) else { return 0 }
        guard let duration = ISODuration(text), duration.seconds <= 86_400 else {
            throw body.wrong("jitter", "must be a duration of at most a day, such as PT5M")
        }
        return duration.seconds
    }

    private func choice<Choice: RawRepresentable & CaseIterable>(
        _ name: String,
        _ body: ArgumentObject
    ) throws -> Choice? where Choice.RawValue == String {
        guard let text = try body.optionalString(name, limit: 16) else { return nil }
        guard let choice = Choice(rawValue: text) else {
            throw body.wrong(name, "must be one of \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }
}
