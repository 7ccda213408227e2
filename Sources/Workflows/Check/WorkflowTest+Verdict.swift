package import Basics
import JSON

extension WorkflowTest.Case {
    /// Every difference between what is expected and what was seen; empty when the test has passed.
    ///
    /// - Parameter now: What `$now` of the formulas is.
    package func differences(from seen: WorkflowObservation, now: Timestamp) -> [String] {
        var found: [String] = []
        let run = seen.run
        let why = run.failure.map { " (\($0.code): \($0.message))" } ?? ""
        if let state = expected["state"]?.string, state != run.state.rawValue {
            found.append("the run is \(run.state.rawValue)\(why), not \(state)")
        }
        if let code = expected["code"]?.string, code != run.failure?.code {
            found.append("its error is \(run.failure?.code ?? "none")\(why), not \(code)")
        }
        if let step = expected["step"]?.string, !seen.failedSteps.contains(step) {
            found.append("failed steps are \(seen.failedSteps), not \(step)")
        }
        if let part = expected["message"]?.string, run.failure?.message.contains(part) != true {
            found.append("its message does not say \"\(part)\"\(why)")
        }
        found += counts(seen)
        for member in expected["output"]?.object ?? [:] where run.result?[member.name] != member.value {
            let value = run.result?[member.name].map { JSONWriter.text(of: $0) } ?? "nothing"
            found.append("output.\(member.name) is \(value.prefix(400)), not \(JSONWriter.text(of: member.value))")
        }
        found += page(seen.report)
        if let records = expected["records"], let count = records["count"]?.integer, count != seen.records {
            found.append(
                "there are \(seen.records ?? 0) such \(records["resource"]?.string ?? "records"), not \(count)"
            )
        }
        let scope = FormulaScope(bindings: seen.bindings, now: now)
        for formula in holds {
            do throws(WorkflowError) {
                if try !formula.isTrue(scope) { found.append("does not hold: \(formula.text)") }
            } catch { found.append(error.message) }
        }
        return found
    }

    private func counts(_ seen: WorkflowObservation) -> [String] {
        var found: [String] = []
        func count(_ calls: [WorkflowObservation.Call]) -> [String: Int] {
            calls.reduce(into: [:]) { $0[$1.tool, default: 0] += 1 }
        }
        let calls = count(seen.calls)
        for member in expected["calls"]?.object ?? [:] where calls[member.name] ?? 0 != member.value.integer {
            found.append("\(member.name) was called \(calls[member.name] ?? 0) times, not \(member.value.integer ?? 0)")
        }
        if let writes = expected["writes"]?.object {
            let made = count(seen.calls.filter(\.isWrite))
            for tool in Set(made.keys).union(writes.names).sorted() where made[tool] ?? 0 != writes[tool]?.integer ?? 0
            {
                found.append("\(tool) wrote \(made[tool] ?? 0) times, not \(writes[tool]?.integer ?? 0)")
            }
        }
        if let asked = expected["modelCalls"]?.integer, asked != seen.modelCalls {
            found.append("a model was asked \(seen.modelCalls) times, not \(asked)")
        }
        return found
    }

    private func page(_ report: ReportRecord?) -> [String] {
        guard let wanted = expected["report"] else { return [] }
        guard let report else { return ["there is no report"] }
        var found: [String] = []
        if let title = wanted["title"]?.string, title != report.title {
            found.append("the report is called \"\(report.title)\", not \"\(title)\"")
        }
        for part in wanted["contains"]?.array?.compactMap(\.string) ?? [] where !report.body.contains(part) {
            found.append("the report does not say \"\(part)\":\n\(report.body.prefix(1500))")
        }
        for part in wanted["lacks"]?.array?.compactMap(\.string) ?? [] where report.body.contains(part) {
            found.append("the report says \"\(part)\"")
        }
        return found
    }
}
