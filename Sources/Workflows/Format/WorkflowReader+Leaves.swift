import Agents
import Basics
import JSON

extension WorkflowReader {
    mutating func ask(_ node: Node) -> StepKind? {
        guard isObject(node, keys: ["prompt", "data", "tools", "model", "output", "template"]) else { return nil }
        let instructions = instructions(required(node, "prompt"))
        let data = template(node["data"])
        let tools = texts(required(node, "tools"))
        let model = text(node["model"])
        let output = output(node["output"])
        let template = textTemplate(node["template"])
        guard let instructions, let tools else { return nil }
        return .ask(
            AskStep(
                instructions: instructions,
                data: data,
                tools: tools,
                model: model,
                output: output,
                template: template
            )
        )
    }

    private mutating func instructions(_ node: Node?) -> AskStep.Instructions? {
        guard let node, let text = text(node) else { return nil }
        guard text.hasPrefix("file:") else { return template(node).map { .text($0) } }
        let path = String(text.dropFirst(5))
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0] == "prompts", parts[1].hasSuffix(".md"), !parts[1].hasPrefix(".") else {
            error(node, "\"\(text)\" must be file:prompts/NAME.md")
            return nil
        }
        guard let content = readPrompt(path) else {
            error(node, "there is no file \(path) in the home folder")
            return nil
        }
        let (prompt, problems) = Prompt.read(content, file: path)
        diagnostics += problems
        guard let prompt else { return nil }
        prompts[path] = content
        return .file(path: path, prompt)
    }

    private mutating func output(_ node: Node?) -> AskStep.Output {
        var output = AskStep.Output(format: .markdown, mustMention: [])
        let keys = ["format", "schema", "maxWords", "mustMention", "maxTokens"]
        guard let node, isObject(node, keys: keys) else { return output }
        if let format: AskStep.Output.Format = choice(node["format"]) { output.format = format }
        if let schema = node["schema"] {
            output.schema = self.schema(schema)
            if output.format != .json { error(schema, "a schema goes with \"format\": \"json\" only") }
        }
        output.maxWords = integer(node["maxWords"], 1...100_000)
        output.maxTokens = integer(node["maxTokens"], 1...1_000_000)
        if let list = node["mustMention"] {
            if list.element.isArray {
                output.mustMention = list.elements.compactMap { textTemplate($0) }
            } else {
                error(list, "must be an array of texts, not \(list.phrase)")
            }
        }
        return output
    }

    /// A JSON Schema, with what is wrong in it told.
    mutating func schema(_ node: Node) -> JSONValue? {
        let value = node.element.value
        for defect in JSONSchema(value).defects where !defect.isHarmless {
            var place = node
            for token in defect.pointer.tokens {
                guard let next = place[token] ?? place.elements.first(where: { $0.pointer.tokens.last == token }) else {
                    break
                }
                place = next
            }
            error(place, defect.message)
        }
        return value
    }

    mutating func approve(_ node: Node) -> StepKind? {
        let keys = ["title", "body", "plan", "from", "expires", "onExpire", "separateFromRequester"]
        guard isObject(node, keys: keys) else { return nil }
        let title = textTemplate(required(node, "title"))
        let body = textTemplate(node["body"])
        let plan = formula(node["plan"])
        let from = people(required(node, "from"))
        if let from, from.isEmpty, let list = node["from"] { error(list, "somebody must be able to decide") }
        let expires = duration(required(node, "expires"))
        let onExpire: ApproveStep.Expiry? = choice(required(node, "onExpire"))
        let isSeparate = bool(node["separateFromRequester"])
        guard let title, let from, let expires, let onExpire else { return nil }
        return .approve(
            ApproveStep(
                title: title,
                body: body,
                plan: plan,
                from: from,
                expires: expires,
                onExpire: onExpire,
                separateFromRequester: isSeparate ?? false
            )
        )
    }

    mutating func wait(_ node: Node) -> StepKind? {
        if node.element.kind == .string { return duration(node).map { .wait(.duration($0)) } }
        guard isObject(node, keys: ["until", "signal", "max"]) else { return nil }
        if let signal = node["signal"] {
            if let until = node["until"] { error(until, "wait either until a time or for a signal") }
            let name = text(signal)
            let max = duration(required(node, "max"))
            guard let name, let max else { return nil }
            return .wait(.signal(name, max: max))
        }
        if let max = node["max"] { error(max, "\"max\" belongs to \"signal\"") }
        return formula(required(node, "until")).map { .wait(.until($0)) }
    }

    mutating func run(_ node: Node) -> StepKind? {
        guard isObject(node, keys: ["workflow", "version", "input", "detached"]) else { return nil }
        let workflow = text(required(node, "workflow"))
        let version = integer(node["version"], 1...1_000_000)
        let input = template(required(node, "input"))
        let isDetached = bool(node["detached"])
        guard let workflow, let input else { return nil }
        return .run(RunStep(workflow: workflow, version: version, input: input, isDetached: isDetached ?? false))
    }

    mutating func report(_ node: Node) -> StepKind? {
        guard isObject(node, keys: ["title", "body", "sources", "rows"]) else { return nil }
        let title = textTemplate(required(node, "title"))
        let body = textTemplate(required(node, "body"))
        let sources = template(node["sources"])
        let rows = formula(node["rows"])
        guard let title, let body else { return nil }
        return .report(ReportStep(title: title, body: body, sources: sources, rows: rows))
    }
}
