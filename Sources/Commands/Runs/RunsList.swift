import Gateway
import HTTP
import JSON

extension Command {
    static let runsList = Command(
        path: ["runs", "list"],
        summary: "List runs of workflows, newest first",
        options: [
            .init(name: "workflow", value: "NAME", summary: "Only runs of this workflow"),
            .init(name: "state", value: "STATE", summary: "Only runs in this state; several with commas"),
            .init(name: "limit", value: "N", summary: "How many at most (default: 20)"),
            CommonOptions.json,
        ] + CommonOptions.places,
        run: { invocation in
            var query = ["limit=\(try invocation.integer("limit", in: 1...1000) ?? 20)"]
            if let name = invocation.value("workflow") { query.append("workflow=" + PercentEncoding.encode(name)) }
            if let state = invocation.value("state") { query.append("state=" + PercentEncoding.encode(state)) }
            let target = "/v1/runs?" + query.joined(separator: "&")
            return try await invocation.withControl { control in
                let answer = try await control.send("GET", target)
                if invocation.json {
                    invocation.terminal.print(JSONWriter.pretty(answer))
                    return .done
                }
                var table = Table("ID", "WORKFLOW", "STATE", "WRITES", "BY", "CREATED", "WAITS FOR")
                for run in answer["runs"]?.array ?? [] {
                    table.add(
                        run["id"]?.string ?? "",
                        run["workflow"]?.string ?? "",
                        (run["state"]?.string ?? "") + (run["preview"]?.bool == true ? " (preview)" : ""),
                        "\(run["writes"]?.integer ?? 0)",
                        Terminal.harmless(run["actor"]?.string ?? ""),
                        run["created_at"]?.string ?? "",
                        Terminal.harmless(run["waiting_for"]?.string ?? "")
                    )
                }
                if table.isEmpty {
                    invocation.terminal.print("There is no run. `switchboard run WORKFLOW` makes one.")
                } else {
                    invocation.terminal.write(table.text(for: invocation.terminal))
                }
                return .done
            }
        }
    )

    static let runsShow = Command(
        path: ["runs", "show"],
        summary: "Show a run: its reports, what it wrote, and what needs a person",
        arguments: [.init(name: "ID", summary: "As `runs list` shows it")],
        options: [.init(name: "steps", summary: "List the steps that were executed"), CommonOptions.json]
            + CommonOptions.places,
        run: { invocation in
            try await invocation.withControl { control in
                let target = RunWatch.target(invocation.arguments[0])
                let run = try await control.send("GET", target)
                let terminal = invocation.terminal
                var steps: JSONValue?
                if invocation.has("steps") { steps = try await control.send("GET", target + "/steps") }
                if invocation.json {
                    var shown = run
                    if let steps { shown["steps"] = steps["steps"] }
                    terminal.print(JSONWriter.pretty(shown))
                    return .done
                }
                for line in RunText.lines(of: run, terminal) { terminal.print(Terminal.harmless(line)) }
                if let what = run["waiting_for"]?.string { terminal.print("Waits for \(Terminal.harmless(what))") }
                guard let steps else { return .done }
                var table = Table("ENDED", "STEP", "ITEM", "KIND", "STATE", "WHAT")
                for step in steps["steps"]?.array ?? [] {
                    table.add(
                        step["ended_at"]?.string ?? "",
                        step["step"]?.string ?? "",
                        Terminal.harmless(step["item"]?.string ?? ""),
                        step["kind"]?.string ?? "",
                        step["state"]?.string ?? "",
                        Terminal.harmless(step["failure"]?["message"]?.string ?? step["subject"]?.string ?? "")
                    )
                }
                terminal.write(table.text(for: terminal))
                return .done
            }
        }
    )
}
