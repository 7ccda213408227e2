import Basics
import JSON
import JSONata

extension WorkflowReader {
    /// A formula: text that starts with `=`.
    mutating func formula(_ node: Node?) -> Formula? {
        guard let node else { return nil }
        guard let text = node.element.string, text.hasPrefix("=") else {
            error(node, "must be a formula, text that starts with \"=\", not \(node.phrase)")
            return nil
        }
        return formula(text, at: node)
    }

    mutating func template(_ node: Node?) -> Template? {
        guard let node else { return nil }
        return Template(content(node), at: node.anchor)
    }

    /// A template that must be text, or a formula.
    mutating func textTemplate(_ node: Node?) -> Template? {
        guard let node, text(node) != nil else { return nil }
        return template(node)
    }

    /// A template that must be an object, or a formula.
    mutating func objectTemplate(_ node: Node?) -> Template? {
        guard let node else { return nil }
        guard node.element.isObject else {
            error(node, "must be an object, not \(node.phrase)")
            return nil
        }
        return template(node)
    }

    private mutating func content(_ node: Node) -> Template.Content {
        switch node.element.kind {
        case .string: return content(node.element.string ?? "", node)
        case .array:
            let elements = node.elements.map { content($0) }
            if elements.allSatisfy(WorkflowReader.isConstant) { return .constant(node.element.value) }
            return .array(elements)
        case .object:
            let members = node.members.map { (name: $0.name, value: content($0.node)) }
            if members.allSatisfy({ WorkflowReader.isConstant($0.value) }) { return .constant(node.element.value) }
            return .object(members)
        case .null, .bool, .number: return .constant(node.element.value)
        }
    }

    private static func isConstant(_ content: Template.Content) -> Bool {
        if case .constant = content { true } else { false }
    }

    private mutating func content(_ text: String, _ node: Node) -> Template.Content {
        if text.hasPrefix("=") { return formula(text, at: node).map { .formula($0) } ?? .constant(.null) }
        guard text.contains("{{") else { return .constant(.string(text)) }
        var parts: [Template.Part] = []
        var units = Array(text.utf16)[...]
        while let open = WorkflowReader.opening(in: units) {
            if open > units.startIndex { parts.append(.text(String(decoding: units[..<open], as: UTF16.self))) }
            guard let close = WorkflowReader.closing(in: units[(open + 2)...]) else {
                formulaError(node, unit: open, "this \"{{\" has no \"}}\"")
                return .constant(.null)
            }
            let inner = units[(open + 2)..<close]
            guard let part = formula(String(decoding: inner, as: UTF16.self), at: node, skipping: open + 2) else {
                return .constant(.null)
            }
            parts.append(.formula(part))
            units = units[(close + 2)...]
        }
        if !units.isEmpty { parts.append(.text(String(decoding: units, as: UTF16.self))) }
        return .text(parts)
    }

    private static let (openBrace, closeBrace): (UInt16, UInt16) = (0x7B, 0x7D)

    private static func opening(in units: ArraySlice<UInt16>) -> Int? {
        units.indices.dropLast().first { units[$0] == openBrace && units[$0 + 1] == openBrace }
    }

    /// Where the `}}` is that no string and no object of the expression holds.
    private static func closing(in units: ArraySlice<UInt16>) -> Int? {
        var depth = 0
        var quote: UInt16?
        var position = units.startIndex
        while position < units.endIndex {
            let unit = units[position]
            if let open = quote {
                if unit == 0x5C, open != 0x60 { position += 1 }
                if unit == open { quote = nil }
            } else if [0x22, 0x27, 0x60].contains(unit) {
                quote = unit
            } else if unit == openBrace {
                depth += 1
            } else if unit == closeBrace {
                if depth == 0 {
                    let isClosed = position + 1 < units.endIndex && units[position + 1] == closeBrace
                    return isClosed ? position : nil
                }
                depth -= 1
            }
            position += 1
        }
        return nil
    }

    private mutating func formula(_ text: String, at node: Node, skipping start: Int? = nil) -> Formula? {
        let units = Array(text.utf16)
        var first = start == nil ? 1 : 0
        while first < units.count, [0x20, 0x0A, 0x0D, 0x09].contains(units[first]) { first += 1 }
        var last = units.count
        while last > first, [0x20, 0x0A, 0x0D, 0x09].contains(units[last - 1]) { last -= 1 }
        let skipped = (start ?? 0) + first
        guard first < last else {
            formulaError(node, unit: skipped, "the formula is empty")
            return nil
        }
        let expression = String(decoding: units[first..<last], as: UTF16.self)
        var anchor = node.anchor
        anchor.skipped = skipped
        do throws(JSONataError) {
            return try Formula(expression, at: anchor)
        } catch {
            // The position is the unit after the token.
            let end = min(error.position ?? 0, last - first)
            let token = Array((error.token ?? "").utf16)
            let isToken = token.count <= end && units[(first + end - token.count)..<(first + end)].elementsEqual(token)
            let unit = isToken ? end - token.count : end
            formulaError(node, unit: skipped + unit, "\(error.code): \(error.message)")
            return nil
        }
    }

    private mutating func formulaError(_ node: Node, unit: Int, _ message: String) {
        let place = map.place(of: node.anchor, unit: unit)
        diagnostics.append(
            Diagnostic(
                .error,
                file: file,
                pointer: node.pointer.description,
                line: place.line,
                column: place.column,
                message
            )
        )
    }
}
