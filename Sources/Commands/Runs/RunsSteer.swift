import Gateway
import HTTP
import JSON

extension Command {
    static let runsPause = steering("pause", "Stop a run at its next step, until somebody resumes it")
    static let runsCancel = steering("cancel", "End a run after what is under way; what was done stays done")
    static let runsResume = steering(
        "resume",
        "Go on with a run that is paused, or that was left when its process was killed",
        follows: true
    )
    static let runsRedrive = steering(
        "redrive",
        "Run an ended run again for what has failed or is not known, and only for that",
        follows: true
    )
    static let runsApprove = deciding("approve", "Approve what a run waits for")
    static let runsReject = deciding("reject", "Refuse what a run waits for")

    static let runsExport = Command(
        path: ["runs", "export"],
        summary: "Write what a run found to standard output",
        arguments: [.init(name: "ID", summary: "As `runs list` shows it")],
        options: [.init(name: "format", value: "FORMAT", summary: "markdown (default), csv or json")]
            + CommonOptions.places,
        run: { invocation in
            let format = PercentEncoding.encode(invocation.value("format") ?? "markdown")
            let target = RunWatch.target(invocation.arguments[0]) + "/export?format=" + format
            return try await invocation.withControl { control in
                let (_, bytes) = try await control.exchange("GET", target)
                // Rows of CSV end with CR LF, which no terminal minds.
                let lines = String(decoding: bytes, as: UTF8.self).split(
                    separator: "\r\n",
                    omittingEmptySubsequences: false
                )
                invocation.terminal.write(lines.map { Terminal.harmless(String($0)) }.joined(separator: "\r\n"))
                return .done
            }
        }
    )

    private static func steering(_ verb: String, _ summary: String, follows: Bool = false) -> Command {
        Command(
            path: ["runs", verb],
            summary: summary,
            arguments: [.init(name: "ID", summary: "As `runs list` shows it")],
            options: (follows
                ? [.init(name: "yes", summary: "Approve what the run asks for, where you may"), CommonOptions.json]
                : [CommonOptions.json]) + CommonOptions.places,
            run: { invocation in
                let target = RunWatch.target(invocation.arguments[0]) + "/" + verb
                return try await invocation.withControl { control in
                    let run = try await control.send("POST", target, body: [:])
                    if follows {
                        // What it waited for may be over by now.
                        let now = try await control.send("GET", RunWatch.target(invocation.arguments[0]) + "?wait=1")
                        return try await RunWatch(invocation: invocation, control: control).follow(now)
                    }
                    let state = run["state"]?.string ?? ""
                    invocation.terminal.print(
                        invocation.json ? JSONWriter.pretty(run) : "\(invocation.arguments[0]) is \(state)."
                    )
                    return .done
                }
            }
        )
    }

    private static func deciding(_ word: String, _ summary: String) -> Command {
        Command(
            path: ["runs", word],
            summary: summary,
            arguments: [.init(name: "ID", summary: "As `runs list` shows it")],
            options: [
                .init(name: "comment", value: "TEXT", summary: "What to tell whoever asked"),
                .init(name: "yes", summary: "Do not ask"), CommonOptions.json,
            ] + CommonOptions.places,
            details: "On a terminal the exact plan is shown first; `switchboard approvals show` prints it too.",
            run: { invocation in
                try await invocation.withControl { control in
                    let target = RunWatch.target(invocation.arguments[0])
                    let run = try await control.send("GET", target)
                    guard run["waiting"]?["for"]?.string == "approval", let id = run["waiting"]?["id"]?.string else {
                        throw CommandError("the run \(invocation.arguments[0]) waits for no approval")
                    }
                    let approval = try await control.send("GET", ApprovalText.target(id))
                    if word == "approve", !invocation.has("yes") {
                        try await confirm(approval, id, invocation.terminal)
                    }
                    var body: JSONObject = ["decision": .string(word), "plan_hash": approval["plan_hash"] ?? .null]
                    body["comment"] = invocation.value("comment").map { .string($0) }
                    do {
                        _ = try await control.send("POST", ApprovalText.target(id) + "/decision", body: .object(body))
                    } catch let error as ControlError where error.status == 403 {
                        throw CommandError(error.description, status: .needsPerson)
                    }
                    let next = try await control.send("GET", target + "?wait=1")
                    return try await RunWatch(invocation: invocation, control: control).follow(next)
                }
            }
        )
    }

    /// Shows what will be done, all of it, and asks.
    ///
    /// - Throws: ``CommandError`` unless the person says yes.
    private static func confirm(_ approval: JSONValue, _ id: String, _ terminal: Terminal) async throws {
        guard terminal.canAsk else {
            throw CommandError(
                "a person must read the plan first: `switchboard approvals show \(id)`, then approve on a terminal or "
                    + "with --yes",
                status: .needsPerson
            )
        }
        terminal.print(ApprovalText.text(of: approval))
        let editor = LineEditor(prompt: "Approve? [y/N] ", interactive: true)
        guard case .line(let answer) = await editor.next(), ApprovalText.isYes(answer) else {
            throw CommandError("nothing was decided", status: .needsPerson)
        }
    }
}
