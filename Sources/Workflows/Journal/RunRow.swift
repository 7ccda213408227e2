import Basics
import JSON
import Storage

/// Runs as rows of the table `run`.
enum RunRow {
    static let insert = """
        INSERT INTO run(id, workflow, title, definition, trigger, actor, user, connections, endpoint, input, preview,
            state, waiting, one_key, parent, schedule, scheduled_for, writes_limit, writes, tool_calls, tokens, elapsed,
            attempt, failure, result, created_at, started_at, ended_at)
        VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    static func values(_ run: RunRecord) -> [SQLValue] {
        var connections = JSONObject()
        for (alias, id) in run.connections.sorted(by: { $0.key < $1.key }) { connections[alias] = .string(id) }
        return [
            .text(run.id), .text(run.workflow), .text(run.title), .text(run.definition), .text(run.trigger),
            .text(run.actor), .text(run.user), .text(JSONWriter.text(of: .object(connections))),
            .optional(run.endpoint), .blob(JSONWriter.bytes(of: .object(run.input))), .flag(run.isPreview),
            .text(run.state.rawValue), .optional(run.waiting.map { JSONWriter.text(of: $0.json) }),
            .optional(run.oneKey), .optional(run.parent), .optional(run.schedule),
            .optional(run.scheduledFor?.milliseconds), .integer(Int64(run.writesLimit)), .integer(Int64(run.writes)),
            .integer(Int64(run.toolCalls)), .integer(Int64(run.tokens)), .integer(run.elapsed),
            .integer(Int64(run.attempt)), .optional(run.failure.map { JSONWriter.text(of: $0.json) }),
            .optional(run.result), .integer(run.createdAt.milliseconds), .optional(run.startedAt?.milliseconds),
            .optional(run.endedAt?.milliseconds),
        ]
    }

    static func decode(_ row: SQLRow) throws -> RunRecord {
        var run = RunRecord(
            id: try row.text("id"),
            workflow: try row.text("workflow"),
            title: try row.text("title"),
            definition: try row.text("definition"),
            trigger: try row.text("trigger"),
            actor: try row.text("actor"),
            user: try row.text("user"),
            input: try JSONParser.parse(try row.blob("input")).object ?? [:],
            createdAt: Timestamp(milliseconds: try row.integer("created_at"))
        )
        for member in try JSONParser.parse(try row.text("connections")).object ?? [:] {
            run.connections[member.name] = member.value.string
        }
        run.endpoint = try row.optionalText("endpoint")
        run.isPreview = try row.integer("preview") == 1
        run.state = RunState(rawValue: try row.text("state")) ?? .failed
        run.waiting = try row.optionalText("waiting").flatMap { RunWait(try JSONParser.parse($0)) }
        run.oneKey = try row.optionalText("one_key")
        run.parent = try row.optionalText("parent")
        run.schedule = try row.optionalText("schedule")
        run.scheduledFor = try row.optionalInstant("scheduled_for")
        run.writesLimit = Int(try row.integer("writes_limit"))
        run.writes = Int(try row.integer("writes"))
        run.toolCalls = Int(try row.integer("tool_calls"))
        run.tokens = Int(try row.integer("tokens"))
        run.elapsed = try row.integer("elapsed")
        run.attempt = Int(try row.integer("attempt"))
        run.failure = try row.optionalFailure("failure")
        run.result = try row.optionalJSON("result")
        run.startedAt = try row.optionalInstant("started_at")
        run.endedAt = try row.optionalInstant("ended_at")
        return run
    }
}
