import Basics

/// Holds a value against a compiled schema and collects what does not fit.
struct SchemaValidator {
    let schema: JSONSchema
    let limit: Int
    private(set) var issues: [SchemaIssue] = []

    private static let maximumDepth = 192

    init(schema: JSONSchema, limit: Int) {
        self.schema = schema
        self.limit = limit
    }

    mutating func validate(_ value: JSONValue, node position: Int, at pointer: JSONPointer, depth: Int) {
        guard issues.count < limit else { return }
        guard depth < SchemaValidator.maximumDepth else {
            return report(.value, pointer, "a value that is not nested so deeply", value)
        }
        let node = schema.nodes[position]
        guard node.acceptsAnything else { return report(.value, pointer, "absent", value) }
        if let reference = node.reference { validate(value, node: reference, at: pointer, depth: depth + 1) }
        guard node.accepts(type: value.typeName) else { return report(.type, pointer, expectation(position), value) }
        if let constant = node.constant, constant != value {
            return report(.value, pointer, expectation(position), value)
        }
        if let allowed = node.enumeration, !allowed.contains(value) {
            return report(.value, pointer, expectation(position), value)
        }
        switch value {
        case .string(let string): check(string, position, pointer)
        case .number(let number): check(number.double, value, position, pointer)
        case .array(let array): check(array, position, pointer, depth)
        case .object(let object): check(object, position, pointer, depth)
        case .null, .bool: break
        }
        for part in node.allOf { validate(value, node: part, at: pointer, depth: depth + 1) }
        if let not = node.not, matches(value, not, depth) {
            report(.value, pointer, "something that is not " + expectation(not), value)
        }
        if !node.anyOf.isEmpty { choose(value, among: node.anyOf, exactlyOne: false, pointer, depth) }
        if !node.oneOf.isEmpty { choose(value, among: node.oneOf, exactlyOne: true, pointer, depth) }
    }

    private mutating func report(
        _ kind: SchemaIssue.Kind,
        _ pointer: JSONPointer,
        _ expected: String,
        _ value: JSONValue
    ) {
        guard issues.count < limit else { return }
        issues.append(SchemaIssue(kind, at: pointer, expected: expected, found: SchemaValidator.shown(value)))
    }

    private func matches(_ value: JSONValue, _ node: Int, _ depth: Int) -> Bool {
        var trial = SchemaValidator(schema: schema, limit: 1)
        trial.validate(value, node: node, at: JSONPointer(), depth: depth + 1)
        return trial.issues.isEmpty
    }

    private mutating func choose(
        _ value: JSONValue,
        among nodes: [Int],
        exactlyOne: Bool,
        _ pointer: JSONPointer,
        _ depth: Int
    ) {
        let fitting = nodes.count { matches(value, $0, depth) }
        if fitting == 1 || (fitting > 1 && !exactlyOne) { return }
        if fitting > 1 {
            return report(.value, pointer, "only one of several alternatives, but it fits \(fitting)", value)
        }
        // When one alternative alone is of the value's type, its own complaint says more than the list of all.
        let near = nodes.filter { schema.nodes[$0].accepts(type: value.typeName) }
        if near.count == 1, let only = near.first { return validate(value, node: only, at: pointer, depth: depth + 1) }
        report(.type, pointer, nodes.map { expectation($0) }.joined(separator: " or "), value)
    }

    private mutating func check(_ string: String, _ schemaPosition: Int, _ pointer: JSONPointer) {
        let node = schema.nodes[schemaPosition]
        if node.minimumLength != nil || node.maximumLength != nil {
            let length = string.unicodeScalars.count
            if length < node.minimumLength ?? 0 || length > node.maximumLength ?? .max {
                return report(.value, pointer, expectation(schemaPosition), .string(string))
            }
        }
        if let format = node.format, !SchemaFormat.matches(string, format) {
            report(.value, pointer, expectation(schemaPosition), .string(string))
        }
    }

    private mutating func check(
        _ number: Double,
        _ value: JSONValue,
        _ schemaPosition: Int,
        _ pointer: JSONPointer
    ) {
        let node = schema.nodes[schemaPosition]
        var fits = number >= node.minimum ?? -.infinity && number <= node.maximum ?? .infinity
        if let bound = node.exclusiveMinimum { fits = fits && number > bound }
        if let bound = node.exclusiveMaximum { fits = fits && number < bound }
        if let step = node.multipleOf, step > 0 {
            let quotient = number / step
            fits = fits && quotient == quotient.rounded()
        }
        if !fits { report(.value, pointer, expectation(schemaPosition), value) }
    }

    private mutating func check(
        _ array: [JSONValue],
        _ schemaPosition: Int,
        _ pointer: JSONPointer,
        _ depth: Int
    ) {
        let node = schema.nodes[schemaPosition]
        if array.count < node.minimumItems ?? 0 || array.count > node.maximumItems ?? .max {
            report(.value, pointer, expectation(schemaPosition), .array(array))
        }
        if node.uniqueItems, Set(array).count < array.count {
            report(.value, pointer, "an array without repeated elements", .array(array))
        }
        for (position, element) in array.enumerated() {
            let place = pointer.appending(String(position))
            if position < node.prefixItems.count {
                validate(element, node: node.prefixItems[position], at: place, depth: depth + 1)
            } else if let items = node.items {
                validate(element, node: items, at: place, depth: depth + 1)
            }
        }
    }

    private mutating func check(
        _ object: JSONObject,
        _ schemaPosition: Int,
        _ pointer: JSONPointer,
        _ depth: Int
    ) {
        let node = schema.nodes[schemaPosition]
        if object.count < node.minimumProperties ?? 0 || object.count > node.maximumProperties ?? .max {
            report(.value, pointer, expectation(schemaPosition), .object(object))
        }
        for member in object {
            let place = pointer.appending(member.name)
            if let property = node.propertyIndex[member.name] {
                validate(member.value, node: property, at: place, depth: depth + 1)
            } else if let additional = node.additionalProperties {
                if schema.nodes[additional].acceptsAnything {
                    validate(member.value, node: additional, at: place, depth: depth + 1)
                } else if issues.count < limit {
                    let names = node.properties.map(\.name)
                    issues.append(
                        SchemaIssue(
                            .unknown,
                            at: place,
                            expected: names.isEmpty ? "none" : names.joined(separator: ", "),
                            found: SchemaValidator.shown(member.value),
                            nearest: Similarity.nearest(to: member.name, among: names, limit: 1).first
                        )
                    )
                }
            }
        }
        for name in node.required where object[name] == nil && issues.count < limit {
            let expected = node.propertyIndex[name].map { expectation($0) } ?? "a value"
            issues.append(SchemaIssue(.missing, at: pointer.appending(name), expected: expected))
        }
    }

    /// What a schema asks for, as a noun phrase.
    private func expectation(_ position: Int, depth: Int = 0) -> String {
        let node = schema.nodes[position]
        if let constant = node.constant { return SchemaValidator.shown(constant) }
        if let values = node.enumeration {
            let shown = values.prefix(40).map { SchemaValidator.shown($0) }
            return (shown.count == 1 ? "" : "one of ") + shown.joined(separator: ", ")
        }
        if depth < 4, node.types.isEmpty {
            if let reference = node.reference { return expectation(reference, depth: depth + 1) }
            let alternatives = node.anyOf + node.oneOf
            if !alternatives.isEmpty {
                return alternatives.map { expectation($0, depth: depth + 1) }.joined(separator: " or ")
            }
        }
        let names = node.types.map { phrase(for: $0, node, depth) }
        return names.isEmpty ? "a value" : names.joined(separator: " or ")
    }

    private func phrase(for type: String, _ node: SchemaNode, _ depth: Int) -> String {
        switch type {
        case "string":
            (node.format?.phrase ?? "a string")
                + SchemaValidator.range(node.minimumLength, node.maximumLength, of: "characters")
        case "integer", "number":
            (type == "integer" ? "an integer" : "a number")
                + SchemaValidator.range(
                    node.minimum.map { JSONNumber.text(of: $0) },
                    node.maximum.map { JSONNumber.text(of: $0) }
                )
        case "array":
            "an array"
                + (node.items.flatMap { depth < 3 ? " of which each is " + expectation($0, depth: depth + 1) : nil }
                    ?? "")
                + SchemaValidator.range(node.minimumItems, node.maximumItems, of: "elements")
        case "object": "an object"
        case "boolean": "true or false"
        default: type
        }
    }

    private static func range(_ low: (some CustomStringConvertible)?, _ high: (some CustomStringConvertible)?) -> String
    {
        switch (low, high) {
        case (let low?, let high?): " from \(low) to \(high)"
        case (let low?, nil): " of at least \(low)"
        case (nil, let high?): " of at most \(high)"
        case (nil, nil): ""
        }
    }

    private static func range(_ low: Int?, _ high: Int?, of unit: String) -> String {
        switch (low, high) {
        case (let low?, let high?): " with \(low) to \(high) \(unit)"
        case (let low?, nil): " with at least \(low) \(unit)"
        case (nil, let high?): " with at most \(high) \(unit)"
        case (nil, nil): ""
        }
    }

    private static func shown(_ value: JSONValue) -> String {
        switch value {
        case .array(let array): return "an array of \(array.count)"
        case .object: return "an object"
        default:
            let text = JSONWriter.text(of: value)
            return text.count <= 60 ? text : String(text.prefix(59)) + "…"
        }
    }
}
