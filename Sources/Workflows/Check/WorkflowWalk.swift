import Basics
import JSON
import JSONata
import ToolRouter
import Tools

/// One pass of a check over the steps of a workflow, with the variables that each of them sees.
struct WorkflowWalk {
    /// The variables in sight, with the fields that they have where these are known.
    struct Scope {
        var fields: [String: Set<String>?] = [:]
        /// Where each step id in sight was given.
        var places: [String: String] = [:]
        /// Whether a person has approved something before.
        var isApproved = false

        mutating func bind(_ name: String, fields: Set<String>? = nil) { self.fields[name] = .some(fields) }
    }

    let workflow: Workflow
    let catalog: ToolCatalog
    let target: (String) -> Workflow?
    let text: WorkflowText
    private(set) var diagnostics: [Diagnostic] = []
    private var allNames: [String: String] = [:]
    /// Writes that every run makes.
    private var certainWrites = 0

    init(workflow: Workflow, catalog: ToolCatalog, target: @escaping (String) -> Workflow?) {
        self.workflow = workflow
        self.catalog = catalog
        self.target = target
        text = WorkflowText(workflow.source.text)
    }

    mutating func check() {
        collectNames(workflow.steps)
        var scope = Scope()
        let properties = workflow.input["properties"]?.object
        let isClosed = workflow.input["additionalProperties"]?.bool == false
        scope.bind("input", fields: isClosed ? Set(properties?.names ?? []) : nil)
        if let formula = workflow.oneAtATime { check(formula, scope, wantsArray: false) }
        for limit in [workflow.limits.writes, workflow.limits.toolCalls] {
            if case .formula(let formula)? = limit { check(formula, scope, wantsArray: false) }
        }
        for connection in workflow.connections where !catalog.toolkits.contains(connection.toolkit) {
            let hint = Similarity.nearest(to: connection.toolkit, among: catalog.toolkits, limit: 1).first
            let pointer = JSONPointer(tokens: ["connections", connection.alias])
            report(
                .error,
                pointer,
                "there is no toolkit \"\(connection.toolkit)\"" + (hint.map { "; did you mean \"\($0)\"?" } ?? "")
            )
        }
        for schedule in workflow.schedules { check(schedule) }
        for trigger in workflow.triggers { check(trigger) }
        let place = JSONPointer(tokens: ["privacy", "restrictedTo"])
        for (position, name) in workflow.privacy.restrictedTo.enumerated() {
            checkRole(name, at: place.appending(String(position)))
        }
        scope.bind("run", fields: ["id", "startedAt", "scheduledFor", "actor", "trigger", "preview"])
        _ = check(workflow.steps, scope, isCertain: true)
        if case .number(let limit) = workflow.limits.writes, limit > 0, certainWrites > limit {
            let pointer = JSONPointer(tokens: ["limits", "writes"])
            report(.error, pointer, "every run makes \(certainWrites) writes, and only \(limit) are allowed")
        }
    }

    private mutating func check(_ schedule: WorkflowSchedule) {
        for message in inputProblems(of: workflow, given: schedule.input, isComplete: true) {
            report(.error, schedule.anchor, "its input is not right: \(message)")
        }
    }

    private mutating func check(_ trigger: WorkflowTrigger) {
        if !catalog.toolkits.contains(trigger.toolkit) {
            let near = Similarity.nearest(to: trigger.toolkit, among: catalog.toolkits, limit: 1).first
            let hint = near.map { "; did you mean \"\($0)\"?" } ?? ""
            report(.error, trigger.anchor, "there is no toolkit \"\(trigger.toolkit)\"" + hint)
        }
        var scope = Scope()
        scope.bind("event")
        if let condition = trigger.condition { check(condition, scope, wantsArray: false) }
        for formula in trigger.input?.formulas ?? [] { check(formula, scope, wantsArray: false) }
        let given: JSONObject =
            switch trigger.input?.content {
            case .object(let members)?:
                members.reduce(into: JSONObject()) { $0[$1.name] = .null }
            case .constant(let value)?: value.object ?? [:]
            default: [:]
            }
        for message in inputProblems(of: workflow, given: given, isComplete: false) {
            report(.error, trigger.anchor, "its input is not right: \(message)")
        }
    }

    private mutating func checkRole(_ name: String, at pointer: JSONPointer) {
        guard name.hasPrefix("role:"), PersonRole(text: String(name.dropFirst(5))) == nil else { return }
        let roles = PersonRole.allCases.map(\.rawValue).joined(separator: ", ")
        report(.error, pointer, "nobody has the \(name.replacing("role:", with: "role ")); there are: \(roles)")
    }

    // MARK: Reports

    mutating func report(_ severity: Diagnostic.Severity, _ anchor: TextAnchor, unit: Int = 0, _ message: String) {
        let place = text.map.place(of: anchor, unit: unit)
        diagnostics.append(
            Diagnostic(
                severity,
                file: workflow.file,
                pointer: anchor.pointer,
                line: place.line,
                column: place.column,
                message
            )
        )
    }

    /// Reports a problem at a pointer; at its name where it is the name of a member that is wrong.
    mutating func report(
        _ severity: Diagnostic.Severity,
        _ pointer: JSONPointer,
        ofName: Bool = false,
        _ message: String
    ) {
        let offset = text.offset(of: pointer, ofName: ofName)
        report(severity, TextAnchor(pointer: pointer.description, offset: offset), message)
    }

    // MARK: Formulas

    mutating func check(_ formula: Formula, _ scope: Scope, wantsArray: Bool = true) {
        let checker = ExpressionChecker(
            variables: Set(scope.fields.keys),
            refusedFunctions: ["random", "shuffle", "uuid", "eval"],
            wantsArray: wantsArray
        )
        for finding in checker.check(formula.expression) {
            var message = finding.message
            if finding.kind == .unknownVariable, let name = finding.name, let place = allNames[name] {
                message = "$\(name) is set in \(place), which has not run here or is not seen from here"
            }
            report(finding.severity, formula.anchor, unit: finding.offset, message)
        }
        for name in formula.names.sorted() {
            guard case .some(.some(let known)) = scope.fields[name] else { continue }
            for field in formula.expression.fields(of: name) where !known.contains(field.name) {
                let nearest = Similarity.nearest(to: field.name, among: known.sorted(), limit: 1).first
                let hint = nearest.map { "did you mean \($0)?" } ?? "it has: \(known.sorted().joined(separator: ", "))"
                report(.error, formula.anchor, unit: field.offset, "$\(name) has no \(field.name); \(hint)")
            }
        }
    }

    mutating func check(_ template: Template?, _ scope: Scope, wantsArray: Bool = true) {
        guard let template else { return }
        let isText = if case .text = template.content { true } else { false }
        for formula in template.formulas { check(formula, scope, wantsArray: wantsArray && !isText) }
    }

    // MARK: Steps

    private mutating func collectNames(_ steps: [Step]) {
        for step in steps {
            if let id = step.id { allNames[id] = step.path }
            switch step.kind {
            case .choose(let choice): for branch in choice.branches { collectNames(branch.steps) }
            case .forEach(let loop):
                if allNames[loop.variable] == nil { allNames[loop.variable] = step.path }
                collectNames(loop.steps)
            case .parallel(let parallel): for branch in parallel.branches { collectNames(branch.steps) }
            default: break
            }
        }
    }

    /// Checks the steps of a block, and gives back what is in sight after it.
    private mutating func check(_ steps: [Step], _ outer: Scope, isCertain: Bool) -> Scope {
        var scope = outer
        var ending: Step?
        for step in steps {
            if let ending {
                report(.warning, step.anchor, "this never runs: \(ending.path) always ends what is here")
                break
            }
            if let condition = step.condition { check(condition, scope, wantsArray: false) }
            check(step, &scope, isCertain: isCertain && step.condition == nil)
            bind(step, &scope)
            if step.condition == nil, step.kind.key == "return" || step.kind.key == "fail" { ending = step }
        }
        return scope
    }

    private mutating func bind(_ step: Step, _ scope: inout Scope) {
        guard let id = step.id else { return }
        if let place = scope.places[id] {
            let pointer = text.pointer(of: step.anchor).appending("id")
            report(.error, pointer, "\(place) has the name \"\(id)\" already, and it is in sight here")
        }
        scope.places[id] = step.path
        var fields: Set<String>?
        switch step.kind {
        case .forEach: fields = ["items", "succeeded", "failed", "unknown"]
        case .parallel(let parallel): fields = Set(parallel.branches.map(\.name))
        case .ask(let ask): fields = [ask.output.format.rawValue]
        case .approve: fields = ["decision", "by", "at", "approval", "rows"]
        default: break
        }
        if step.onError == .continue { fields?.insert("error") }
        scope.bind(id, fields: fields)
    }

    private mutating func check(_ step: Step, _ scope: inout Scope, isCertain: Bool) {
        switch step.kind {
        case .call(let call): check(call, step, scope, isCertain: isCertain)
        case .ask(let ask): check(ask, step, scope)
        case .set(let set): check(set.value, scope)
        case .choose(let choice):
            for branch in choice.branches {
                if let condition = branch.condition { check(condition, scope, wantsArray: false) }
                _ = check(branch.steps, scope, isCertain: false)
            }
        case .forEach(let loop): check(loop, step, scope)
        case .parallel(let parallel):
            for branch in parallel.branches { _ = check(branch.steps, scope, isCertain: isCertain) }
        case .approve(let approve):
            check(approve.title, scope)
            check(approve.body, scope)
            if let plan = approve.plan { check(plan, scope, wantsArray: false) }
            scope.isApproved = true
            let pointer = text.pointer(of: step.anchor).appending("approve").appending("from")
            for (position, name) in approve.from.enumerated() {
                checkRole(name, at: pointer.appending(String(position)))
            }
        case .wait(.until(let formula)): check(formula, scope, wantsArray: false)
        case .wait: break
        case .run(let run): check(run, step, scope, isCertain: isCertain)
        case .report(let report):
            check(report.title, scope)
            check(report.body, scope)
            check(report.sources, scope)
            if let rows = report.rows { check(rows, scope, wantsArray: false) }
        case .give(let give): check(give.value, scope)
        case .fail(let fail): check(fail.message, scope)
        }
    }

    private mutating func check(_ loop: ForEachStep, _ step: Step, _ outer: Scope) {
        check(loop.list, outer, wantsArray: false)
        var scope = outer
        if let place = scope.places[loop.variable] {
            let pointer = text.pointer(of: step.anchor).appending("as")
            report(.error, pointer, "\(place) has the name \"\(loop.variable)\" already, and it is in sight here")
        }
        scope.places[loop.variable] = step.path
        scope.bind(loop.variable)
        scope.bind("index")
        check(loop.key, scope, wantsArray: false)
        if !loop.key.names.contains(loop.variable), !loop.key.names.contains("index") {
            report(
                .error,
                loop.key.anchor,
                "the key must tell items apart, and this one does not use $\(loop.variable)"
            )
        }
        _ = check(loop.steps, scope, isCertain: false)
    }

    private mutating func check(_ ask: AskStep, _ step: Step, _ scope: Scope) {
        let pointer = text.pointer(of: step.anchor).appending("ask")
        if workflow.privacy.models == .none {
            report(.error, pointer, "privacy.models is \"none\", so no model may be asked")
        }
        if case .text(let template) = ask.instructions { check(template, scope) }
        check(ask.data, scope)
        check(ask.template, scope)
        for mention in ask.output.mustMention { check(mention, scope) }
        for (position, name) in ask.tools.enumerated() {
            let place = pointer.appending("tools").appending(String(position))
            guard let tool = tool(name, at: place, toolkit: nil) else { continue }
            if !workflow.connections.contains(where: { $0.toolkit == tool.toolkit }) {
                report(.error, place, "\(name) belongs to \(tool.toolkit), to which no connection of the file leads")
            }
            if tool.effect.isWrite, workflow.limits.isReadOnly {
                report(.error, place, "\(name) changes something (\(tool.effect.rawValue)), and limits.writes is 0")
            }
        }
    }

    mutating func countWrite(isCertain: Bool) {
        if isCertain { certainWrites += 1 }
    }
}
