package import JSON

/// Evaluates an expression and keeps the values of its parts, for people who want to see how it works.
package struct ExpressionTracer: Sendable {
    /// What one part of an expression gave.
    package struct Step: Sendable, Hashable {
        package var place: SourcePlace
        /// The text of the part.
        package var expression: String
        /// How many times it was evaluated.
        package var count: Int
        /// The first values, at most three; nil is nothing.
        package var values: [JSONValue?]
    }

    /// What came of an evaluation.
    package struct Trace: Sendable {
        /// Parts in the order of the text, inner parts before what they are parts of.
        package var steps: [Step]
        package var result: Result<JSONValue?, JSONataError>
    }

    private static let shownValues = 3

    private let expression: Expression
    private let options: EvaluationOptions

    package init(_ expression: Expression, options: EvaluationOptions = EvaluationOptions()) {
        self.expression = expression
        self.options = options
    }

    /// Evaluates the expression once.
    package func trace(_ input: JSONValue?, bindings: [String: JSONValue] = [:]) -> Trace {
        var records: [Int: (node: Node, count: Int, values: [JSONValue?])] = [:]
        let result: Result<JSONValue?, JSONataError>
        do throws(JSONataError) {
            let value = try expression.evaluate(input, bindings: bindings, options: options) { node, value in
                var record = records[node.number] ?? (node, 0, [])
                record.count += 1
                if record.values.count < ExpressionTracer.shownValues { record.values.append(value.json(upTo: 10_000)) }
                records[node.number] = record
            }
            result = .success(value)
        } catch {
            result = .failure(error)
        }
        let units = TextUnits.units(of: expression.text)
        var steps: [(extent: Range<Int>, step: Step)] = []
        for record in records.values {
            switch record.node.kind {
            case .string, .number, .value, .thunk, .lambda, .regex: continue
            default: break
            }
            let extent = ExpressionTracer.extent(of: record.node, in: units)
            let step = Step(
                place: SourcePlace(offset: extent.lowerBound, in: expression.text),
                expression: TextUnits.string(from: units[extent]),
                count: record.count,
                values: record.values
            )
            steps.append((extent, step))
        }
        steps.sort { ($0.extent.upperBound, -$0.extent.lowerBound) < ($1.extent.upperBound, -$1.extent.lowerBound) }
        var unique: [Step] = []
        for (_, step) in steps where unique.last != step { unique.append(step) }
        return Trace(steps: unique, result: result)
    }

    /// The code units that a node and all below it stand on, with the brackets that close what they open.
    private static func extent(of node: Node, in units: [UInt16]) -> Range<Int> {
        var low = node.start
        var high = node.position
        func widen(_ other: Node) {
            low = min(low, other.start)
            high = max(high, other.position)
            for part in [other.first, other.second, other.third] {
                if let part { widen(part) }
            }
            for child in other.children { widen(child) }
            for pair in (other.group?.pairs ?? []) + (other.members?.pairs ?? []) + other.pairs {
                widen(pair.key)
                widen(pair.value)
            }
            for term in other.terms { widen(term.expression) }
            for case .filter(let predicate) in other.stages + other.predicates { widen(predicate) }
        }
        widen(node)
        low = max(0, min(low, units.count))
        high = max(low, min(high, units.count))
        var open = 0
        for unit in units[low..<high] {
            if unit == 0x28 || unit == 0x5B || unit == 0x7B { open += 1 }
            if unit == 0x29 || unit == 0x5D || unit == 0x7D { open -= 1 }
        }
        while open > 0, high < units.count {
            if units[high] == 0x28 || units[high] == 0x5B || units[high] == 0x7B { open += 1 }
            if units[high] == 0x29 || units[high] == 0x5D || units[high] == 0x7D { open -= 1 }
            high += 1
        }
        return low..<high
    }
}
