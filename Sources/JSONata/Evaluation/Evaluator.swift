import Basics
import Glibc
import JSON

/// One evaluation of one expression: its budgets, its clock and its scopes.
///
/// Used by one thread at a time and thrown away afterwards.
final class Evaluator {
    let options: EvaluationOptions
    let now: Timestamp
    let root: Frame
    private let depthLimit: Int
    // What walks or releases a value recurses, and has to fit into what a small stack has left.
    private let nestingLimit = 200
    private var depth = 0
    private var stepsLeft: Int
    private var untilClock: Int
    private let deadline: Int
    private var stackBase: Int
    private var stackRoom = 160 << 10
    var regexStepsLeft: Int
    /// Whether a variable may hide a function although the expression binds none of that name.
    var hidesBuiltins: Bool
    /// Where each name step last found its member.
    private var hints: [Int]
    /// Scopes that hold functions, and so perhaps themselves; emptied at the end.
    private var cyclic: [Frame] = []
    /// Keeps the trees of `$eval`, whose functions may outlive the call.
    private var trees: [SyntaxTree] = []
    /// Told the value of each node, when somebody wants to see.
    let observer: ((Node, Value) -> Void)?

    private static let clockInterval = 1024

    init(
        options: EvaluationOptions,
        tree: SyntaxTree,
        bindings: [(name: String, value: Value)],
        input: Value,
        observer: ((Node, Value) -> Void)? = nil
    ) {
        self.options = options
        self.observer = observer
        now = options.now ?? SystemClock().now()
        root = Frame(parent: nil, bindings: bindings + [("$", input)])
        depthLimit = options.limits.depth
        stepsLeft = options.limits.steps
        untilClock = Evaluator.clockInterval
        regexStepsLeft = options.limits.regexSteps
        deadline = Evaluator.monotonicMilliseconds() + options.limits.milliseconds
        hints = [Int](repeating: 0, count: tree.nodes.count)
        hidesBuiltins = bindings.contains { Builtins.table[$0.name] != nil }
        stackBase = DeepStack.address
    }

    deinit {
        for frame in cyclic { frame.clear() }
        root.clear()
    }

    private static func monotonicMilliseconds() -> Int {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return time.tv_sec * 1000 + time.tv_nsec / 1_000_000
    }

    // MARK: Budgets

    /// Counts work against the budget of steps, and looks at the clock now and then.
    @inline(__always)
    func charge(_ steps: Int = 1) throws {
        untilClock -= steps
        if untilClock < 0 { try settle() }
    }

    private func settle() throws {
        stepsLeft -= Evaluator.clockInterval - untilClock
        untilClock = Evaluator.clockInterval
        if stepsLeft < 0 {
            throw JSONataError("U1002", value: .integer(options.limits.steps))
        }
        if Evaluator.monotonicMilliseconds() > deadline {
            throw JSONataError(
                "U1001",
                value: .integer(options.limits.milliseconds),
                message: "The expression took longer than \(options.limits.milliseconds) ms; check for an endless loop."
            )
        }
    }

    /// Counts text that was made, and refuses text longer than a result may be.
    func chargeText(_ bytes: Int) throws {
        if bytes > options.limits.resultBytes { throw tooLarge() }
        try charge(1 + bytes >> 4)
    }

    func tooLarge() -> JSONataError {
        JSONataError("U1003", value: .integer(options.limits.resultBytes))
    }

    /// An array or sequence that the expression made.
    func array(_ elements: [Value], _ traits: ArrayValue.Traits = []) throws -> Value {
        try charge(elements.count)
        let array = ArrayValue(elements, traits)
        if array.nesting > nestingLimit { throw tooNested() }
        return .array(array)
    }

    func object(_ object: ObjectValue) throws -> Value {
        try charge(object.count)
        if object.nesting > nestingLimit { throw tooNested() }
        return .object(object)
    }

    func function(_ kind: FunctionValue.Kind) throws -> Value {
        let function = FunctionValue(kind)
        if function.nesting > nestingLimit { throw tooNested() }
        return .function(function)
    }

    private func tooNested() -> JSONataError {
        JSONataError("U1001", message: "A value nests deeper than \(nestingLimit) levels; check for an endless loop.")
    }

    /// A scope that outlives the step that made it when a function remembers it.
    func bind(_ name: String, _ value: Value, in frame: Frame) {
        frame.bind(name, value)
        if value.holdsFunction { remember(frame) }
    }

    func remember(_ frame: Frame) {
        if cyclic.last !== frame { cyclic.append(frame) }
    }

    /// The value of the text of an expression, where nothing is known of the names it binds.
    func evaluateText(_ tree: SyntaxTree, _ input: Value, _ frame: Frame) throws -> Value {
        trees.append(tree)
        hidesBuiltins = true
        while hints.count < tree.nodes.count { hints.append(0) }
        return try evaluate(tree.root, input, frame)
    }

    // MARK: Nodes

    /// The value of a node.
    func evaluate(_ node: Node, _ input: Value, _ frame: Frame) throws -> Value {
        depth += 1
        defer { depth -= 1 }
        if depth > depthLimit {
            throw JSONataError("U1001", value: .integer(depthLimit))
        }
        if depth & 3 == 0, abs(stackBase - DeepStack.address) > stackRoom {
            return try evaluateOnFreshStack(node, input, frame)
        }
        return try evaluateHere(node, input, frame)
    }

    private func evaluateOnFreshStack(_ node: Node, _ input: Value, _ frame: Frame) throws -> Value {
        let base = stackBase
        let room = stackRoom
        defer {
            stackBase = base
            stackRoom = room
        }
        return try DeepStack.run {
            stackBase = DeepStack.address
            stackRoom = DeepStack.usable
            return try evaluateHere(node, input, frame)
        }
    }

    private func evaluateHere(_ node: Node, _ input: Value, _ frame: Frame) throws -> Value {
        try charge()
        var result: Value
        switch node.kind {
        case .path: result = try path(node, input, frame)
        case .name: result = try lookup(node, in: input)
        case .string, .number, .value: result = node.literal
        case .variable: result = variable(node, input, frame)
        case .function: result = try call(node, input, frame)
        case .binary: result = try binary(node, input, frame)
        case .object:
            result = try node.members.map { try group($0, input, frame) } ?? .undefined
        case .array: result = try arrayConstructor(node, input, frame)
        case .block: result = try block(node, input, frame)
        case .condition:
            if let condition = node.first, try evaluate(condition, input, frame).isTrue() {
                result = try node.second.map { try evaluate($0, input, frame) } ?? .undefined
            } else {
                result = try node.third.map { try evaluate($0, input, frame) } ?? .undefined
            }
        case .coalesce:
            result = try node.first.map { try evaluate($0, input, frame) } ?? .undefined
            if result.isUndefined, let second = node.second { result = try evaluate(second, input, frame) }
        case .fallback:
            result = try node.first.map { try evaluate($0, input, frame) } ?? .undefined
            if try !result.isTrue(), let second = node.second { result = try evaluate(second, input, frame) }
        case .negate: result = try negate(node, input, frame)
        case .bind:
            result = try node.second.map { try evaluate($0, input, frame) } ?? .undefined
            bind(node.text, result, in: frame)
        case .lambda:
            result = try function(.lambda(node, input: input, frame: frame))
        case .thunk:
            result = try node.first.map { try function(.thunk($0, input: input, frame: frame)) } ?? .undefined
        case .apply: result = try applyOperator(node, input, frame)
        case .partial: result = try partial(node, input, frame)
        case .regex: result = try node.regex.map { try function(.regex($0)) } ?? .undefined
        case .wildcard: result = try wildcard(input)
        case .descendant: result = try descendants(input)
        case .parent: result = node.slot.flatMap { frame.lookup($0.label) } ?? .undefined
        case .transform: result = try function(.transform(node, frame: frame))
        case .sort, .placeholder, .operatorName, .end: result = .undefined
        }
        if !node.predicates.isEmpty {
            for case .filter(let predicate) in node.predicates { result = try filter(result, predicate, frame) }
        }
        if node.kind != .path, let group = node.group {
            result = try self.group(group, result, frame)
        }
        if case .array(let array) = result, array.isSequence, !array.traits.contains(.tupleStream) {
            result = settled(array, keepsArray: node.keepsArray)
        }
        if let observer { observer(node, result) }
        return result
    }

    /// A sequence as a value: nothing, its only element, or itself.
    func settled(_ array: ArrayValue, keepsArray: Bool = false) -> Value {
        switch array.elements.count {
        case 0: return .undefined
        case 1 where !keepsArray && !array.traits.contains(.keepsSingleton): return array.elements[0]
        default:
            if keepsArray, !array.traits.contains(.keepsSingleton) {
                return .array(ArrayValue(array, array.traits.union(.keepsSingleton)))
            }
            return .array(array)
        }
    }

    // MARK: Leaves

    private func variable(_ node: Node, _ input: Value, _ frame: Frame) -> Value {
        if node.text.isEmpty {
            if case .array(let array) = input, array.traits.contains(.outerWrapper), let first = array.elements.first {
                return first
            }
            return input
        }
        if let builtin = node.builtin, node.isNeverBound, !hidesBuiltins { return builtin.value }
        return frame.lookup(node.text) ?? node.builtin?.value ?? .undefined
    }

    /// The member of an object, or of each object of an array.
    func lookup(_ node: Node, in input: Value) throws -> Value {
        switch input {
        case .object(let object): return object.value(of: node.text, hint: &hints[node.number]) ?? .undefined
        case .array(let array):
            var found: [Value] = []
            try collect(node, array, &found)
            return found.count == 1 ? found[0] : found.isEmpty ? .undefined : .array(ArrayValue(found, .sequence))
        default: return .undefined
        }
    }

    private func collect(_ node: Node, _ array: ArrayValue, _ found: inout [Value]) throws {
        try charge(array.elements.count)
        for element in array.elements {
            switch element {
            case .object(let object):
                guard let value = object.value(of: node.text, hint: &hints[node.number]) else { continue }
                if case .array(let inner) = value {
                    try charge(inner.elements.count)
                    found += inner.elements
                } else if !value.isUndefined {
                    found.append(value)
                }
            case .array(let inner): try collect(node, inner, &found)
            default: break
            }
        }
    }

    private func wildcard(_ input: Value) throws -> Value {
        var object: ObjectValue?
        switch input {
        case .object(let value): object = value
        case .array(let array):
            guard array.traits.contains(.outerWrapper), case .object(let value)? = array.elements.first else {
                var results: [Value] = []
                var isSequence = true
                for element in array.elements { try flattenInto(&results, element, &isSequence) }
                return try self.array(results, isSequence ? .sequence : [])
            }
            object = value
        default: break
        }
        guard let object else { return .undefined }
        var results: [Value] = []
        var isSequence = true
        for position in 0..<object.count { try flattenInto(&results, object.value(at: position), &isSequence) }
        return try array(results, isSequence ? .sequence : [])
    }

    private func flattenInto(_ results: inout [Value], _ value: Value, _ isSequence: inout Bool) throws {
        guard case .array = value else {
            results.append(value)
            return
        }
        isSequence = false
        try flatten(value, into: &results)
    }

    private func flatten(_ value: Value, into results: inout [Value]) throws {
        if case .array(let array) = value {
            try charge(array.elements.count)
            for element in array.elements { try flatten(element, into: &results) }
        } else {
            results.append(value)
        }
    }

    private func descendants(_ input: Value) throws -> Value {
        guard !input.isUndefined else { return .undefined }
        var results: [Value] = []
        try collectDescendants(input, into: &results)
        if results.count == 1 { return results[0] }
        return try array(results, .sequence)
    }

    private func collectDescendants(_ value: Value, into results: inout [Value]) throws {
        try charge()
        switch value {
        case .array(let array):
            for element in array.elements { try collectDescendants(element, into: &results) }
        case .object(let object):
            results.append(value)
            for position in 0..<object.count { try collectDescendants(object.value(at: position), into: &results) }
        default: results.append(value)
        }
    }

    // MARK: Small nodes

    private func negate(_ node: Node, _ input: Value, _ frame: Frame) throws -> Value {
        let value = try node.first.map { try evaluate($0, input, frame) } ?? .undefined
        if value.isUndefined { return value }
        guard let negated = Operators.negated(value) else {
            throw JSONataError("D1002", position: node.position, token: "-", value: value.shown)
        }
        return negated
    }

    private func arrayConstructor(_ node: Node, _ input: Value, _ frame: Frame) throws -> Value {
        // An array of literals is made once, by the parser.
        if !node.literal.isUndefined { return node.literal }
        var elements: [Value] = []
        elements.reserveCapacity(node.children.count)
        for item in node.children {
            let value = try evaluate(item, input, frame)
            switch value {
            case .undefined: continue
            case .array(let array) where item.kind != .array:
                try charge(array.elements.count)
                elements += array.elements
            default: elements.append(value)
            }
        }
        return try array(elements, node.isConstructor ? .constructed : [])
    }

    private func block(_ node: Node, _ input: Value, _ frame: Frame) throws -> Value {
        let scope = node.needsScope ? Frame(parent: frame) : frame
        var result = Value.undefined
        for expression in node.children { result = try evaluate(expression, input, scope) }
        return result
    }
}
