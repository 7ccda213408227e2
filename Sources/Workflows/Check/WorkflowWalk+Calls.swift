import Basics
import JSON
import Tools

extension WorkflowWalk {
    /// The tool of a name; nil, and a diagnostic with the nearest names, when there is none.
    mutating func tool(_ name: String, at pointer: JSONPointer, toolkit: String?) -> ToolSpecification? {
        if let tool = catalog[name] { return tool }
        let near = catalog.tools.filter { toolkit == nil || $0.toolkit == toolkit }.map(\.name)
        let names = near.isEmpty ? catalog.tools.map(\.name) : near
        let hint = Similarity.nearest(to: name, among: names, limit: 1).first.map { "; did you mean \($0)?" } ?? ""
        report(.error, pointer, "there is no tool \"\(name)\"\(hint)")
        return nil
    }

    mutating func check(_ call: CallStep, _ step: Step, _ scope: Scope, isCertain: Bool) {
        let pointer = text.pointer(of: step.anchor)
        // Where an argument is a list, one value is taken for a list of it.
        check(call.arguments, scope, wantsArray: false)
        if let once = call.once { check(once, scope, wantsArray: false) }
        if case .formula(let formula)? = call.paging?.max { check(formula, scope, wantsArray: false) }
        let toolkit = workflow.toolkit(of: call.connection)
        if toolkit == nil {
            let aliases = workflow.connections.map(\.alias)
            let hint = aliases.isEmpty ? "the file has none" : "the file has: \(aliases.joined(separator: ", "))"
            report(.error, pointer.appending("on"), "there is no connection \"\(call.connection)\"; \(hint)")
        }
        guard let tool = tool(call.tool, at: pointer.appending("call"), toolkit: toolkit) else { return }
        if let toolkit, tool.toolkit != toolkit {
            report(
                .error,
                pointer.appending("on"),
                "\(tool.name) belongs to \(tool.toolkit), and \"\(call.connection)\" leads to \(toolkit)"
            )
        }
        checkEffect(of: tool, call, pointer, scope, isCertain: isCertain)
        checkPaging(of: tool, call, pointer)
        checkArguments(call.arguments, of: tool, at: pointer)
    }

    private mutating func checkEffect(
        of tool: ToolSpecification,
        _ call: CallStep,
        _ pointer: JSONPointer,
        _ scope: Scope,
        isCertain: Bool
    ) {
        guard tool.effect.isWrite else {
            if call.once != nil {
                report(.warning, pointer.appending("once"), "\(tool.name) only reads; \"once\" is for writes")
            }
            return
        }
        countWrite(isCertain: isCertain)
        if workflow.limits.isReadOnly {
            report(
                .error,
                pointer.appending("call"),
                "\(tool.name) changes something (\(tool.effect.rawValue)), and limits.writes is 0"
            )
        }
        if tool.effect == .destroy, !scope.isApproved {
            report(
                .warning,
                pointer.appending("call"),
                "\(tool.name) cannot be undone, and no person approves it before"
            )
        }
    }

    private mutating func checkPaging(of tool: ToolSpecification, _ call: CallStep, _ pointer: JSONPointer) {
        guard call.paging != nil else { return }
        let properties = tool.inputSchema["properties"]?.object
        if properties?["next_cursor"] == nil {
            report(
                .error,
                pointer.appending("all"),
                "\(tool.name) has no pages; leave \"all\" out, the list is in \"items\" of the result"
            )
        }
        for name in ["limit", "next_cursor"] where argumentNames(call.arguments).contains(name) {
            report(.error, pointer.appending("with").appending(name), ofName: true, "\"all\" turns the pages itself")
        }
    }

    private func argumentNames(_ arguments: Template?) -> [String] {
        switch arguments?.content {
        case .constant(let value)?: value.object?.names ?? []
        case .object(let members)?: members.map(\.name)
        default: []
        }
    }

    private mutating func checkArguments(_ arguments: Template?, of tool: ToolSpecification, at pointer: JSONPointer) {
        let names = argumentNames(arguments)
        for required in tool.inputSchema["required"]?.array?.compactMap(\.string) ?? [] where !names.contains(required)
        {
            let place = arguments == nil ? pointer : pointer.appending("with")
            report(.error, place, "\(tool.name) needs the argument \"\(required)\"")
        }
        guard let arguments else { return }
        check(arguments.content, against: tool.inputSchema, at: pointer.appending("with"), of: tool.name)
    }

    /// Holds the parts of a template that are known before the run against a schema.
    private mutating func check(
        _ content: Template.Content,
        against schema: JSONValue,
        at pointer: JSONPointer,
        of tool: String
    ) {
        let isAlternative = schema["anyOf"] != nil || schema["oneOf"] != nil || schema["$ref"] != nil
        let type = isAlternative ? nil : schema["type"]?.string
        switch content {
        case .object(let members):
            if let type, type != "object" { return tellType(schema, "an object", pointer, tool) }
            for member in members { check(member.value, named: member.name, of: schema, at: pointer, tool) }
        case .constant(.object(let object)) where type == "object" && schema["properties"] != nil:
            for member in object { check(.constant(member.value), named: member.name, of: schema, at: pointer, tool) }
        case .constant(let value):
            for issue in JSONSchema(schema).issues(in: value) {
                let message =
                    issue.pointer.tokens.isEmpty ? "must be \(issue.expected), not \(issue.found)" : issue.description
                report(.error, pointer, "\(tool): \(pointer.tokens.last ?? "") \(message)")
            }
        case .array(let elements):
            if let type, type != "array" { return tellType(schema, "an array", pointer, tool) }
            guard let items = schema["items"] else { return }
            for (position, element) in elements.enumerated() {
                check(element, against: items, at: pointer.appending(String(position)), of: tool)
            }
        case .text:
            if let type, type != "string" { tellType(schema, "text", pointer, tool) }
        case .formula: break
        }
    }

    private mutating func check(
        _ content: Template.Content,
        named name: String,
        of schema: JSONValue,
        at pointer: JSONPointer,
        _ tool: String
    ) {
        let place = pointer.appending(name)
        guard let properties = schema["properties"]?.object else { return }
        guard let property = properties[name] else {
            guard schema["additionalProperties"]?.bool == false else { return }
            let near = Similarity.nearest(to: name, among: properties.names, limit: 1).first
            let hint = near.map { "did you mean \"\($0)\"?" } ?? "it has: \(properties.names.joined(separator: ", "))"
            return report(.error, place, ofName: true, "\(tool) has no argument \"\(name)\"; \(hint)")
        }
        check(content, against: property, at: place, of: tool)
    }

    private mutating func tellType(_ schema: JSONValue, _ found: String, _ pointer: JSONPointer, _ tool: String) {
        let type = schema["type"]?.string ?? ""
        let article = "aeiou".contains(type.first ?? "x") ? "an" : "a"
        report(.error, pointer, "\(tool): \(pointer.tokens.last ?? "") must be \(article) \(type), not \(found)")
    }

    // MARK: Other workflows

    mutating func check(_ run: RunStep, _ step: Step, _ scope: Scope, isCertain: Bool) {
        let pointer = text.pointer(of: step.anchor).appending("run")
        check(run.input, scope)
        if run.workflow == workflow.name {
            return report(.error, pointer.appending("workflow"), "a workflow cannot run itself")
        }
        guard let other = target(run.workflow) else {
            return report(.error, pointer.appending("workflow"), "there is no workflow \"\(run.workflow)\"")
        }
        if let version = run.version, version != other.version {
            report(.error, pointer.appending("version"), "\(other.name) is at version \(other.version), not \(version)")
        }
        if workflow.limits.isReadOnly, !other.limits.isReadOnly {
            report(.error, pointer.appending("workflow"), "\(other.name) may write, and limits.writes is 0")
        }
        var given = JSONObject()
        switch run.input.content {
        case .constant(let value): given = value.object ?? JSONObject()
        case .object(let members): for member in members { given.append(name: member.name, value: .null) }
        default: return
        }
        let isConstant = run.input.constant != nil
        for message in inputProblems(of: other, given: given, isComplete: isConstant) {
            report(.error, pointer.appending("input"), "the input of \(other.name) is not right: \(message)")
        }
    }

    /// What is wrong with the input of a workflow; without `isComplete` only names count.
    func inputProblems(of workflow: Workflow, given: JSONObject, isComplete: Bool) -> [String] {
        var complete = given
        for property in workflow.input["properties"]?.object ?? [:] where complete[property.name] == nil {
            complete[property.name] = property.value["default"]
        }
        return JSONSchema(.object(workflow.input)).issues(in: .object(complete)).filter { issue in
            isComplete || issue.pointer.tokens.count == 1 && (issue.kind == .missing || issue.kind == .unknown)
        }.map(\.description)
    }
}
