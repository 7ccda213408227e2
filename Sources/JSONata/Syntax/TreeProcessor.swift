/// Turns what the parser read into what the evaluator runs.
///
/// Chains of `.` become paths of steps; filters, groups and variables of a step move into it; tail calls are marked; and
/// each parent operator gets a slot in the step whose input it stands for.
struct TreeProcessor {
    private(set) var nodes: [Node]
    private var labels = 0
    private var bindings = 0
    private var boundNames: Set<String> = []

    init(nodes: [Node]) {
        self.nodes = nodes
    }

    mutating func processRoot(_ raw: Node) throws -> Node {
        let root = try process(raw)
        if root.kind == .parent || !root.seekingParent.isEmpty {
            throw JSONataError("S0217", position: root.position, token: TreeProcessor.typeName(of: root))
        }
        for (number, node) in nodes.enumerated() {
            node.number = number
            if node.kind == .variable {
                node.builtin = Builtins.table[node.text]
                node.isNeverBound = !boundNames.contains(node.text)
            }
            if node.kind == .array, node.children.allSatisfy(TreeProcessor.isLiteral) {
                let traits: ArrayValue.Traits = node.isConstructor ? .constructed : []
                node.literal = .array(ArrayValue(node.children.map(\.literal), traits))
            }
            if node.kind == .path, node.children.count == 1, let step = node.children.first {
                node.isPlainName =
                    step.kind == .name && step.stages.isEmpty && step.predicates.isEmpty && step.group == nil
                    && !step.isTuple && !step.keepsArray && node.group == nil && node.predicates.isEmpty
                    && !node.isTuple && !node.keepsArray && !node.keepsSingletonArray
            }
        }
        return root
    }

    private static func isLiteral(_ node: Node) -> Bool {
        switch node.kind {
        case .string, .number, .value: node.predicates.isEmpty && node.group == nil
        default: false
        }
    }

    private mutating func make(_ kind: Node.Kind, like raw: Node) -> Node {
        let node = Node(kind, text: raw.text, position: raw.position, start: raw.start)
        nodes.append(node)
        return node
    }

    private mutating func path(_ step: Node) -> Node {
        let path = Node(.path, position: step.position, start: step.start)
        path.children = [step]
        nodes.append(path)
        return path
    }

    /// The name the reference implementation gives the kind of node, for errors.
    private static func typeName(of node: Node) -> String {
        switch node.kind {
        case .path: "path"
        case .binary: "binary"
        case .negate, .array, .object: "unary"
        case .name: "name"
        case .string: "string"
        case .number: "number"
        case .value: "value"
        case .wildcard: "wildcard"
        case .descendant: "descendant"
        case .parent: "parent"
        case .condition, .coalesce, .fallback: "condition"
        case .block: "block"
        case .bind: "bind"
        case .regex: "regex"
        case .function: "function"
        case .partial: "partial"
        case .lambda, .thunk: "lambda"
        case .apply: "apply"
        case .transform: "transform"
        case .sort: "sort"
        case .variable: "variable"
        case .placeholder, .operatorName: "operator"
        case .end: "(end)"
        }
    }

    // MARK: Kinds of nodes

    private mutating func process(_ raw: Node) throws -> Node {
        let result: Node
        switch raw.kind {
        case .binary: result = try processBinary(raw)
        case .negate: result = try processNegation(raw)
        case .array:
            result = make(.array, like: raw)
            for item in raw.children {
                let value = try process(item)
                adoptAncestry(result, from: value)
                result.children.append(value)
            }
        case .object:
            result = make(.object, like: raw)
            let pairs = try processPairs(raw.pairs)
            for pair in pairs {
                adoptAncestry(result, from: pair.key)
                adoptAncestry(result, from: pair.value)
            }
            result.members = group(pairs, position: raw.position)
        case .function, .partial:
            result = make(raw.kind, like: raw)
            for argument in raw.children {
                let value = try process(argument)
                adoptAncestry(result, from: value)
                result.children.append(value)
            }
            result.first = try raw.first.map { try process($0) }
        case .lambda:
            result = make(.lambda, like: raw)
            result.parameters = raw.parameters
            boundNames.formUnion(raw.parameters)
            result.signature = raw.signature
            if let body = raw.first { result.first = tailCall(try process(body)) }
        case .condition, .coalesce, .fallback:
            result = make(raw.kind, like: raw)
            result.first = try processPart(raw.first, of: result)
            result.second = try processPart(raw.second, of: result)
            result.third = try processPart(raw.third, of: result)
        case .transform:
            result = make(.transform, like: raw)
            result.first = try raw.first.map { try process($0) }
            result.second = try raw.second.map { try process($0) }
            result.third = try raw.third.map { try process($0) }
        case .block: result = try processBlock(raw)
        case .operatorName, .name:
            raw.kind = .name
            result = path(raw)
            result.keepsSingletonArray = raw.keepsArray
        case .parent:
            raw.slot = Node.Slot(label: "!\(labels)")
            labels += 1
            result = raw
        case .end: throw JSONataError("S0207", position: raw.position, token: "(end)")
        default: result = raw
        }
        if raw.keepsArray { result.keepsArray = true }
        return result
    }

    private mutating func processPart(_ raw: Node?, of result: Node) throws -> Node? {
        guard let raw else { return nil }
        let part = try process(raw)
        adoptAncestry(result, from: part)
        return part
    }

    private mutating func processNegation(_ raw: Node) throws -> Node {
        guard let operand = raw.first else { return raw }
        let inner = try process(operand)
        if inner.kind == .number, inner.predicates.isEmpty, inner.group == nil {
            inner.literal = Operators.negated(inner.literal) ?? inner.literal
            inner.text = "-" + inner.text
            return inner
        }
        let result = make(.negate, like: raw)
        result.first = inner
        adoptAncestry(result, from: inner)
        return result
    }

    private mutating func processBlock(_ raw: Node) throws -> Node {
        let result = make(.block, like: raw)
        let before = bindings
        for item in raw.children {
            let part = try process(item)
            adoptAncestry(result, from: part)
            if part.isConstructor || (part.kind == .path && part.children.first?.isConstructor == true) {
                result.isConstructor = true
            }
            result.children.append(part)
        }
        result.needsScope = bindings != before
        return result
    }

    private mutating func processPairs(_ pairs: [Node.Pair]) throws -> [Node.Pair] {
        var processed: [Node.Pair] = []
        for pair in pairs {
            processed.append(Node.Pair(key: try process(pair.key), value: try process(pair.value)))
        }
        return processed
    }

    private func group(_ pairs: [Node.Pair], position: Int) -> Node.Group {
        var names: [String] = []
        for pair in pairs {
            guard pair.key.kind == .string, pair.key.predicates.isEmpty, !names.contains(pair.key.text) else {
                return Node.Group(pairs: pairs, position: position)
            }
            names.append(pair.key.text)
        }
        return Node.Group(pairs: pairs, position: position, shape: Shape(names: names))
    }

    private mutating func processBinary(_ raw: Node) throws -> Node {
        guard let lhs = raw.first else { return raw }
        switch raw.op {
        case .dot: return try processDot(raw, lhs)
        case .filter: return try processFilter(raw, lhs)
        case .group:
            let result = try process(lhs)
            if result.group != nil { throw JSONataError("S0210", position: raw.position) }
            result.group = group(try processPairs(raw.pairs), position: raw.position)
            return result
        case .order:
            let left = try process(lhs)
            let result = left.kind == .path ? left : path(left)
            let sort = make(.sort, like: raw)
            for term in raw.terms {
                let expression = try process(term.expression)
                adoptAncestry(sort, from: expression)
                sort.terms.append(Node.SortTerm(isDescending: term.isDescending, expression: expression))
            }
            result.children.append(sort)
            try resolveAncestry(result)
            return result
        case .assign:
            let result = make(.bind, like: raw)
            bindings += 1
            boundNames.insert(lhs.text)
            result.text = lhs.text
            result.start = lhs.start
            result.second = try processPart(raw.second, of: result)
            return result
        case .focus: return try processFocus(raw, lhs)
        case .index: return try processIndex(raw, lhs)
        case .apply:
            let result = make(.apply, like: raw)
            result.first = try process(lhs)
            result.second = try raw.second.map { try process($0) }
            result.keepsArray = result.first?.keepsArray == true || result.second?.keepsArray == true
            return result
        default:
            let result = make(.binary, like: raw)
            result.op = raw.op
            result.first = try processPart(lhs, of: result)
            result.second = try processPart(raw.second, of: result)
            return result
        }
    }

    private mutating func processDot(_ raw: Node, _ lhs: Node) throws -> Node {
        guard let rhs = raw.second else { return raw }
        let left = try process(lhs)
        let result = left.kind == .path ? left : path(left)
        if left.kind == .parent, let slot = left.slot { result.seekingParent = [slot] }
        let rest = try process(rhs)
        if rest.kind == .path {
            result.children += rest.children
        } else {
            if !rest.predicates.isEmpty {
                rest.stages = rest.predicates
                rest.predicates = []
            }
            result.children.append(rest)
        }
        for step in result.children {
            if step.kind == .number || step.kind == .value {
                throw JSONataError("S0213", position: step.position, value: step.literal.shown)
            }
            if step.kind == .string { step.kind = .name }
        }
        if result.children.contains(where: \.keepsArray) { result.keepsSingletonArray = true }
        if let first = result.children.first, first.kind == .array { first.isConstructor = true }
        if let last = result.children.last, last.kind == .array { last.isConstructor = true }
        try resolveAncestry(result)
        return result
    }

    private mutating func processFilter(_ raw: Node, _ lhs: Node) throws -> Node {
        guard let rhs = raw.second else { return raw }
        let result = try process(lhs)
        let isPath = result.kind == .path
        let step = isPath ? result.children.last ?? result : result
        if step.group != nil { throw JSONataError("S0209", position: raw.position) }
        let predicate = try process(rhs)
        if !predicate.seekingParent.isEmpty {
            for slot in predicate.seekingParent {
                if slot.level == 1 {
                    try seekParent(step, slot)
                } else {
                    slot.level -= 1
                }
            }
            adoptAncestry(step, from: predicate)
        }
        if isPath {
            step.stages.append(.filter(predicate))
        } else {
            step.predicates.append(.filter(predicate))
        }
        return result
    }

    private mutating func processFocus(_ raw: Node, _ lhs: Node) throws -> Node {
        let result = try process(lhs)
        let step = result.kind == .path ? result.children.last ?? result : result
        if !step.stages.isEmpty || !step.predicates.isEmpty { throw JSONataError("S0215", position: raw.position) }
        if step.kind == .sort { throw JSONataError("S0216", position: raw.position) }
        if raw.keepsArray { step.keepsArray = true }
        step.focus = raw.second?.text
        boundNames.insert(raw.second?.text ?? "")
        step.isTuple = true
        return result
    }

    private mutating func processIndex(_ raw: Node, _ lhs: Node) throws -> Node {
        var result = try process(lhs)
        var step = result
        if result.kind == .path {
            step = result.children.last ?? result
        } else {
            result = path(result)
            if !step.predicates.isEmpty {
                step.stages = step.predicates
                step.predicates = []
            }
        }
        let name = raw.second?.text ?? ""
        boundNames.insert(name)
        if step.stages.isEmpty {
            step.index = name
        } else {
            step.stages.append(.index(name))
        }
        step.isTuple = true
        return result
    }

    // MARK: Tail calls

    private mutating func tailCall(_ node: Node) -> Node {
        switch node.kind {
        case .function where node.predicates.isEmpty && node.group == nil:
            let thunk = make(.thunk, like: node)
            thunk.first = node
            return thunk
        case .condition:
            node.second = node.second.map { tailCall($0) }
            node.third = node.third.map { tailCall($0) }
        case .coalesce, .fallback:
            node.second = node.second.map { tailCall($0) }
        case .block where node.predicates.isEmpty && node.group == nil:
            if let last = node.children.popLast() { node.children.append(tailCall(last)) }
        default: break
        }
        return node
    }

    // MARK: Parents

    private func adoptAncestry(_ result: Node, from value: Node) {
        result.seekingParent += value.seekingParent
        if value.kind == .parent, let slot = value.slot { result.seekingParent.append(slot) }
    }

    private func seekParent(_ node: Node, _ slot: Node.Slot) throws {
        switch node.kind {
        case .name, .wildcard:
            slot.level -= 1
            if slot.level == 0 {
                if let existing = node.ancestor { slot.label = existing.label }
                node.ancestor = slot
                node.isTuple = true
            }
        case .parent: slot.level += 1
        case .block:
            if let last = node.children.last {
                node.isTuple = true
                try seekParent(last, slot)
            }
        case .path:
            node.isTuple = true
            var index = node.children.count - 1
            try seekParent(node.children[index], slot)
            index -= 1
            while slot.level > 0, index >= 0 {
                try seekParent(node.children[index], slot)
                index -= 1
            }
        default:
            throw JSONataError("S0217", position: node.position, token: TreeProcessor.typeName(of: node))
        }
    }

    private func resolveAncestry(_ path: Node) throws {
        guard let last = path.children.last else { return }
        var slots = last.seekingParent
        if last.kind == .parent, let slot = last.slot { slots.append(slot) }
        for slot in slots {
            var index = path.children.count - 2
            while slot.level > 0 {
                if index < 0 {
                    path.seekingParent.append(slot)
                    break
                }
                var step = path.children[index]
                index -= 1
                while index >= 0, step.focus != nil, path.children[index].focus != nil {
                    step = path.children[index]
                    index -= 1
                }
                try seekParent(step, slot)
            }
        }
    }
}
