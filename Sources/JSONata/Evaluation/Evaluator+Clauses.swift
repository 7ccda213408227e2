import JSON

extension Evaluator {
    // MARK: Objects and groups

    private struct GroupEntry {
        var pair: Int
        var items: [Value]
        /// Whether the items came one by one, so that one of them stands for itself.
        var isSingle: Bool
    }

    /// The object that an object constructor or a group-by clause makes of its input.
    func group(_ group: Node.Group, _ input: Value, _ frame: Frame) throws -> Value {
        var items = [input]
        var areTuples = false
        if case .array(let array) = input {
            items = array.elements.isEmpty ? [.undefined] : array.elements
            areTuples = array.traits.contains(.tupleStream)
        }
        if let shape = group.shape, items.count == 1, !areTuples {
            var values: [Value] = []
            values.reserveCapacity(group.pairs.count)
            for pair in group.pairs { values.append(try evaluate(pair.value, items[0], frame)) }
            return try object(ObjectBuilder.build(shape, values))
        }
        var keys = ObjectBuilder()
        var entries: [GroupEntry] = []
        for item in items {
            var context = item
            var scope = frame
            if areTuples, case .tuple(let tuple) = item {
                context = tuple.context
                scope = Frame(parent: frame, bindings: tuple.bindings)
            }
            for (position, pair) in group.pairs.enumerated() {
                let key = try evaluate(pair.key, context, scope)
                if key.isUndefined { continue }
                guard case .string(let name) = key else {
                    throw JSONataError("T1003", position: group.position, value: key.shown)
                }
                if let existing = keys.position(of: name) {
                    guard entries[existing].pair == position else {
                        throw JSONataError("D1009", position: group.position, value: .string(name))
                    }
                    try append(item, to: &entries[existing])
                } else {
                    keys.set(name, to: .string(name))
                    var entry = GroupEntry(pair: position, items: [], isSingle: true)
                    entry.items.append(item)
                    entries.append(entry)
                }
            }
        }
        var result = ObjectBuilder()
        for (position, entry) in entries.enumerated() {
            guard let name = keys.value(at: position).string else { continue }
            let value = try groupValue(entry, group.pairs[entry.pair].value, frame, areTuples: areTuples)
            if !value.isUndefined { result.set(name, to: value) }
        }
        return try object(result.build())
    }

    private func append(_ item: Value, to entry: inout GroupEntry) throws {
        if entry.isSingle, case .array(let first)? = entry.items.first { entry.items = first.elements }
        entry.isSingle = false
        if case .array(let array) = item {
            try charge(array.elements.count)
            entry.items += array.elements
        } else {
            entry.items.append(item)
        }
    }

    private func groupValue(_ entry: GroupEntry, _ node: Node, _ frame: Frame, areTuples: Bool) throws -> Value {
        guard areTuples else {
            let context = entry.isSingle ? entry.items[0] : try array(entry.items)
            return try evaluate(node, context, frame)
        }
        // Tuples of one group become one tuple whose variables hold what each of them held.
        let tuples = entry.items.compactMap { if case .tuple(let tuple) = $0 { tuple } else { nil } }
        guard let first = tuples.first else { return .undefined }
        let merged = TupleValue(context: first.context, bindings: first.bindings)
        if tuples.count > 1 {
            merged.context = try joined(tuples.map(\.context))
            for binding in first.bindings {
                let values = tuples.compactMap { tuple in tuple.bindings.first { $0.name == binding.name }?.value }
                merged.bind(binding.name, try joined(values))
            }
        }
        return try evaluate(node, merged.context, Frame(parent: frame, bindings: merged.bindings))
    }

    private func joined(_ values: [Value]) throws -> Value {
        if values.count == 1 { return values[0] }
        var elements: [Value] = []
        for value in values {
            guard case .array(let array) = value else {
                elements.append(value)
                continue
            }
            try charge(array.elements.count)
            elements += array.elements
        }
        return try array(elements)
    }

    // MARK: Order

    /// Items in the order of the terms; items that compare equal keep their places.
    func sort(_ node: Node, _ items: [Value], _ frame: Frame) throws -> [Value] {
        guard items.count > 1 else { return items }
        var keys = [[Value?]](repeating: [Value?](repeating: nil, count: node.terms.count), count: items.count)
        func key(_ item: Int, _ term: Int) throws -> Value {
            if let known = keys[item][term] { return known }
            var context = items[item]
            var scope = frame
            if case .tuple(let tuple) = context {
                scope = Frame(parent: frame, bindings: tuple.bindings)
                context = tuple.context
            }
            let value = try evaluate(node.terms[term].expression, context, scope)
            keys[item][term] = value
            return value
        }
        let order = try mergeSorted(Array(items.indices)) { first, second in
            for (term, clause) in node.terms.enumerated() {
                let a = try key(first, term)
                let b = try key(second, term)
                if a.isUndefined {
                    if b.isUndefined { continue }
                    return true
                }
                if b.isUndefined { return false }
                let comparison = try Operators.order(a, b, position: node.position)
                if comparison != 0 { return (comparison > 0) != clause.isDescending }
            }
            return false
        }
        return order.map { items[$0] }
    }

    /// A stable merge sort; the comparison says whether its first argument belongs after its second.
    func mergeSorted<Element>(
        _ elements: [Element],
        isAfter: (Element, Element) throws -> Bool
    ) throws -> [Element] {
        guard elements.count > 1 else { return elements }
        let middle = elements.count / 2
        let left = try mergeSorted(Array(elements[..<middle]), isAfter: isAfter)
        let right = try mergeSorted(Array(elements[middle...]), isAfter: isAfter)
        var merged: [Element] = []
        merged.reserveCapacity(elements.count)
        var i = 0
        var j = 0
        while i < left.count, j < right.count {
            try charge()
            if try isAfter(left[i], right[j]) {
                merged.append(right[j])
                j += 1
            } else {
                merged.append(left[i])
                i += 1
            }
        }
        merged += left[i...]
        merged += right[j...]
        return merged
    }

    // MARK: Transforms

    /// A copy of a value in which the members that the pattern finds are changed.
    func transform(_ node: Node, _ value: Value, _ frame: Frame) throws -> Value {
        if value.isUndefined { return .undefined }
        var source = value
        if let clone = frame.lookup("clone") {
            guard case .function(let function) = clone else { throw JSONataError("T2013", position: node.position) }
            source = try apply(function, [value], .null, frame)
        }
        guard let pattern = node.first, let update = node.second else { return .undefined }
        let copy = try self.copy(source, depth: 0)
        let matches = try evaluate(pattern, copy, frame)
        var found: [Value] = []
        switch matches {
        case .undefined: break
        case .array(let array): found = array.elements
        default: found = [matches]
        }
        for match in found {
            let changes = try evaluate(update, match, frame)
            if !changes.isUndefined {
                guard case .object(let members) = changes else {
                    throw JSONataError("T2011", position: update.position, value: changes.shown)
                }
                if case .object(let target) = match, target.isOwned {
                    for position in 0..<members.count {
                        let member = try self.copy(members.value(at: position), depth: 0)
                        target.set(members.name(at: position), to: member)
                    }
                }
            }
            if let delete = node.third { try remove(delete, from: match, frame) }
        }
        // What was changed in place is made anew, so that it is known how deep it is.
        return try self.copy(copy, depth: 0)
    }

    private func remove(_ delete: Node, from match: Value, _ frame: Frame) throws {
        let deletions = try evaluate(delete, match, frame)
        var names: [Value] = []
        switch deletions {
        case .undefined: return
        case .array(let array): names = array.elements
        default: names = [deletions]
        }
        guard names.allSatisfy({ $0.string != nil }) else {
            throw JSONataError("T2012", position: delete.position, value: deletions.shown)
        }
        guard case .object(let target) = match, target.isOwned else { return }
        for name in names { target.remove(name.string ?? "") }
    }

    /// A copy all the way down, which a transform may change.
    func copy(_ value: Value, depth: Int) throws -> Value {
        if depth > 1200 { throw JSONataError("U1001", message: "A value nests too deeply to be copied.") }
        switch value {
        case .array(let array):
            var elements: [Value] = []
            elements.reserveCapacity(array.elements.count)
            for element in array.elements { elements.append(try copy(element, depth: depth + 1)) }
            return try self.array(elements)
        case .object(let source):
            var names: [String] = []
            var values: [Value] = []
            for position in 0..<source.count {
                let member = source.value(at: position)
                if case .function = member { continue }
                names.append(source.name(at: position))
                values.append(try copy(member, depth: depth + 1))
            }
            let object = ObjectValue(shape: Shape(names: names), values: values)
            object.isOwned = true
            return try self.object(object)
        case .function: return .undefined
        default: return value
        }
    }
}
