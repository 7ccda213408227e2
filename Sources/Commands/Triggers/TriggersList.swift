import Gateway
import HTTP
import JSON

extension Command {
    static let triggersList = Command(
        path: ["triggers", "list"],
        summary: "List what the systems can report, and the address for each",
        options: [
            .init(name: "toolkit", value: "NAME", summary: "Only of this toolkit"), CommonOptions.json,
        ] + CommonOptions.places,
        run: { invocation in
            let query = invocation.value("toolkit").map { "?toolkit=" + PercentEncoding.encode($0) } ?? ""
            return try await invocation.withControl { control in
                let answer = try await control.send("GET", "/v1/triggers" + query)
                if invocation.json {
                    invocation.terminal.print(JSONWriter.pretty(answer))
                    return .done
                }
                var table = Table("TOOLKIT", "NAME", "TITLE", "READY", "ADDRESS")
                for trigger in answer["triggers"]?.array ?? [] {
                    table.add(
                        trigger["toolkit"]?.string ?? "",
                        trigger["name"]?.string ?? "",
                        (trigger["title"]?.string ?? "") + (trigger["beta"] == true ? " (beta)" : ""),
                        trigger["ready"] == true ? "yes" : "needs " + (trigger["secret_field"]?.string ?? ""),
                        trigger["url"]?.string ?? ""
                    )
                }
                invocation.terminal.write(table.text(for: invocation.terminal))
                return .done
            }
        }
    )

    static let triggersShow = Command(
        path: ["triggers", "show"],
        summary: "Show a trigger and the latest events of it",
        arguments: [.init(name: "NAME", summary: "The trigger's name, such as candidateHire")],
        options: [CommonOptions.json] + CommonOptions.places,
        run: { invocation in
            try await invocation.withControl { control in
                let name = PercentEncoding.encode(invocation.arguments[0])
                var trigger = try await control.send("GET", "/v1/triggers/" + name)
                let answer = try await control.send("GET", "/v1/trigger-events?limit=20&trigger=" + name)
                trigger["events"] = answer["events"]
                if invocation.json {
                    invocation.terminal.print(JSONWriter.pretty(trigger))
                    return .done
                }
                let terminal = invocation.terminal
                terminal.print((trigger["name"]?.string ?? "") + "  " + (trigger["title"]?.string ?? ""))
                terminal.print("address: " + (trigger["url"]?.string ?? ""))
                if trigger["ready"] != true {
                    let field = trigger["secret_field"]?.string ?? ""
                    terminal.print("Not ready: no connection has the field \(field) that reports are signed with.")
                }
                var table = Table("RECEIVED", "EVENT", "CONNECTION", "TAKEN")
                for event in trigger["events"]?.array ?? [] {
                    table.add(
                        event["received_at"]?.string ?? "",
                        event["id"]?.string ?? "",
                        event["connection"]?.string ?? "",
                        event["handled_at"]?.string ?? "no"
                    )
                }
                if !table.isEmpty { terminal.write(table.text(for: terminal)) }
                return .done
            }
        }
    )
}
