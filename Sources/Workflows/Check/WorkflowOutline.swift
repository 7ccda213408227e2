import JSON
package import Tools

/// Tells in English what a workflow does, step by step.
package struct WorkflowOutline: Sendable {
    private let workflow: Workflow
    private let catalog: ToolCatalog

    /// An outline that names effects where the catalog knows the tools.
    package init(_ workflow: Workflow, catalog: ToolCatalog) {
        self.workflow = workflow
        self.catalog = catalog
    }

    /// The outline, in lines of plain text.
    package var text: String {
        var lines = ["\(workflow.title) (\(workflow.name), version \(workflow.version))"]
        if !workflow.description.isEmpty { lines.append(workflow.description) }
        lines.append("")
        lines.append("Input: " + inputText)
        let connections = workflow.connections.map { "\($0.alias) (\($0.toolkit))" }
        if !connections.isEmpty { lines.append("Works in: " + connections.joined(separator: ", ")) }
        lines.append("Limits: " + limitsText)
        if let formula = workflow.oneAtATime { lines.append("One run at a time for each: \(formula.text)") }
        for schedule in workflow.schedules {
            lines.append(
                "Starts by itself: \(schedule.cron) in \(schedule.timezone), catch-up \(schedule.catchUp.rawValue)"
            )
        }
        for trigger in workflow.triggers {
            let condition = trigger.condition.map { ", if \($0.text)" } ?? ""
            lines.append("Starts by itself: when \(trigger.toolkit) reports \(trigger.event)\(condition)")
        }
        if workflow.privacy != WorkflowPrivacy() { lines.append("Privacy: " + privacyText) }
        lines.append("")
        add(workflow.steps, number: "", indentation: "", to: &lines)
        return lines.joined(separator: "\n") + "\n"
    }

    private var inputText: String {
        let required = workflow.input["required"]?.array?.compactMap(\.string) ?? []
        let properties = workflow.input["properties"]?.object ?? [:]
        if properties.isEmpty { return "none" }
        return properties.map { property in
            if required.contains(property.name) { return property.name }
            let value = property.value["default"].map { " = " + JSONWriter.text(of: $0) } ?? ""
            return "\(property.name) (optional\(value))"
        }.joined(separator: ", ")
    }

    private var limitsText: String {
        var parts = [workflow.limits.isReadOnly ? "writes nothing" : "at most \(text(workflow.limits.writes)) writes"]
        if let calls = workflow.limits.toolCalls { parts.append("\(text(calls)) calls") }
        if let minutes = workflow.limits.minutes { parts.append("\(minutes) minutes") }
        if let tokens = workflow.limits.modelTokens { parts.append("\(tokens) tokens of models") }
        return parts.joined(separator: ", ")
    }

    private var privacyText: String {
        var parts: [String] = []
        let privacy = workflow.privacy
        if !privacy.restrictedTo.isEmpty { parts.append("only for \(privacy.restrictedTo.joined(separator: ", "))") }
        switch privacy.models {
        case .any: break
        case .local: parts.append("only models on this machine")
        case .none: parts.append("no model sees the data")
        }
        if privacy.transcript != .full { parts.append("transcript \(privacy.transcript.rawValue)") }
        return parts.joined(separator: "; ")
    }

    private func text(_ limit: CountLimit) -> String {
        switch limit {
        case .number(let number): String(number)
        case .formula(let formula): "(\(formula.text))"
        }
    }

    // MARK: Steps

    private func add(_ steps: [Step], number: String, indentation: String, to lines: inout [String]) {
        for (position, step) in steps.enumerated() {
            let own = number + "\(position + 1)."
            var sentence = WorkflowOutline.sentence(step, catalog: catalog)
            if let condition = step.condition { sentence = "If \(condition.text): \(sentence)" }
            if let id = step.id { sentence = "\(id): \(sentence)" }
            if step.onError == .continue { sentence += " If that fails, go on." }
            lines.append("\(indentation)\(own) \(sentence)")
            if let note = step.note { lines.append("\(indentation)   (\(note))") }
            let inner = indentation + "   "
            switch step.kind {
            case .choose(let choice):
                for branch in choice.branches {
                    lines.append(inner + (branch.condition.map { "When \($0.text):" } ?? "Otherwise:"))
                    add(branch.steps, number: own, indentation: inner + "  ", to: &lines)
                }
            case .forEach(let loop): add(loop.steps, number: own, indentation: inner, to: &lines)
            case .parallel(let parallel):
                for branch in parallel.branches {
                    lines.append("\(inner)\(branch.name):")
                    add(branch.steps, number: own, indentation: inner + "  ", to: &lines)
                }
            default: break
            }
        }
    }

    /// What a step does, in a sentence.
    static func sentence(_ step: Step, catalog: ToolCatalog) -> String {
        switch step.kind {
        case .call(let call): return sentence(call, catalog)
        case .ask(let ask):
            let tools = ask.tools.isEmpty ? "without tools" : "with the tools \(ask.tools.joined(separator: ", "))"
            let what =
                switch ask.instructions {
                case .text(let template): shown(template)
                case .file(let path, _): path
                }
            return "Ask a model, \(tools): \(what)"
        case .set(let set): return "Compute \(shown(set.value))"
        case .choose: return "Choose:"
        case .forEach(let loop):
            var text = "For each \(loop.variable) of \(loop.list.text) (at most \(loop.maxItems)"
            if loop.concurrency > 1 { text += ", \(loop.concurrency) at a time" }
            if let failures = loop.stopAfterFailures { text += ", stop after \(failures) failures" }
            return text + "):"
        case .parallel: return "At the same time:"
        case .approve(let approve):
            let other = approve.separateFromRequester ? ", not whoever started the run" : ""
            return "Wait up to \(approve.expires) until \(approve.from.joined(separator: " or "))\(other) approves: "
                + shown(approve.title)
        case .wait(.duration(let duration)): return "Wait \(duration)."
        case .wait(.until(let formula)): return "Wait until \(formula.text)."
        case .wait(.signal(let name, let max)): return "Wait up to \(max) for the signal \(name)."
        case .run(let run):
            return "Run the workflow \(run.workflow)\(run.isDetached ? ", and do not wait for it" : "")."
        case .report(let report): return "Report: \(shown(report.title))"
        case .give(let give): return "End with \(shown(give.value))"
        case .fail(let fail): return "Fail with \(fail.code): \(shown(fail.message))"
        }
    }

    private static func sentence(_ call: CallStep, _ catalog: ToolCatalog) -> String {
        let tool = catalog[call.tool]
        var text: String
        if let tool, tool.effect.isWrite {
            text = "WRITE (\(tool.effect.rawValue)) with \(call.tool)"
        } else {
            text = (call.paging == nil ? "Read with " : "Read every page with ") + call.tool
        }
        text += " in \(call.connection)"
        if let arguments = call.arguments { text += ", \(shown(arguments))" }
        if let once = call.once { text += ", once for \(once.text)" }
        return text + "."
    }

    /// A template as a person may read it, shortened.
    private static func shown(_ template: Template) -> String {
        let text = shown(template.content, isNested: false)
        return text.count <= 300 ? text : String(text.prefix(299)) + "…"
    }

    private static func shown(_ content: Template.Content, isNested: Bool) -> String {
        switch content {
        case .constant(.string(let text)): isNested ? "\"\(text)\"" : text
        case .constant(let value): JSONWriter.text(of: value)
        case .formula(let formula): formula.text
        case .text(let parts):
            parts.map { part in
                switch part {
                case .text(let text): text
                case .formula(let formula): "{\(formula.text)}"
                }
            }.joined()
        case .array(let elements): "[" + elements.map { shown($0, isNested: true) }.joined(separator: ", ") + "]"
        case .object(let members):
            members.map { "\($0.name): \(shown($0.value, isNested: true))" }.joined(separator: ", ")
        }
    }
}
