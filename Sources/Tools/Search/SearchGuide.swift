package import Basics
package import JSON

/// What a toolkit's authors know about asking for its tools and about using them together.
///
/// A `search.json` has `tools` (by name: `ask`, ways people ask for it; `arguments`, what a call needs in one line;
/// `not_for`, look-alikes to use instead) and `use_cases` (a `goal` tool, what it is for, `steps` and `pitfalls`).
package struct SearchGuide: Sendable, Hashable {
    /// A request that resembles a tool's but belongs to another.
    package struct Contrast: Sendable, Hashable {
        /// What the request is about, in words.
        package var purpose: String
        /// The tool to use for it.
        package var use: String
    }

    /// One step of a plan.
    package struct Step: Sendable, Hashable {
        package var tool: String
        package var note: String
    }

    /// How several tools reach one goal.
    package struct UseCase: Sendable, Hashable {
        package var id: String
        package var title: String
        /// The tool whose call reaches the goal.
        package var goal: String
        package var steps: [Step]
        package var pitfalls: [String]
    }

    /// How people ask for a tool, by its name.
    package private(set) var utterances: [String: [String]] = [:]
    /// What a call needs, in one line, by the tool's name.
    package private(set) var arguments: [String: String] = [:]
    /// What a tool is mistaken for, by its name.
    package private(set) var contrasts: [String: [Contrast]] = [:]
    package private(set) var useCases: [UseCase] = []

    package init() {}

    /// The plan that ends in a call of this tool, if there is one.
    package func useCase(for tool: String) -> UseCase? { useCases.first { $0.goal == tool } }

    /// Adds what another toolkit's authors know.
    package mutating func merge(_ other: SearchGuide) {
        utterances.merge(other.utterances) { $0 + $1 }
        arguments.merge(other.arguments) { first, _ in first }
        contrasts.merge(other.contrasts) { $0 + $1 }
        useCases += other.useCases
    }

    /// Only what is about tools that exist; a plan with a step that cannot be taken is no plan.
    ///
    /// - Parameters:
    ///   - tools: The names of all tools.
    ///   - file: The file's name, for messages.
    /// - Returns: What is left, and a warning when there are names without a tool.
    package func limited(to tools: Set<String>, file: String) -> (guide: SearchGuide, problems: [Diagnostic]) {
        var limited = SearchGuide()
        var unknown: Set<String> = Set(utterances.keys).union(arguments.keys).union(contrasts.keys).subtracting(tools)
        limited.utterances = utterances.filter { tools.contains($0.key) }
        limited.arguments = arguments.filter { tools.contains($0.key) }
        for (tool, notes) in contrasts where tools.contains(tool) {
            unknown.formUnion(notes.map(\.use).filter { !tools.contains($0) })
            limited.contrasts[tool] = notes.filter { tools.contains($0.use) }
        }
        for useCase in useCases {
            let missing = ([useCase.goal] + useCase.steps.map(\.tool)).filter { !tools.contains($0) }
            unknown.formUnion(missing)
            if missing.isEmpty { limited.useCases.append(useCase) }
        }
        guard let first = unknown.min() else { return (limited, []) }
        let others = unknown.count == 1 ? "" : " (and \(unknown.count - 1) more names)"
        let message = "no tool is named \(first)\(others); what is said about it is ignored"
        return (limited, [Diagnostic(.warning, file: file, message)])
    }

    /// Reads a `search.json`.
    ///
    /// - Parameters:
    ///   - json: The content of the file.
    ///   - file: Its name, for messages.
    /// - Returns: What could be read, and what could not.
    package static func read(_ json: JSONValue, file: String) -> (guide: SearchGuide, problems: [Diagnostic]) {
        var reader = SearchGuideReader(file: file)
        var guide = SearchGuide()
        reader.allow(["$schema", "format", "tools", "use_cases"], in: json, "")
        for member in json["tools"]?.object ?? [:] {
            let pointer = "/tools/\(JSONPointer.escape(member.name))"
            reader.allow(["ask", "arguments", "not_for"], in: member.value, pointer)
            if let ask = member.value["ask"] { guide.utterances[member.name] = reader.texts(ask, pointer + "/ask") }
            if member.value["arguments"] != nil {
                guide.arguments[member.name] = reader.text("arguments", in: member.value, pointer)
            }
            for (position, note) in (member.value["not_for"]?.array ?? []).enumerated() {
                let place = "\(pointer)/not_for/\(position)"
                reader.allow(["purpose", "use"], in: note, place)
                let contrast = Contrast(
                    purpose: reader.text("purpose", in: note, place),
                    use: reader.text("use", in: note, place)
                )
                guide.contrasts[member.name, default: []].append(contrast)
            }
        }
        for (position, value) in (json["use_cases"]?.array ?? []).enumerated() {
            guide.useCases.append(reader.useCase(value, "/use_cases/\(position)"))
        }
        return (guide, reader.problems)
    }
}

private struct SearchGuideReader {
    let file: String
    var problems: [Diagnostic] = []

    mutating func allow(_ names: Set<String>, in value: JSONValue, _ pointer: String) {
        guard let object = value.object else {
            problems.append(Diagnostic(.error, file: file, pointer: pointer, "expected an object"))
            return
        }
        for name in object.names where !names.contains(name) {
            let place = "\(pointer)/\(JSONPointer.escape(name))"
            problems.append(Diagnostic(.warning, file: file, pointer: place, "unknown member; it is ignored"))
        }
    }

    mutating func text(_ name: String, in value: JSONValue, _ pointer: String) -> String {
        if let text = value[name]?.string, !text.isEmpty { return text }
        problems.append(Diagnostic(.error, file: file, pointer: "\(pointer)/\(name)", "expected a text"))
        return ""
    }

    mutating func texts(_ value: JSONValue, _ pointer: String) -> [String] {
        let texts = value.array?.compactMap(\.string) ?? []
        if texts.isEmpty || texts.count != value.array?.count {
            problems.append(Diagnostic(.error, file: file, pointer: pointer, "expected a list of texts"))
        }
        return texts
    }

    mutating func useCase(_ value: JSONValue, _ pointer: String) -> SearchGuide.UseCase {
        allow(["id", "title", "goal", "steps", "pitfalls"], in: value, pointer)
        var steps: [SearchGuide.Step] = []
        for (position, step) in (value["steps"]?.array ?? []).enumerated() {
            let place = "\(pointer)/steps/\(position)"
            allow(["tool", "note"], in: step, place)
            steps.append(SearchGuide.Step(tool: text("tool", in: step, place), note: text("note", in: step, place)))
        }
        if steps.isEmpty {
            problems.append(Diagnostic(.error, file: file, pointer: pointer + "/steps", "expected at least one step"))
        }
        return SearchGuide.UseCase(
            id: text("id", in: value, pointer),
            title: text("title", in: value, pointer),
            goal: text("goal", in: value, pointer),
            steps: steps,
            pitfalls: value["pitfalls"].map { texts($0, pointer + "/pitfalls") } ?? []
        )
    }
}
