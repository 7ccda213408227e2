import Gateway
import HTTP
import JSON

extension Command {
    static let schedulesList = Command(
        path: ["schedules", "list"],
        summary: "List when workflows start by themselves",
        options: [CommonOptions.json] + CommonOptions.places,
        run: { invocation in
            try await invocation.withControl { control in
                let answer = try await control.everyPage(of: "/v1/schedules", "schedules")
                if invocation.json {
                    invocation.terminal.print(JSONWriter.pretty(answer))
                    return .done
                }
                var table = Table("ID", "WORKFLOW", "CRON", "TIME ZONE", "STATE", "NEXT", "FROM", "UNTIL")
                for schedule in answer["schedules"]?.array ?? [] {
                    table.add(
                        schedule["id"]?.string ?? "",
                        schedule["workflow"]?.string ?? "",
                        schedule["cron"]?.string ?? "",
                        schedule["timezone"]?.string ?? "",
                        schedule["state"]?.string ?? "",
                        schedule["next_at"]?.string ?? Terminal.harmless(schedule["reason"]?.string ?? "never"),
                        schedule["start"]?.string ?? "",
                        schedule["end"]?.string ?? ""
                    )
                }
                if table.isEmpty {
                    invocation.terminal.print("There is none. `switchboard schedules add WORKFLOW` makes one.")
                } else {
                    invocation.terminal.write(table.text(for: invocation.terminal))
                }
                return .done
            }
        }
    )

    static let schedulesNext = Command(
        path: ["schedules", "next"],
        summary: "Show the next times of a schedule, in its time zone and in UTC",
        arguments: [.init(name: "ID", summary: "As `schedules list` shows it")],
        options: [
            .init(name: "count", value: "N", summary: "How many (default 5, at most 1000)"), CommonOptions.json,
        ] + CommonOptions.places,
        run: { invocation in
            let count = PercentEncoding.encode(invocation.value("count") ?? "5")
            let target = ScheduleText.target(invocation.arguments[0]) + "/next?count=" + count
            return try await invocation.withControl { control in
                let answer = try await control.send("GET", target)
                if invocation.json {
                    invocation.terminal.print(JSONWriter.pretty(answer))
                    return .done
                }
                var table = Table("LOCAL", "UTC", "STARTS")
                for time in answer["next"]?.array ?? [] {
                    table.add(
                        time["local"]?.string ?? "",
                        time["utc"]?.string ?? "",
                        time["starts_at"]?.string ?? ""
                    )
                }
                invocation.terminal.write(table.text(for: invocation.terminal))
                if answer["state"]?.string == "paused" {
                    invocation.terminal.printError("It is paused: nothing starts until `schedules resume`.")
                }
                return .done
            }
        }
    )
}
