extension Evaluator {
    /// What has been reached on the way along a path.
    private enum Reached {
        case one(Value)
        case many([Value])
        /// An array of the input or of a constructor that the last step gave, and that stays as it is.
        case whole(ArrayValue)

        var elements: [Value] {
            switch self {
            case .one(let value): [value]
            case .many(let values): values
            case .whole(let array): array.elements
            }
        }

        var isEmpty: Bool {
            switch self {
            case .one: false
            case .many(let values): values.isEmpty
            case .whole(let array): array.elements.isEmpty
            }
        }
    }

    func path(_ node: Node, _ input: Value, _ frame: Frame) throws -> Value {
        if node.isPlainName, case .object = input { return try lookup(node.children[0], in: input) }
        var reached = Reached.one(input)
        if case .array(let array) = input, node.children[0].kind != .variable { reached = .many(array.elements) }
        var tuples: [TupleValue]?
        let last = node.children.count - 1
        for (position, step) in node.children.enumerated() {
            if position == 0, step.isConstructor {
                switch try evaluate(step, input, frame) {
                case .undefined: reached = .many([])
                case .array(let array): reached = .whole(array)
                case let value: reached = .one(value)
                }
            } else if tuples != nil || step.isTuple {
                tuples = try tupleStep(step, reached, tuples, frame)
            } else {
                reached = try self.step(step, reached, frame, isLast: position == last)
            }
            if tuples == nil, reached.isEmpty { break }
        }
        if let tuples { return try finish(node, tuples, frame) }
        return try finish(node, reached, frame)
    }

    private func finish(_ node: Node, _ reached: Reached, _ frame: Frame) throws -> Value {
        let keeps = node.keepsSingletonArray
        var result: Value
        switch reached {
        case .one(let value):
            if !keeps, node.group == nil, !node.keepsArray { return value }
            result = try array([value], keeps ? [.sequence, .keepsSingleton] : .sequence)
        case .many(let values):
            if values.isEmpty {
                result = .undefined
            } else {
                result = try array(values, keeps ? [.sequence, .keepsSingleton] : .sequence)
            }
        case .whole(let whole):
            if keeps, whole.traits.contains(.constructed), !whole.isSequence {
                result = try array([.array(whole)], [.sequence, .keepsSingleton])
            } else {
                result = .array(whole)
            }
        }
        if let group = node.group { result = try self.group(group, result, frame) }
        return result
    }

    private func finish(_ node: Node, _ tuples: [TupleValue], _ frame: Frame) throws -> Value {
        let stream = try array(tuples.map { .tuple($0) }, [.sequence, .tupleStream])
        if let group = node.group { return try self.group(group, stream, frame) }
        if node.isTuple { return stream }
        return try array(
            tuples.map(\.context),
            node.keepsSingletonArray ? [.sequence, .keepsSingleton] : .sequence
        )
    }

    // MARK: Steps

    private func step(_ step: Node, _ reached: Reached, _ frame: Frame, isLast: Bool) throws -> Reached {
        if step.kind == .sort {
            var sorted = try array(try sort(step, reached.elements, frame), .sequence)
            for case .filter(let predicate) in step.stages { sorted = try filter(sorted, predicate, frame) }
            guard case .array(let array) = sorted else { return .one(sorted) }
            return .many(array.elements)
        }
        let isName = step.kind == .name && step.predicates.isEmpty && step.group == nil && observer == nil
        if case .one(let item) = reached {
            let value = try stepValue(step, item, frame, isName: isName)
            guard case .array(let array) = value else { return value.isUndefined ? .many([]) : .one(value) }
            if isLast, !array.isSequence { return .whole(array) }
            return array.traits.contains(.constructed) ? .one(value) : .many(array.elements)
        }
        let items = reached.elements
        var results: [Value] = []
        results.reserveCapacity(items.count)
        var found = 0
        var lastArray: ArrayValue?
        for item in items {
            let value = try stepValue(step, item, frame, isName: isName)
            switch value {
            case .undefined: continue
            case .array(let array):
                lastArray = array
                if array.traits.contains(.constructed) {
                    results.append(value)
                } else {
                    results += array.elements
                    try charge(array.elements.count)
                }
            default: results.append(value)
            }
            found += 1
        }
        if isLast, found == 1, let lastArray, !lastArray.isSequence { return .whole(lastArray) }
        return .many(results)
    }

    @inline(__always)
    private func stepValue(_ step: Node, _ item: Value, _ frame: Frame, isName: Bool) throws -> Value {
        var value: Value
        if isName {
            try charge()
            value = try lookup(step, in: item)
        } else {
            value = try evaluate(step, item, frame)
        }
        for case .filter(let predicate) in step.stages {
            value = try filter(value, predicate, frame)
        }
        return value
    }

    // MARK: Filters

    func filter(_ value: Value, _ predicate: Node, _ frame: Frame) throws -> Value {
        var elements = [value]
        var traits: ArrayValue.Traits = .sequence
        if case .array(let array) = value {
            elements = array.elements
            if array.traits.contains(.tupleStream) { traits.insert(.tupleStream) }
        }
        if predicate.kind == .number, predicate.predicates.isEmpty, let index = Operators.index(predicate.literal) {
            let position = index < 0 ? elements.count + index : index
            guard elements.indices.contains(position), !elements[position].isUndefined else {
                return try array([], traits)
            }
            if case .array = elements[position] { return elements[position] }
            return try array([elements[position]], traits)
        }
        var results: [Value] = []
        for (position, element) in elements.enumerated() {
            var context = element
            var scope = frame
            if case .tuple(let tuple) = element {
                context = tuple.context
                scope = Frame(parent: frame, bindings: tuple.bindings)
            }
            let chosen = try evaluate(predicate, context, scope)
            // What is missing cannot be chosen, but its filter is evaluated, and may fail.
            if element.isUndefined { continue }
            if let indexes = Evaluator.indexes(chosen) {
                for index in indexes where (index < 0 ? elements.count + index : index) == position {
                    results.append(element)
                }
            } else if try chosen.isTrue() {
                results.append(element)
            }
        }
        return try array(results, traits)
    }

    /// The numbers that a filter gave, rounded down, when it gave numbers and nothing else.
    private static func indexes(_ value: Value) -> [Int]? {
        if let index = Operators.index(value) { return [index] }
        guard case .array(let array) = value else { return nil }
        var indexes: [Int] = []
        for element in array.elements {
            guard let index = Operators.index(element) else { return nil }
            indexes.append(index)
        }
        return indexes
    }

    // MARK: Tuples

    private func tupleStep(
        _ step: Node,
        _ reached: Reached,
        _ tuples: [TupleValue]?,
        _ frame: Frame
    ) throws -> [TupleValue] {
        var results: [TupleValue] = []
        if step.kind == .sort {
            if let tuples {
                let sorted = try sort(step, tuples.map { .tuple($0) }, frame)
                results = sorted.compactMap { if case .tuple(let tuple) = $0 { tuple } else { nil } }
            } else {
                let sorted = try sort(step, reached.elements, frame)
                for (position, value) in sorted.enumerated() {
                    let tuple = TupleValue(context: value)
                    if let index = step.index { tuple.bind(index, .integer(position)) }
                    results.append(tuple)
                }
            }
            return try applyStages(step.stages, results, frame)
        }
        for tuple in tuples ?? reached.elements.map({ TupleValue(context: $0) }) {
            let scope = Frame(parent: frame, bindings: tuple.bindings)
            let value = try evaluate(step, tuple.context, scope)
            if value.isUndefined { continue }
            var elements = [value]
            if case .array(let array) = value { elements = array.elements }
            for (position, element) in elements.enumerated() {
                try charge()
                let next = TupleValue(context: tuple.context, bindings: tuple.bindings)
                if case .tuple(let inner) = element {
                    next.context = inner.context
                    for binding in inner.bindings { next.bind(binding.name, binding.value) }
                } else {
                    if let focus = step.focus {
                        next.bind(focus, element)
                    } else {
                        next.context = element
                    }
                    if let index = step.index { next.bind(index, .integer(position)) }
                    if let ancestor = step.ancestor { next.bind(ancestor.label, tuple.context) }
                }
                results.append(next)
            }
        }
        return try applyStages(step.stages, results, frame)
    }

    private func applyStages(_ stages: [Node.Stage], _ tuples: [TupleValue], _ frame: Frame) throws -> [TupleValue] {
        var tuples = tuples
        for stage in stages {
            switch stage {
            case .filter(let predicate):
                let stream = try array(tuples.map { .tuple($0) }, [.sequence, .tupleStream])
                guard case .array(let filtered) = try filter(stream, predicate, frame) else { return [] }
                tuples = filtered.elements.compactMap { if case .tuple(let tuple) = $0 { tuple } else { nil } }
            case .index(let name):
                for (position, tuple) in tuples.enumerated() { tuple.bind(name, .integer(position)) }
            }
        }
        return tuples
    }
}
