package import JSON

/// What a run found, in forms that other programs take.
package enum RunExport {
    /// The reports one after the other, as Markdown.
    package static func markdown(_ reports: [ReportRecord]) -> String {
        reports.map { report in
            var text = "# \(report.title)\n\n\(report.body)\n"
            if let sources = report.sources { text += "\nSources: `\(JSONWriter.text(of: sources))`\n" }
            return text
        }.joined(separator: "\n")
    }

    /// Rows as comma-separated values (RFC 4180), with a header line.
    ///
    /// A cell that a spreadsheet would take for a formula gets an apostrophe in front, because candidates write cells.
    package static func csv(_ rows: [JSONValue]) -> String {
        var columns: [String] = []
        for row in rows {
            for member in row.object ?? ["value": row] where !columns.contains(member.name) {
                columns.append(member.name)
            }
        }
        var text = columns.map { cell(.string($0)) }.joined(separator: ",") + "\r\n"
        for row in rows {
            let object = row.object ?? ["value": row]
            text += columns.map { cell(object[$0]) }.joined(separator: ",") + "\r\n"
        }
        return text
    }

    /// The items of a run's loops as rows.
    package static func rows(_ run: RunRecord, _ journal: RunJournal) async throws(WorkflowError) -> [JSONValue] {
        let reported = try await journal.reports(of: run.id).compactMap(\.rows?.array)
        if !reported.isEmpty { return reported.flatMap(\.self) }
        var rows: [JSONValue] = []
        for (path, _) in try await journal.counts(of: run.id) {
            for item in try await journal.items(at: StepAddress(path: path), of: run.id) {
                var row: JSONObject = [
                    "step": .string(path), "key": .string(item.key), "state": .string(item.state.rawValue),
                ]
                row["output"] = item.output.map { .string(Template.text(of: $0)) } ?? .null
                row["error"] = item.failure.map { .string($0.message) } ?? .null
                row["write"] = item.failure?.write.map { .string($0) } ?? .null
                rows.append(.object(row))
            }
        }
        return rows
    }

    private static func cell(_ value: JSONValue?) -> String {
        var text = Template.text(of: value)
        if let first = text.unicodeScalars.first, "=+-@\t\r".unicodeScalars.contains(first), value?.number == nil {
            text = "'" + text
        }
        guard text.unicodeScalars.contains(where: { "\",\r\n".unicodeScalars.contains($0) }) else { return text }
        return "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
}
