import Basics

/// One pass of a check over a syntax tree.
struct ExpressionWalk {
    struct Context {
        /// Whether what is here may be taken for an array by whoever reads the result.
        var wantsArray = false
        /// Whether this is the value of a group, where the context is all of the group's items.
        var isInGroup = false
    }

    private let text: String
    private var scopes: [Set<String>]
    private let refused: Set<String>
    private var found: [(offset: Int, finding: ExpressionFinding)] = []

    init(text: String, variables: Set<String>, refused: Set<String> = []) {
        self.text = text
        self.refused = refused
        scopes = [variables.union(["$", ""])]
    }

    /// In the order of the text.
    var findings: [ExpressionFinding] { found.sorted { $0.offset < $1.offset }.map(\.finding) }

    mutating func report(
        _ kind: ExpressionFinding.Kind,
        _ severity: Diagnostic.Severity,
        _ offset: Int,
        _ message: String,
        name: String? = nil
    ) {
        let place = SourcePlace(offset: offset, in: text)
        var finding = ExpressionFinding(kind: kind, severity: severity, place: place, message: message)
        finding.offset = offset
        finding.name = name
        if !found.contains(where: { $0.finding == finding }) { found.append((offset, finding)) }
    }

    // MARK: Names

    private func isBound(_ name: String) -> Bool { scopes.contains { $0.contains(name) } }

    private mutating func declare(_ name: String, at offset: Int) {
        if Builtins.table[name] != nil {
            report(.hidesFunction, .warning, offset, "The variable $\(name) hides the function $\(name)(); rename it.")
        }
        scopes[scopes.count - 1].insert(name)
    }

    private func suggestion(for name: String) -> String {
        let known = Set(Builtins.table.keys).union(scopes.joined()).filter { !$0.isEmpty && $0 != "$" }
        guard let nearest = Similarity.nearest(to: name, among: known.sorted(), limit: 1).first else { return "" }
        return "; did you mean $\(nearest)?"
    }

    // MARK: Nodes

    mutating func visit(_ node: Node, _ context: Context) {
        if context.wantsArray { checkCollapse(node) }
        switch node.kind {
        case .variable:
            checkRefused(node)
            if !isBound(node.text), node.builtin == nil {
                report(
                    .unknownVariable,
                    .error,
                    node.start,
                    "Nothing binds $\(node.text)\(suggestion(for: node.text))",
                    name: node.text
                )
            }
        case .path: visitPath(node, context)
        case .block: visitBlock(node, context)
        case .lambda: visitLambda(node)
        case .bind:
            declare(node.text, at: node.start)
            if let value = node.second { visit(value, Context()) }
        case .function, .partial: visitCall(node)
        case .condition, .coalesce, .fallback:
            if let first = node.first { visit(first, Context(isInGroup: context.isInGroup)) }
            if let second = node.second { visit(second, context) }
            if let third = node.third { visit(third, context) }
        default: visitParts(node, context)
        }
        for case .filter(let predicate) in node.predicates { visit(predicate, Context()) }
        if let members = node.members { visitGroup(members, isConstructor: true) }
        if node.kind != .path, let group = node.group { visitGroup(group, isConstructor: false) }
    }

    private mutating func visitParts(_ node: Node, _ context: Context) {
        let inner = Context(isInGroup: context.isInGroup)
        for part in [node.first, node.second, node.third] {
            if let part { visit(part, inner) }
        }
        for child in node.children { visit(child, inner) }
        for term in node.terms { visit(term.expression, Context()) }
    }

    private mutating func visitBlock(_ node: Node, _ context: Context) {
        scopes.append([])
        for (index, child) in node.children.enumerated() {
            visit(child, index == node.children.count - 1 ? context : Context(isInGroup: context.isInGroup))
        }
        scopes.removeLast()
    }

    private mutating func visitLambda(_ node: Node) {
        scopes.append([])
        for parameter in node.parameters { declare(parameter, at: node.start) }
        if let body = node.first { visit(body, Context()) }
        scopes.removeLast()
    }

    private mutating func visitCall(_ node: Node) {
        guard let procedure = node.first else { return }
        if procedure.kind == .variable {
            checkRefused(procedure)
            if !isBound(procedure.text), procedure.builtin == nil {
                report(
                    .unknownFunction,
                    .error,
                    procedure.start,
                    "There is no function $\(procedure.text)\(suggestion(for: procedure.text))"
                )
            }
        } else if procedure.kind == .path, procedure.children.count == 1, let name = procedure.calledName {
            let hint = Builtins.table[name] != nil || isBound(name) ? "write $\(name)" : suggestion(for: name)
            report(
                .unknownFunction,
                .error,
                procedure.start,
                "\(name) is a field, not a function" + (hint.isEmpty || hint.hasPrefix(";") ? hint : "; \(hint)")
            )
        } else {
            visit(procedure, Context())
        }
        for argument in node.children where argument.kind != .placeholder { visit(argument, Context()) }
    }

    private mutating func checkRefused(_ node: Node) {
        guard refused.contains(node.text), !isBound(node.text) else { return }
        report(
            .refusedFunction,
            .error,
            node.start,
            "$\(node.text)() is not allowed here: it gives something else each time, or runs text as an expression",
            name: node.text
        )
    }

    private mutating func visitPath(_ node: Node, _ context: Context) {
        scopes.append([])
        if context.isInGroup { checkGroupIndex(node) }
        for (index, step) in node.children.enumerated() {
            visit(step, Context(isInGroup: index == 0 && context.isInGroup))
            if let focus = step.focus { declare(focus, at: step.start) }
            if let position = step.index { declare(position, at: step.start) }
            for stage in step.stages {
                switch stage {
                case .filter(let predicate): visit(predicate, Context())
                case .index(let name): declare(name, at: step.start)
                }
            }
        }
        if let group = node.group {
            visitGroup(group, isConstructor: false)
        }
        scopes.removeLast()
    }

    private mutating func visitGroup(_ group: Node.Group, isConstructor: Bool) {
        for pair in group.pairs {
            visit(pair.key, Context())
            visit(pair.value, Context(wantsArray: isConstructor, isInGroup: !isConstructor))
        }
    }

    // MARK: Silent traps

    /// A path that picks or makes several items, and that gives no array when there is only one of them.
    private mutating func checkCollapse(_ node: Node) {
        guard node.kind == .path, !node.keepsSingletonArray, !node.keepsArray, node.group == nil else { return }
        guard let last = node.children.last else { return }
        if let stage = last.stages.last, case .filter(let predicate) = stage, isIndex(predicate) { return }
        let makesMany = node.children.contains { step in
            step.kind == .sort || step.kind == .object
                || step.stages.contains { if case .filter(let predicate) = $0 { !isIndex(predicate) } else { false } }
        }
        guard makesMany else { return }
        report(
            .collapsingArray,
            .warning,
            node.start,
            "With one match this gives a single value, not an array; write [ ... ] around it, or [] after it, "
                + "where an array is expected"
        )
    }

    private func isIndex(_ node: Node) -> Bool { node.kind == .number }

    private mutating func checkGroupIndex(_ node: Node) {
        guard let first = node.children.first, first.kind == .name else { return }
        let hasIndex = first.stages.contains {
            if case .filter(let predicate) = $0 { isIndex(predicate) } else { false }
        }
        guard hasIndex else { return }
        report(
            .groupContext,
            .warning,
            first.start,
            "In a group this takes an element of every item's \(first.text); write $[0].\(first.text) for the first item's"
        )
    }
}
