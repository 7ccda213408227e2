package import JSON
import Basics

/// Runs as the control API, commands and tools show them.
package enum RunJSON {
    /// A run in a list.
    package static func summary(_ run: RunRecord) -> JSONObject {
        var object: JSONObject = [
            "id": .string(run.id), "workflow": .string(run.workflow), "title": .string(run.title),
            "state": .string(run.state.rawValue), "preview": .bool(run.isPreview), "trigger": .string(run.trigger),
            "actor": .string(run.actor), "user": .string(run.user), "writes": .integer(run.writes),
            "writes_limit": .integer(run.writesLimit), "tool_calls": .integer(run.toolCalls),
            "tokens": .integer(run.tokens), "created_at": .string(run.createdAt.iso8601),
        ]
        object["started_at"] = run.startedAt.map { .string($0.iso8601) } ?? .null
        object["ended_at"] = run.endedAt.map { .string($0.iso8601) } ?? .null
        object["seconds"] = .double(Double(run.elapsed) / 1000)
        if let parent = run.parent { object["parent"] = .string(parent) }
        if let schedule = run.schedule { object["schedule"] = .string(schedule) }
        if let instant = run.scheduledFor { object["scheduled_for"] = .string(instant.iso8601) }
        if let endpoint = run.endpoint { object["endpoint"] = .string(endpoint) }
        if let wait = run.waiting, run.state == .waiting {
            object["waiting"] = wait.json
            object["waiting_for"] = .string(wait.description)
        }
        if let failure = run.failure { object["failure"] = failure.json }
        return object
    }

    /// A run in a list: the code of a failure only, because its message may name candidates.
    package static func listed(_ run: RunRecord) -> JSONObject {
        var object = summary(run)
        object["failure"] = run.failure.map { ["code": .string($0.code)] }
        return object
    }

    /// A run as somebody sees it who may not read what it found.
    package static func restricted(_ run: RunRecord, to names: [String]) -> JSONObject {
        var object = summary(run)
        object["failure"] = run.failure.map { ["code": .string($0.code)] }
        object["restricted_to"] = .array(names.map { .string($0) })
        object["notes"] = [.string("What the run found is for \(names.joined(separator: " and ")) only.")]
        return object
    }

    /// Everything about a run that a person needs: what it gave, what it wrote, what failed and what nobody knows.
    package static func details(_ run: RunRecord, in journal: RunJournal) async throws(WorkflowError) -> JSONObject {
        var object = summary(run)
        object["input"] = .object(run.input)
        object["result"] = run.result ?? .null
        let names = StepNames(source: try await journal.source(of: run.definition))
        var loops: [JSONValue] = []
        for (path, counts) in try await journal.counts(of: run.id) {
            loops.append([
                "path": .string(path), "name": .string(names[path]), "total": .integer(counts.total),
                "done": .integer(counts.done),
                "failed": .integer(counts.failed), "unknown": .integer(counts.unknown),
            ])
        }
        object["loops"] = .array(loops)
        object["reports"] = .array(try await journal.reports(of: run.id).map(report))
        let templated = try await journal.templated(of: run.id)
        let failed = try await journal.steps(of: run.id, in: [.failed])
        let unknown = try await journal.steps(of: run.id, in: [.unknown])
        object["notes"] = .array(
            templated.map { .string("No model was asked for \(names[$0]): its text is made from the file's template.") }
        )
        object["failed"] = .array(failed.map { place($0, names) })
        object["unknown"] = .array(unknown.map { place($0, names) })
        if run.isPreview {
            object["planned"] = .array(
                try await journal.steps(of: run.id, in: [.planned]).map { step in
                    var row = step.output?.object ?? [:]
                    row["step"] = .string(step.address.description)
                    return .object(row)
                }
            )
        }
        return object
    }

    /// A step of a run's history, without the values of records.
    package static func step(_ step: StepRecord) -> JSONObject {
        var object: JSONObject = [
            "step": .string(step.address.path), "kind": .string(step.kind), "state": .string(step.state.rawValue),
            "started_at": .string(step.startedAt.iso8601), "ended_at": .string(step.endedAt.iso8601),
        ]
        if !step.address.item.isEmpty { object["item"] = .string(step.address.item) }
        if let subject = step.subject { object["subject"] = .string(subject) }
        if let failure = step.failure { object["failure"] = failure.json }
        return object
    }

    private static func place(_ step: StepRecord, _ names: StepNames) -> JSONValue {
        var object: JSONObject = [
            "step": .string(step.address.path), "name": .string(names[step.address.path]),
        ]
        if !step.address.item.isEmpty { object["item"] = .string(step.address.item) }
        if let subject = step.subject { object["tool"] = .string(subject) }
        if let failure = step.failure {
            object["code"] = .string(failure.code)
            object["message"] = .string(failure.message)
            if let write = failure.write { object["write"] = .string(write) }
        }
        return .object(object)
    }

    private static func report(_ report: ReportRecord) -> JSONValue {
        var object: JSONObject = ["title": .string(report.title), "markdown": .string(report.body)]
        object["sources"] = report.sources ?? .null
        object["rows"] = report.rows ?? .null
        return .object(object)
    }
}
