import Gateway
import HTTP
import JSON
import ToolRouter

extension Command {
    static let approvalsApprove = deciding(
        "approve",
        summary: "Approve exactly what an approval shows",
        details: """
            Shows the plan and asks, unless --yes is given. Where the rules want another person than the requester, or \
            another role, that person signs in to the page instead: exit status 3.
            """
    )

    static let approvalsReject = deciding("reject", summary: "Refuse what an approval shows", details: "")

    private static func deciding(_ word: String, summary: String, details: String) -> Command {
        Command(
            path: ["approvals", word],
            summary: summary,
            arguments: [.init(name: "ID", summary: "As `approvals list` shows it")],
            options: [
                .init(name: "comment", value: "TEXT", summary: "What to tell whoever asked"),
                .init(name: "yes", summary: "Do not ask"), CommonOptions.json,
            ] + CommonOptions.places,
            details: details,
            run: { invocation in try await invocation.withControl { try await decide(word, invocation, $0) } }
        )
    }

    private static func decide(
        _ word: String,
        _ invocation: Invocation,
        _ control: ControlClient
    ) async throws -> ExitStatus {
        let terminal = invocation.terminal
        let target = ApprovalText.target(invocation.arguments[0])
        let approval = try await control.send("GET", target)
        if !invocation.has("yes"), word == "approve" {
            guard terminal.canAsk else {
                throw CommandError(
                    "a person must read the plan first: `switchboard approvals show \(invocation.arguments[0])`, then "
                        + "approve it on a terminal or with --yes",
                    status: .needsPerson
                )
            }
            terminal.print(ApprovalText.text(of: approval))
            let editor = LineEditor(prompt: "Approve? [y/N] ", interactive: true)
            guard case .line(let answer) = await editor.next(), ApprovalText.isYes(answer) else {
                terminal.printError("Nothing was decided.")
                return .failed
            }
        }
        var body: JSONObject = ["decision": .string(word), "plan_hash": approval["plan_hash"] ?? .null]
        body["comment"] = invocation.value("comment").map { .string($0) }
        do {
            let decided = try await control.send("POST", target + "/decision", body: .object(body))
            let state = decided["state"]?.string ?? ""
            terminal.print(invocation.json ? JSONWriter.pretty(decided) : "\(invocation.arguments[0]) is \(state).")
            return .done
        } catch let error as ControlError where error.status == 403 {
            throw CommandError(error.description, status: .needsPerson)
        }
    }
}

/// Approvals as people read them.
enum ApprovalText {
    static func target(_ id: String) -> String { "/v1/approvals/" + PercentEncoding.encode(id) }

    static func isYes(_ answer: String) -> Bool {
        ["y", "yes"].contains(answer.lowercased().filter { !$0.isWhitespace })
    }

    /// Every call of the plan with every argument, none shortened.
    static func text(of approval: JSONValue) -> String {
        func word(_ name: String) -> String { approval[name]?.string ?? "" }
        var lines = ["\(word("title")) (\(word("state")), asked for by \(word("requester")))"]
        if let by = approval["decided_by"]?.string { lines.append("\(word("decision")) by \(by)") }
        for (number, row) in (approval["plan"]?.array ?? []).enumerated() {
            let connection = row["connection"]?.string.map { " through \($0)" } ?? ""
            lines.append("\(number + 1). \(row["tool"]?.string ?? "")\(connection)")
            if let text = row["text"]?.string { lines.append("   " + text) }
            let arguments = JSONWriter.pretty(row["arguments"] ?? .null)
            lines += arguments.split(separator: "\n").map { "   " + $0 }
        }
        return lines.map(ApprovalPlan.visible).joined(separator: "\n")
    }
}
