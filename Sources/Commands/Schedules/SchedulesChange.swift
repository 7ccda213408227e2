import Gateway
import HTTP
import JSON

extension Command {
    static let schedulesAdd = Command(
        path: ["schedules", "add"],
        summary: "Let a workflow start by itself",
        arguments: [
            .init(name: "WORKFLOW", summary: "Its name, as `workflows list` shows it"),
            .init(
                name: "key=value",
                summary: "A member of the input; a value that is JSON is taken as such",
                isRequired: false,
                isRest: true
            ),
        ],
        options: [
            .init(name: "cron", value: "FIELDS", summary: "Five fields (default: what the workflow's file suggests)"),
            .init(name: "timezone", value: "TZ", summary: "Whose clocks, such as Europe/London"),
            .init(name: "start", value: "WHEN", summary: "Nothing before this day, or ISO 8601 time"),
            .init(name: "end", value: "WHEN", summary: "Nothing after this day, or ISO 8601 time"),
            .init(name: "jitter", value: "DURATION", summary: "Start up to so much later, always the same (PT5M)"),
            .init(name: "catch-up", value: "RULE", summary: "Times that passed: none, latest (default) or all (50)"),
            .init(name: "overlap", value: "RULE", summary: "While a run goes on: skip (default), queue or cancel-old"),
            .init(name: "pause-after", value: "N", summary: "Pause after N failures in a row (default 3, 0 never)"),
            .init(name: "user", value: "NAME", summary: "Whose connections are used (default: you)"),
            CommonOptions.json,
        ] + CommonOptions.places,
        details: """
            Runs start only while `switchboard serve` runs. Example:
              switchboard schedules add confidential-search-audit --cron "0 8 * * MON" --timezone Europe/London
            """,
        run: { invocation in
            var input = JSONObject()
            for pair in invocation.arguments.dropFirst() {
                let (name, value) = try KeyValue.parse(pair)
                input[name] = value
            }
            var body: JSONObject = ["workflow": .string(invocation.arguments[0]), "input": .object(input)]
            for (option, member) in [
                ("cron", "cron"), ("timezone", "timezone"), ("jitter", "jitter"), ("catch-up", "catch_up"),
                ("overlap", "overlap"), ("user", "user"), ("start", "start"), ("end", "end"),
            ] {
                if let value = invocation.value(option) { body[member] = .string(value) }
            }
            if let text = invocation.value("pause-after") {
                guard let number = Int(text) else {
                    throw CommandError.usage("--pause-after takes a number, not '\(text)'")
                }
                body["pause_after_failures"] = .integer(number)
            }
            let draft = JSONValue.object(body)
            return try await invocation.withControl { control in
                let answer = try await control.send("POST", "/v1/schedules", body: draft)
                if invocation.json {
                    invocation.terminal.print(JSONWriter.pretty(answer))
                    return .done
                }
                for schedule in answer["schedules"]?.array ?? [] {
                    invocation.terminal.print(ScheduleText.line(schedule))
                }
                invocation.terminal.printError("Runs start only while `switchboard serve` runs.")
                return .done
            }
        }
    )

    static let schedulesPause = changing(
        "pause",
        "Start no more runs until it is resumed; those that go on are left alone"
    )
    static let schedulesResume = changing("resume", "Start runs again, from the next time on")
    static let schedulesRemove = changing("remove", "Forget a schedule; its runs stay")

    private static func changing(_ verb: String, _ summary: String) -> Command {
        Command(
            path: ["schedules", verb],
            summary: summary,
            arguments: [.init(name: "ID", summary: "As `schedules list` shows it")],
            options: [CommonOptions.json] + CommonOptions.places,
            run: { invocation in
                let id = invocation.arguments[0]
                let target = ScheduleText.target(id)
                return try await invocation.withControl { control in
                    let answer =
                        verb == "remove"
                        ? try await control.send("DELETE", target)
                        : try await control.send("POST", target + "/" + verb, body: [:])
                    if invocation.json {
                        invocation.terminal.print(JSONWriter.pretty(answer))
                    } else {
                        invocation.terminal.print(verb == "remove" ? "\(id) is removed." : ScheduleText.line(answer))
                    }
                    return .done
                }
            }
        )
    }
}

enum ScheduleText {
    static func target(_ id: String) -> String { "/v1/schedules/" + PercentEncoding.encode(id) }

    /// A schedule in one line.
    static func line(_ schedule: JSONValue) -> String {
        let id = schedule["id"]?.string ?? ""
        let what =
            "\(schedule["workflow"]?.string ?? "") at '\(schedule["cron"]?.string ?? "")' in "
            + (schedule["timezone"]?.string ?? "")
        let next =
            schedule["state"]?.string == "paused"
            ? "paused" : schedule["next_at"]?.string.map { "next at \($0)" } ?? "no time to come"
        let last = schedule["end"]?.string.map { ", until \($0)" } ?? ""
        return "\(id): \(what), \(next)\(last)."
    }
}
