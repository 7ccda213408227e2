package import Basics
import JSON

/// Reads agent files: `agents/NAME.json` with the prompt file that it names.
///
/// Unknown members are errors, so that a misspelt limit is not silently ignored; an empty list of tools means none.
package struct AgentLoader: Sendable {
    private let read: @Sendable (String) throws -> [UInt8]

    /// A loader over a function that reads a file by its path relative to the home folder.
    package init(read: @escaping @Sendable (String) throws -> [UInt8]) {
        self.read = read
    }

    /// The agent of a name; nil, with every problem told, when it cannot be used.
    package func load(_ name: String) -> (agent: Agent?, diagnostics: [Diagnostic]) {
        let file = "agents/\(name).json"
        guard AgentLoader.isName(name) else {
            return (
                nil,
                [Diagnostic(.error, file: file, "'\(name)' is not a name: use lower-case letters, digits, - and _")]
            )
        }
        var reader = AgentFileReader(file: file)
        let value: JSONValue
        do {
            value = try JSONParser.parse(try read(file), options: .init(refusesDuplicateNames: true))
        } catch let error as JSONError {
            return (
                nil, [Diagnostic(.error, file: file, line: error.line, column: error.column, error.message)]
            )
        } catch {
            return (nil, [Diagnostic(.error, file: file, "there is no such agent: \(error)")])
        }
        guard let (parsed, promptFile) = reader.agent(value) else { return (nil, reader.diagnostics) }
        var agent = parsed
        if agent.name != name { reader.report("/name", "must be '\(name)', as the file is called") }
        do {
            let bytes = try read(promptFile)
            let (prompt, problems) = Prompt.read(String(decoding: bytes, as: UTF8.self), file: promptFile)
            reader.diagnostics += problems
            agent.instructions = prompt?.text ?? ""
            agent.model = agent.model ?? prompt?.model
            agent.temperature = agent.temperature ?? prompt?.temperature
        } catch {
            reader.report("/instructions", "\(promptFile) cannot be read: \(error)")
        }
        let isUsable = !reader.diagnostics.contains { $0.severity == .error }
        return (isUsable ? agent : nil, reader.diagnostics)
    }

    static func isName(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { byte in
                (byte >= 0x61 && byte <= 0x7A) || (byte >= 0x30 && byte <= 0x39) || byte == 0x2D || byte == 0x5F
            }
    }
}

/// Reads the members of one agent file and collects what is wrong with them.
private struct AgentFileReader {
    let file: String
    var diagnostics: [Diagnostic] = []

    mutating func report(_ pointer: String, _ message: String) {
        diagnostics.append(Diagnostic(.error, file: file, pointer: pointer, message))
    }

    /// The agent without its instructions, and the file that has them.
    mutating func agent(_ value: JSONValue) -> (Agent, String)? {
        guard let object = value.object else {
            report("", "must be an object")
            return nil
        }
        let known = ["name", "description", "instructions", "model", "temperature", "tools", "limits"]
        refuseOthers(than: known, in: object, at: "")
        let name = string(object["name"], "/name") ?? ""
        let description = string(object["description"], "/description") ?? ""
        let promptFile = string(object["instructions"], "/instructions")
        if let promptFile, promptFile.hasPrefix("/") || promptFile.split(separator: "/").contains("..") {
            report("/instructions", "must be a path within the home folder, such as prompts/\(name).md")
            return nil
        }
        var agent = Agent(name: name, description: description, instructions: "")
        if let model = object["model"] { agent.model = string(model, "/model").flatMap { $0 == "default" ? nil : $0 } }
        if let temperature = object["temperature"] {
            agent.temperature = temperature.number.map(\.double).flatMap { (0...2).contains($0) ? $0 : nil }
            if agent.temperature == nil { report("/temperature", "must be a number from 0 to 2") }
        }
        if let tools = object["tools"]?.object {
            refuseOthers(than: ["names", "optional", "toolkits"], in: tools, at: "/tools")
            agent.toolNames = strings(tools["names"], "/tools/names")
            agent.optionalTools = strings(tools["optional"], "/tools/optional")
            agent.toolkits = strings(tools["toolkits"], "/tools/toolkits")
        } else {
            report("/tools", "must be an object with 'names', 'toolkits' or both")
        }
        if let limits = object["limits"] { agent.limits = self.limits(limits) }
        return promptFile.map { (agent, $0) }
    }

    private mutating func limits(_ value: JSONValue) -> AgentLimits {
        var limits = AgentLimits()
        guard let object = value.object else {
            report("/limits", "must be an object")
            return limits
        }
        let known = [
            "max_tool_iterations", "max_tool_calls", "max_total_tokens", "max_seconds", "max_output_tokens",
            "max_result_bytes", "parallel_tool_calls",
        ]
        refuseOthers(than: known, in: object, at: "/limits")
        func number(_ name: String, _ range: ClosedRange<Int>, _ problems: inout [(String, String)]) -> Int? {
            guard let value = object[name] else { return nil }
            if let number = value.integer, range.contains(number) { return number }
            problems.append(
                ("/limits/\(name)", "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            )
            return nil
        }
        var problems: [(String, String)] = []
        if let value = number("max_tool_iterations", 1...1000, &problems) { limits.maximumToolIterations = value }
        if let value = number("max_tool_calls", 1...10_000, &problems) { limits.maximumToolCalls = value }
        if let value = number("max_total_tokens", 1000...1_000_000_000, &problems) { limits.maximumTotalTokens = value }
        if let value = number("max_seconds", 1...86_400, &problems) { limits.maximumSeconds = Double(value) }
        if let value = number("max_output_tokens", 1...1_000_000, &problems) { limits.maximumOutputTokens = value }
        if let value = number("max_result_bytes", 1024...(16 << 20), &problems) { limits.maximumResultBytes = value }
        if let value = number("parallel_tool_calls", 1...64, &problems) { limits.parallelToolCalls = value }
        for (pointer, message) in problems { report(pointer, message) }
        return limits
    }

    private mutating func refuseOthers(than known: [String], in object: JSONObject, at pointer: String) {
        for name in object.names where !known.contains(name) {
            let nearest = Similarity.nearest(to: name, among: known, limit: 1).first
            let hint = nearest.map { "did you mean '\($0)'?" } ?? "known are \(known.joined(separator: ", "))"
            report("\(pointer)/\(JSONPointer.escape(name))", "is not known here; \(hint)")
        }
    }

    private mutating func string(_ value: JSONValue?, _ pointer: String) -> String? {
        if let text = value?.string, !text.isEmpty { return text }
        report(pointer, "must be a string that is not empty")
        return nil
    }

    private mutating func strings(_ value: JSONValue?, _ pointer: String) -> [String] {
        guard let value else { return [] }
        let texts = value.array?.compactMap(\.string) ?? []
        if texts.count != value.array?.count { report(pointer, "must be a list of strings") }
        return texts
    }
}
