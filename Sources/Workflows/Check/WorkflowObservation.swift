package import JSON

/// What a run of a test has done, as far as a test file can speak about it.
package struct WorkflowObservation: Sendable {
    /// A call that was answered without an error.
    package struct Call: Sendable {
        package var tool: String
        package var arguments: JSONObject
        package var once: String?
        package var isWrite: Bool

        package init(tool: String, arguments: JSONObject, once: String?, isWrite: Bool) {
            self.tool = tool
            self.arguments = arguments
            self.once = once
            self.isWrite = isWrite
        }
    }

    /// The run as it ended.
    package var run: RunRecord
    /// The paths and ids of the steps that failed.
    package var failedSteps: [String] = []
    package var calls: [Call] = []
    package var modelCalls = 0
    /// The last page that it wrote.
    package var report: ReportRecord?
    /// What it last asked people.
    package var approval: RunQuestion?
    /// The writes that a preview lists.
    package var planned: [JSONValue] = []
    /// How many of the records that the test asks about there are; nil where it asks about none.
    package var records: Int?

    package init(run: RunRecord) {
        self.run = run
    }

    /// What formulas of `holds` see.
    var bindings: [String: JSONValue] {
        var bindings: [String: JSONValue] = [
            "planned": .array(planned),
            "writes": .array(
                calls.filter(\.isWrite).map { call in
                    var object: JSONObject = ["tool": .string(call.tool), "arguments": .object(call.arguments)]
                    if let once = call.once { object["once"] = .string(once) }
                    return .object(object)
                }
            ),
        ]
        bindings["output"] = run.result
        if let report {
            var object: JSONObject = ["title": .string(report.title), "body": .string(report.body)]
            if let sources = report.sources { object["sources"] = sources }
            if let rows = report.rows { object["rows"] = rows }
            bindings["report"] = .object(object)
        }
        if let approval {
            bindings["approval"] = [
                "title": .string(approval.title), "body": .string(approval.body ?? ""), "plan": .array(approval.plan),
            ]
        }
        return bindings
    }
}
