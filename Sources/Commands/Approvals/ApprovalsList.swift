import Gateway
import HTTP
import JSON

extension Command {
    static let approvalsList = Command(
        path: ["approvals", "list"],
        summary: "List what waits for a person's decision",
        options: [
            .init(
                name: "state",
                value: "STATE",
                summary: "pending (default), approved, rejected, expired, used, or all"
            ), CommonOptions.json,
        ] + CommonOptions.places,
        run: { invocation in
            let state = invocation.value("state") ?? "pending"
            let query = state == "all" ? "" : "?state=" + PercentEncoding.encode(state)
            return try await invocation.withControl { control in
                let answer = try await control.send("GET", "/v1/approvals" + query)
                if invocation.json {
                    invocation.terminal.print(JSONWriter.pretty(answer))
                    return .done
                }
                let unreadable = answer["unreadable"]?.integer ?? 0
                if unreadable > 0 {
                    invocation.terminal.printError(
                        "\(unreadable) more cannot be read: changed outside the program, or sealed under another key. If the "
                            + "key changed, set SWITCHBOARD_KEY, or restore the key file, as it was; or have them asked for again."
                    )
                }
                var table = Table("ID", "STATE", "WHAT", "ASKED BY", "EXPIRES")
                for approval in answer["approvals"]?.array ?? [] {
                    table.add(
                        approval["id"]?.string ?? "",
                        approval["state"]?.string ?? "",
                        Terminal.harmless(approval["title"]?.string ?? ""),
                        Terminal.harmless(approval["requester"]?.string ?? ""),
                        approval["expires_at"]?.string ?? ""
                    )
                }
                if table.isEmpty {
                    let none = unreadable > 0 ? "No approval can be read." : "Nothing waits for a decision."
                    invocation.terminal.print(state == "pending" ? none : "There is none.")
                } else {
                    invocation.terminal.write(table.text(for: invocation.terminal))
                }
                return .done
            }
        }
    )

    static let approvalsShow = Command(
        path: ["approvals", "show"],
        summary: "Show exactly what an approval is about",
        arguments: [.init(name: "ID", summary: "As `approvals list` shows it")],
        options: [CommonOptions.json] + CommonOptions.places,
        run: { invocation in
            try await invocation.withControl { control in
                let approval = try await control.send("GET", ApprovalText.target(invocation.arguments[0]))
                invocation.terminal.print(
                    invocation.json ? JSONWriter.pretty(approval) : ApprovalText.text(of: approval)
                )
                return .done
            }
        }
    )
}
