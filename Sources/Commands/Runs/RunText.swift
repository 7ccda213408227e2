import JSON

/// Runs as people read them.
enum RunText {
    /// An ended or a waiting run with everything that needs a person.
    static func lines(of run: JSONValue, _ terminal: Terminal) -> [String] {
        var lines: [String] = []
        let id = run["id"]?.string ?? ""
        if run["preview"]?.bool == true {
            lines += [
                "Preview: nothing was sent. What follows reads as if the writes listed below it had been made.", "",
            ]
        }
        for report in run["reports"]?.array ?? [] {
            lines += ["# " + (report["title"]?.string ?? ""), "", report["markdown"]?.string ?? ""]
            if let sources = report["sources"], !sources.isNull {
                lines += ["", "Sources: " + JSONWriter.text(of: sources)]
            }
            lines.append("")
        }
        for note in run["notes"]?.array ?? [] { lines.append("Note: " + (note.string ?? "")) }
        if let planned = run["planned"]?.array, run["preview"]?.bool == true {
            lines.append("Preview: \(planned.count) writes, none sent.")
            for (number, row) in planned.enumerated() {
                let arguments = row["arguments"].map { JSONWriter.text(of: $0) } ?? "{}"
                lines.append("\(number + 1). \(row["tool"]?.string ?? "") \(arguments)")
            }
        }
        if let failure = run["failure"], !failure.isNull {
            lines.append("Failed (\(failure["code"]?.string ?? "")): \(failure["message"]?.string ?? "")")
        }
        lines += unsettled(run, "failed", "Failed, and not done:")
        lines += unsettled(run, "unknown", "Not known, look at each of these in the system:")
        if run["state"]?.string != "done" { lines += progress(run, id) }
        if (run["reports"]?.array ?? []).isEmpty, let result = run["result"], !result.isNull {
            lines.append(JSONWriter.pretty(result))
        }
        let writes = run["writes"]?.integer ?? 0
        let seconds = run["seconds"]?.number?.double ?? 0
        lines.append(
            "Run \(id): \(run["state"]?.string ?? ""), \(writes) writes, \(run["tool_calls"]?.integer ?? 0) calls, "
                + "\((seconds * 10).rounded() / 10) s"
        )
        let failed = (run["failed"]?.array?.count ?? 0) + (run["unknown"]?.array?.count ?? 0)
        if failed > 0 { lines.append("`switchboard runs redrive \(id)` does only those again.") }
        return lines
    }

    /// How far the loops of a run came that is not done, which no report of it tells.
    private static func progress(_ run: JSONValue, _ id: String) -> [String] {
        let loops = (run["loops"]?.array ?? []).map { loop in
            let (total, done) = (loop["total"]?.integer ?? 0, loop["done"]?.integer ?? 0)
            let (failed, unknown) = (loop["failed"]?.integer ?? 0, loop["unknown"]?.integer ?? 0)
            return
                "\(loop["name"]?.string ?? ""): \(done) of \(total) items done, \(failed) failed, \(unknown) not known, "
                + "\(total - done - failed - unknown) not ended."
        }
        return loops.isEmpty ? [] : loops + ["`switchboard runs export \(id) --format csv` names each item."]
    }

    private static func unsettled(_ run: JSONValue, _ name: String, _ heading: String) -> [String] {
        let steps = run[name]?.array ?? []
        guard !steps.isEmpty else { return [] }
        return [heading]
            + steps.map { step in
                let item = step["item"]?.string ?? step["name"]?.string ?? step["step"]?.string ?? ""
                let write = step["write"]?.string.map { " (\($0))" } ?? ""
                return "- \(item): \(step["message"]?.string ?? "")\(write)"
            }
    }
}
