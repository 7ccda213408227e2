import Basics
import JSON

/// Schedules as the control API shows them.
enum ScheduleJSON {
    static func object(_ record: ScheduleRecord, zones: TimeZoneFolder, now: Timestamp) -> JSONObject {
        var object: JSONObject = [
            "id": .string(record.id), "workflow": .string(record.workflow), "cron": .string(record.cron),
            "timezone": .string(record.timezone), "jitter": .string(ISODuration(seconds: record.jitter).description),
            "catch_up": .string(record.catchUp.rawValue), "overlap": .string(record.overlap.rawValue),
            "input": .object(record.input), "user": .string(record.user),
            "connections": .object(connections(record.connections)),
            "pause_after_failures": .integer(record.pauseAfterFailures),
            "state": record.isPaused ? "paused" : "active", "missed": .integer(record.missed),
            "created_at": .string(record.createdAt.iso8601), "created_by": .string(record.createdBy),
        ]
        object["reason"] = record.reason.map { .string($0) }
        guard let clock = try? record.clock(zones) else { return object }
        object["start"] = record.start.map { .string(text($0, in: clock.rule.zone)) }
        object["end"] = record.end.map { .string(text($0, in: clock.rule.zone)) }
        guard !record.isPaused else { return object }
        if let next = clock.next(after: now) {
            object["next_at"] = .string(text(next, in: clock.rule.zone))
        } else if record.end != nil {
            object["state"] = "ended"
        }
        return object
    }

    static func connections(_ connections: [String: String]) -> JSONObject {
        var object = JSONObject()
        for (alias, connection) in connections.sorted(by: { $0.key < $1.key }) { object[alias] = .string(connection) }
        return object
    }

    static func slot(_ slot: ScheduleSlot) -> JSONObject {
        var object: JSONObject = ["scheduled_for": .string(slot.slot.iso8601), "state": .string(slot.state.rawValue)]
        object["run"] = slot.run.map { .string($0) }
        object["note"] = slot.note.map { .string($0) }
        return object
    }

    /// An instant as the clocks of a place show it, with their distance from UTC: `2026-11-20T09:00:00+01:00`.
    static func text(_ instant: Timestamp, in zone: TimeZoneRules) -> String {
        let seconds = instant.milliseconds / 1000
        let offset = zone.offset(at: seconds)
        let shown = Timestamp(milliseconds: (seconds + Int64(offset)) * 1000).iso8601.prefix(19)
        let minutes = abs(offset) / 60
        func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(shown)\(offset < 0 ? "-" : "+")\(two(minutes / 60)):\(two(minutes % 60))"
    }
}
