import Basics
import JSON

extension WorkflowReader {
    private static let keys = [
        "workflow", "version", "title", "description", "connections", "input", "limits", "oneAtATime", "schedules",
        "triggers", "privacy", "steps", "$schema",
    ]

    /// The file as a workflow; nil, with diagnostics, when it cannot be used.
    mutating func workflow(_ text: [UInt8]) -> Workflow? {
        let root: Node
        do throws(JSONError) {
            let options = JSONParser.Options(maximumDepth: 64, maximumSize: 1 << 20, refusesDuplicateNames: true)
            let document = try JSONDocument(RelaxedJSON.strict(text), options: options)
            root = Node(element: document.root, pointer: JSONPointer())
        } catch {
            diagnostics.append(Diagnostic(.error, file: file, line: error.line, column: error.column, error.message))
            return nil
        }
        guard isObject(root, keys: WorkflowReader.keys) else { return nil }
        let name = name(required(root, "workflow"))
        let version = integer(required(root, "version"), 1...1_000_000)
        let title = self.text(required(root, "title"))
        let description = self.text(root["description"])
        let connections = connections(root["connections"])
        let input = input(required(root, "input"))
        let limits = limits(required(root, "limits"))
        let oneAtATime = formula(root["oneAtATime"])
        let schedules = schedules(root["schedules"])
        let triggers = triggers(root["triggers"])
        let privacy = privacy(root["privacy"])
        let steps = steps(required(root, "steps"), path: "steps")
        guard !hasErrors, let name, let version, let title, let limits else { return nil }
        let source = WorkflowSource(text: text, prompts: prompts)
        return Workflow(
            file: file,
            name: name,
            version: version,
            title: title,
            description: description ?? "",
            connections: connections,
            input: input,
            limits: limits,
            oneAtATime: oneAtATime,
            schedules: schedules,
            triggers: triggers,
            privacy: privacy,
            steps: steps,
            source: source,
            sha256: source.sha256
        )
    }

    private mutating func name(_ node: Node?) -> String? {
        guard let node, let name = text(node) else { return nil }
        let isName =
            (2...63).contains(name.utf8.count) && (0x61...0x7A).contains(name.utf8.first ?? 0)
            && name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
        guard isName else {
            error(node, "\"\(name)\" must be 2 to 63 lower-case letters, digits and -, a letter first")
            return nil
        }
        return name
    }

    private mutating func connections(_ node: Node?) -> [(alias: String, toolkit: String)] {
        guard let node else { return [] }
        guard node.element.isObject else {
            error(node, "must be an object of toolkits by alias, not \(node.phrase)")
            return []
        }
        return node.members.compactMap { alias, value in
            if !WorkflowReader.isIdentifier(alias) {
                nameError(alias, of: node, "an alias is a lower-case letter and then letters, digits and _")
            }
            return text(value).map { (alias, $0) }
        }
    }

    private mutating func input(_ node: Node?) -> JSONObject {
        guard let node, node.element.isObject else {
            if let node { error(node, "must be a JSON Schema, an object, not \(node.phrase)") }
            return JSONObject()
        }
        if node["type"]?.element.isString("object") != true {
            error(node["type"] ?? node, "the input must have \"type\": \"object\"")
        }
        return schema(node)?.object ?? JSONObject()
    }

    private mutating func limits(_ node: Node?) -> WorkflowLimits? {
        guard let node, isObject(node, keys: ["writes", "toolCalls", "minutes", "modelTokens"]) else { return nil }
        let writes = count(required(node, "writes"))
        let toolCalls = count(node["toolCalls"])
        let minutes = integer(node["minutes"], 1...525_600)
        let tokens = integer(node["modelTokens"], 0...1_000_000_000)
        guard let writes else { return nil }
        return WorkflowLimits(writes: writes, toolCalls: toolCalls, minutes: minutes, modelTokens: tokens)
    }

    private mutating func schedules(_ node: Node?) -> [WorkflowSchedule] {
        guard let node else { return [] }
        guard node.element.isArray else {
            error(node, "must be an array of schedules, not \(node.phrase)")
            return []
        }
        return node.elements.compactMap { schedule($0) }
    }

    private mutating func schedule(_ node: Node) -> WorkflowSchedule? {
        let keys = ["cron", "timezone", "jitter", "start", "end", "catchUp", "overlap", "input"]
        guard isObject(node, keys: keys) else { return nil }
        let cron = text(required(node, "cron"))
        let timezone = text(required(node, "timezone"))
        let jitter = duration(node["jitter"])
        let start = self.text(node["start"])
        let end = self.text(node["end"])
        let catchUp: WorkflowSchedule.CatchUp? = choice(required(node, "catchUp"))
        let overlap: WorkflowSchedule.Overlap? = choice(required(node, "overlap"))
        var input = JSONObject()
        if let value = node["input"] {
            if let object = value.element.value.object {
                input = object
            } else {
                error(value, "must be an object, not \(value.phrase)")
            }
        }
        guard let cron, let timezone, let catchUp, let overlap else { return nil }
        return WorkflowSchedule(
            cron: cron,
            timezone: timezone,
            jitter: jitter,
            start: start,
            end: end,
            catchUp: catchUp,
            overlap: overlap,
            input: input,
            anchor: node.anchor
        )
    }

    private mutating func triggers(_ node: Node?) -> [WorkflowTrigger] {
        guard let node else { return [] }
        guard node.element.isArray else {
            error(node, "must be an array of triggers, not \(node.phrase)")
            return []
        }
        return node.elements.compactMap { node in
            guard isObject(node, keys: ["toolkit", "event", "if", "input"]) else { return nil }
            let toolkit = text(required(node, "toolkit"))
            let event = text(required(node, "event"))
            let condition = formula(node["if"])
            let input = objectTemplate(node["input"])
            guard let toolkit, let event else { return nil }
            return WorkflowTrigger(
                toolkit: toolkit,
                event: event,
                condition: condition,
                input: input,
                anchor: node.anchor
            )
        }
    }

    private mutating func privacy(_ node: Node?) -> WorkflowPrivacy {
        var privacy = WorkflowPrivacy()
        guard let node, isObject(node, keys: ["restrictedTo", "models", "transcript"]) else { return privacy }
        if let people = people(node["restrictedTo"]) { privacy.restrictedTo = people }
        if let models: WorkflowPrivacy.Models = choice(node["models"]) { privacy.models = models }
        if let transcript: WorkflowPrivacy.Transcript = choice(node["transcript"]) { privacy.transcript = transcript }
        return privacy
    }
}
