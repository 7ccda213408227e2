import Basics
import JSON

extension WorkflowReader {
    static let maximumSteps = 200
    static let maximumDepth = 8

    static let commonKeys = ["id", "if", "timeout", "retry", "onError", "note"]
    /// The keys of each kind of step, the one that names it first.
    static let kinds: [(key: String, others: [String])] = [
        ("call", ["on", "with", "all", "once"]), ("ask", []), ("set", []), ("switch", []),
        ("forEach", ["as", "key", "concurrency", "maxItems", "stopAfterFailures", "do"]), ("parallel", []),
        ("approve", []), ("wait", []), ("run", []), ("report", []), ("return", []), ("fail", ["code"]),
    ]
    static let blockKeys = ["do", "else"]

    mutating func steps(_ node: Node?, path: String, depth: Int = 1) -> [Step] {
        guard let node else { return [] }
        guard node.element.isArray else {
            error(node, "must be an array of steps, not \(node.phrase)")
            return []
        }
        guard depth <= WorkflowReader.maximumDepth else {
            error(node, "steps are nested deeper than \(WorkflowReader.maximumDepth); move some to another workflow")
            return []
        }
        let elements = node.elements
        if elements.isEmpty { error(node, "there must be at least one step") }
        if elements.count > WorkflowReader.maximumSteps {
            error(node, "more than \(WorkflowReader.maximumSteps) steps in one list")
        }
        return elements.enumerated().compactMap { step($1, path: "\(path)/\($0)", depth: depth) }
    }

    private mutating func step(_ node: Node, path: String, depth: Int) -> Step? {
        guard node.element.isObject else {
            error(node, "must be a step, an object, not \(node.phrase)")
            return nil
        }
        let names = node.element.members.map(\.name)
        let keys = WorkflowReader.kinds.map(\.key)
        let found = keys.filter(names.contains)
        let isBlock = found.isEmpty && names.contains("if") && (names.contains("do") || names.contains("else"))
        guard found.count == 1 || isBlock else {
            tellKind(node, names, found)
            return nil
        }
        let key = found.first
        let own = WorkflowReader.kinds.first { $0.key == key }.map { [$0.key] + $0.others } ?? WorkflowReader.blockKeys
        let known = WorkflowReader.commonKeys + own
        for name in names where !known.contains(name) {
            let owner = WorkflowReader.kinds.first { $0.others.contains(name) }?.key
            let message = owner.map { "\"\(name)\" belongs to \"\($0)\", not to \"\(key ?? "if")\"" }
            nameError(name, of: node, message ?? "unknown key \"\(name)\"; \(hint(name, among: known))")
        }
        let kind = key.map { self.kind($0, node, path: path, depth: depth) } ?? block(node, path: path, depth: depth)
        let id = identifier(node["id"])
        let note = text(node["note"])
        let condition = isBlock ? nil : formula(node["if"])
        let timeout = duration(node["timeout"])
        let retry = retry(node["retry"])
        let onError: Step.ErrorRule? = choice(node["onError"])
        guard let kind else { return nil }
        return Step(
            id: id,
            path: path,
            anchor: node.anchor,
            note: note,
            condition: condition,
            timeout: timeout,
            retry: retry,
            onError: onError ?? .fail,
            kind: kind
        )
    }

    private mutating func tellKind(_ node: Node, _ names: [String], _ found: [String]) {
        let keys = WorkflowReader.kinds.map(\.key)
        if found.count > 1 {
            let list = found.map { "\"\($0)\"" }.joined(separator: " and ")
            return error(node, "a step does one thing, and this one has \(list); make two steps of it")
        }
        let known = WorkflowReader.commonKeys + WorkflowReader.kinds.flatMap { $0.others }
        for name in names where !known.contains(name) {
            if let nearest = Similarity.nearest(to: name, among: keys, limit: 1).first {
                return nameError(name, of: node, "unknown key \"\(name)\"; did you mean \"\(nearest)\"?")
            }
        }
        error(node, "a step needs one of these keys: \(keys.joined(separator: ", ")), or \"if\" with \"do\"")
    }

    private mutating func retry(_ node: Node?) -> RetryRule? {
        guard let node, isObject(node, keys: ["attempts", "firstDelay", "maxDelay", "for"]) else { return nil }
        var rule = RetryRule()
        if let attempts = integer(node["attempts"], 1...50) { rule.attempts = attempts }
        if let delay = duration(node["firstDelay"]) { rule.firstDelay = delay }
        if let delay = duration(node["maxDelay"]) { rule.maxDelay = delay }
        rule.duration = duration(node["for"])
        return rule
    }

    private mutating func block(_ node: Node, path: String, depth: Int) -> StepKind? {
        let condition = formula(node["if"])
        let steps = self.steps(required(node, "do"), path: path + "/do", depth: depth + 1)
        var branches = [ChooseStep.Branch(condition: condition, steps: steps)]
        if let other = node["else"] {
            let steps = self.steps(other, path: path + "/else", depth: depth + 1)
            branches.append(ChooseStep.Branch(condition: nil, steps: steps))
        }
        return condition == nil ? nil : .choose(ChooseStep(branches: branches, isSwitch: false))
    }

    private mutating func kind(_ key: String, _ node: Node, path: String, depth: Int) -> StepKind? {
        guard let value = node[key] else { return nil }
        switch key {
        case "call": return call(node)
        case "ask": return ask(value)
        case "set": return template(value).map { .set(SetStep(value: $0)) }
        case "switch": return choose(value, path: path, depth: depth)
        case "forEach": return forEach(node, path: path, depth: depth)
        case "parallel": return parallel(value, path: path, depth: depth)
        case "approve": return approve(value)
        case "wait": return wait(value)
        case "run": return run(value)
        case "report": return report(value)
        case "return": return template(value).map { .give(GiveStep(value: $0)) }
        default:
            let code = text(node["code"])
            return textTemplate(value).map { .fail(FailStep(message: $0, code: code ?? "failed")) }
        }
    }

    private mutating func call(_ node: Node) -> StepKind? {
        let tool = text(node["call"])
        let connection = identifier(required(node, "on"), isVariable: false)
        let arguments = objectTemplate(node["with"])
        var paging: CallStep.Paging?
        if let all = node["all"], isObject(all, keys: ["max", "onMax"]) {
            let overflow: CallStep.Overflow? = choice(all["onMax"])
            if let max = count(required(all, "max")) {
                paging = CallStep.Paging(max: max, onMax: overflow ?? .fail)
            }
        }
        let once = formula(node["once"])
        guard let tool, let connection else { return nil }
        return .call(
            CallStep(tool: tool, connection: connection, arguments: arguments, paging: paging, once: once)
        )
    }

    private mutating func choose(_ node: Node, path: String, depth: Int) -> StepKind? {
        guard node.element.isArray, !node.elements.isEmpty else {
            error(node, "must be an array of branches, each with \"if\" and \"do\"")
            return nil
        }
        var branches: [ChooseStep.Branch] = []
        let nodes = node.elements
        for (position, branch) in nodes.enumerated() {
            guard isObject(branch, keys: ["if", "do"]) else { continue }
            let condition = formula(branch["if"])
            if branch["if"] == nil, position < nodes.count - 1 {
                error(branch, "only the last branch may be without \"if\"; those after it would never run")
            }
            let place = "\(path)/switch/\(position)"
            let steps = self.steps(required(branch, "do"), path: place, depth: depth + 1)
            branches.append(ChooseStep.Branch(condition: condition, steps: steps))
        }
        return .choose(ChooseStep(branches: branches, isSwitch: true))
    }

    private mutating func forEach(_ node: Node, path: String, depth: Int) -> StepKind? {
        let list = formula(node["forEach"])
        let variable = identifier(required(node, "as"))
        let key = formula(required(node, "key"))
        let concurrency = integer(node["concurrency"], 1...32)
        let maxItems = integer(required(node, "maxItems"), 1...100_000)
        let failures = integer(node["stopAfterFailures"], 1...100_000)
        let steps = self.steps(required(node, "do"), path: path + "/do", depth: depth + 1)
        guard let list, let variable, let key, let maxItems else { return nil }
        return .forEach(
            ForEachStep(
                list: list,
                variable: variable,
                key: key,
                concurrency: concurrency ?? 1,
                maxItems: maxItems,
                stopAfterFailures: failures,
                steps: steps
            )
        )
    }

    private mutating func parallel(_ node: Node, path: String, depth: Int) -> StepKind? {
        let members = node.members
        guard node.element.isObject, (2...16).contains(members.count) else {
            error(node, "must be an object of 2 to 16 branches, each an array of steps")
            return nil
        }
        var branches: [ParallelStep.Branch] = []
        for member in members {
            if !WorkflowReader.isIdentifier(member.name) {
                nameError(
                    member.name,
                    of: node,
                    "a branch is named like a step: a lower-case letter, letters, digits, _"
                )
            }
            let steps = self.steps(member.node, path: "\(path)/\(member.name)", depth: depth + 1)
            branches.append(ParallelStep.Branch(name: member.name, steps: steps))
        }
        return .parallel(ParallelStep(branches: branches))
    }
}
