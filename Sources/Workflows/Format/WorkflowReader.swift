import Basics
import JSON
import JSONata

/// Reads the values of a workflow file, and writes down what is wrong with them instead of stopping.
struct WorkflowReader {
    /// A value of the file with its place.
    struct Node {
        var element: JSONElement
        var pointer: JSONPointer

        var offset: Int { element.raw.startIndex }
        var anchor: TextAnchor { TextAnchor(pointer: pointer.description, offset: offset) }

        subscript(name: String) -> Node? {
            element[name].map { Node(element: $0, pointer: pointer.appending(name)) }
        }

        var elements: [Node] {
            element.elements.enumerated().map { Node(element: $1, pointer: pointer.appending(String($0))) }
        }

        var members: [(name: String, node: Node)] {
            element.members.map { ($0.name, Node(element: $0.value, pointer: pointer.appending($0.name))) }
        }

        /// What the value is, as a sentence names it.
        var phrase: String {
            switch element.kind {
            case .null: "null"
            case .bool: "true or false"
            case .number: "a number"
            case .string: element.isString("") ? "an empty text" : "text"
            case .array: "an array"
            case .object: "an object"
            }
        }
    }

    let file: String
    let map: SourceMap
    let readPrompt: (String) -> String?
    var diagnostics: [Diagnostic] = []
    /// The prompt files that were read.
    var prompts: [String: String] = [:]

    init(file: String, bytes: [UInt8], readPrompt: @escaping (String) -> String?) {
        self.file = file
        self.readPrompt = readPrompt
        map = SourceMap(bytes)
    }

    var hasErrors: Bool { diagnostics.contains { $0.severity == .error } }

    // MARK: Problems

    mutating func error(_ node: Node, _ message: String) {
        add(.error, node.pointer, map.place(of: node.offset), message)
    }

    private mutating func add(
        _ severity: Diagnostic.Severity,
        _ pointer: JSONPointer,
        _ place: (line: Int, column: Int),
        _ message: String
    ) {
        diagnostics.append(
            Diagnostic(
                severity,
                file: file,
                pointer: pointer.description,
                line: place.line,
                column: place.column,
                message
            )
        )
    }

    /// A problem with the name of a member, told where the name stands.
    mutating func nameError(_ name: String, of node: Node, _ message: String) {
        guard let value = node[name] else { return error(node, message) }
        add(.error, value.pointer, map.place(of: nameOffset(of: value, name)), message)
    }

    // Only space, a colon and comments lie between a name and its value; comments were blanked before reading.
    private func nameOffset(of value: Node, _ name: String) -> Int {
        map.lastQuote(before: value.offset).map { max(0, $0 - name.utf8.count - 1) } ?? value.offset
    }

    // MARK: Values

    /// Whether a value is an object whose members are all known.
    mutating func isObject(_ node: Node, keys: [String]) -> Bool {
        guard node.element.isObject else {
            error(node, "must be an object, not \(node.phrase)")
            return false
        }
        for member in node.element.members where !keys.contains(member.name) {
            nameError(member.name, of: node, "unknown key \"\(member.name)\"; \(hint(member.name, among: keys))")
        }
        return true
    }

    func hint(_ name: String, among keys: [String]) -> String {
        let nearest = Similarity.nearest(to: name, among: keys, limit: 1).first
        return nearest.map { "did you mean \"\($0)\"?" } ?? "known here: \(keys.joined(separator: ", "))"
    }

    mutating func required(_ node: Node, _ name: String) -> Node? {
        let value = node[name]
        if value == nil { error(node, "\"\(name)\" is missing") }
        return value
    }

    mutating func text(_ node: Node?) -> String? {
        guard let node else { return nil }
        guard let text = node.element.string, !text.isEmpty else {
            error(node, "must be text, not \(node.phrase)")
            return nil
        }
        return text
    }

    mutating func texts(_ node: Node?) -> [String]? {
        guard let node else { return nil }
        guard node.element.isArray else {
            error(node, "must be an array of texts, not \(node.phrase)")
            return nil
        }
        return node.elements.compactMap { text($0) }
    }

    mutating func bool(_ node: Node?) -> Bool? {
        guard let node else { return nil }
        if node.element.bool == nil { error(node, "must be true or false, not \(node.phrase)") }
        return node.element.bool
    }

    mutating func integer(_ node: Node?, _ range: ClosedRange<Int>) -> Int? {
        guard let node else { return nil }
        guard let number = node.element.integer, range.contains(number) else {
            error(node, "must be a whole number from \(range.lowerBound) to \(range.upperBound)")
            return nil
        }
        return number
    }

    mutating func duration(_ node: Node?) -> ISODuration? {
        guard let node, let text = text(node) else { return nil }
        let duration = ISODuration(text)
        if duration == nil { error(node, "\"\(text)\" is not a duration such as PT2M or P1DT12H") }
        return duration
    }

    mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(_ node: Node?) -> Choice? {
        guard let node, let text = text(node) else { return nil }
        let choice = Choice(rawValue: text)
        if choice == nil {
            error(node, "\"\(text)\" is not one of: \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return choice
    }

    mutating func count(_ node: Node?) -> CountLimit? {
        guard let node else { return nil }
        if node.element.kind == .string { return formula(node).map { .formula($0) } }
        guard let number = node.element.integer, number >= 0 else {
            error(node, "must be a whole number of at least 0, or a formula that gives one")
            return nil
        }
        return .number(number)
    }

    /// People and roles, written `person:NAME` and `role:NAME`.
    mutating func people(_ node: Node?) -> [String]? {
        guard let node, let names = texts(node) else { return nil }
        for (position, name) in names.enumerated() where !name.hasPrefix("role:") && !name.hasPrefix("person:") {
            error(node.elements[position], "\"\(name)\" must be role:NAME or person:NAME")
        }
        return names
    }

    /// The name of a variable: of a step, a loop or a connection.
    mutating func identifier(_ node: Node?, isVariable: Bool = true) -> String? {
        guard let node, let name = text(node) else { return nil }
        guard WorkflowReader.isIdentifier(name) else {
            error(node, "\"\(name)\" must be a lower-case letter and then at most 40 letters, digits and _")
            return nil
        }
        if isVariable, WorkflowReader.reserved.contains(name) {
            error(node, "$\(name) means something in every workflow; take another name")
            return nil
        }
        if isVariable, Expression.functionNames.contains(name) {
            error(node, "\"\(name)\" would hide the function $\(name)(); take another name")
            return nil
        }
        return name
    }

    static let reserved: Set<String> = ["input", "run", "index"]

    static func isIdentifier(_ name: String) -> Bool {
        guard let first = name.utf8.first, (0x61...0x7A).contains(first), name.utf8.count <= 41 else { return false }
        return name.utf8.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x5F
        }
    }
}
