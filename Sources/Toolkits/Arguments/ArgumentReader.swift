import Basics
import JSON
import Tools

/// Reads the flat arguments of a call: aliases, types, rules, and the place of each value.
struct ArgumentReader {
    /// Values by their place in the request.
    struct Bound: Sendable {
        var path: [String: String] = [:]
        var query: [(name: String, value: JSONValue, explodes: Bool)] = []
        var headers: [(name: String, value: String)] = []
        var body = JSONObject()
        var limit: Int?
        var cursor: String?
        var search: String?
    }

    let tool: ToolkitTool

    /// The values in their places.
    ///
    /// - Throws: ``ArgumentError`` that names every argument that is wrong and what was expected.
    func read(_ given: JSONObject) throws(ArgumentError) -> Bound {
        var values = JSONObject()
        var problems: [String] = []
        for member in given {
            guard let argument = argument(named: member.name) else {
                values[member.name] = member.value
                continue
            }
            // Models send null for what they leave out.
            if member.value.isNull, !ArgumentCoercion.allowsNull(argument.schema), !argument.isRequired { continue }
            let value = ArgumentCoercion.coerce(member.value, to: argument.schema)
            if let other = values[argument.name], other != value {
                problems.append("\(member.name) is another name of \(argument.name), and both are given; give one.")
            }
            values[argument.name] = value
        }
        problems += tool.input.schema.issues(in: .object(values)).map(\.description)
        for group in tool.oneOf where !group.contains(where: { values[$0] != nil }) {
            problems.append("One of \(group.joined(separator: ", ")) must be given.")
        }
        expandShorthands(&values, &problems)
        guard problems.isEmpty else { throw ArgumentError(tool: tool.specification.name, problems: problems) }
        return bind(values)
    }

    /// The values under the arguments' own names, as they are given and unchecked.
    func named(_ given: JSONObject) -> JSONObject {
        var values = JSONObject()
        for member in given {
            guard let argument = argument(named: member.name) else {
                values[member.name] = member.value
                continue
            }
            values[argument.name] = ArgumentCoercion.coerce(member.value, to: argument.schema)
        }
        return values
    }

    private func expandShorthands(_ values: inout JSONObject, _ problems: inout [String]) {
        for argument in tool.arguments {
            guard let sets = argument.sets, let value = values[argument.name], value != false else { continue }
            for member in sets {
                let meant = member.value == "{value}" ? value : member.value
                if let other = values[member.name], other != meant {
                    problems.append("\(argument.name) already says what \(member.name) is; give one of them.")
                }
                values[member.name] = meant
            }
        }
    }

    private func argument(named name: String) -> ToolArgument? {
        if let exact = tool.arguments.first(where: { $0.name == name }) { return exact }
        if let alias = tool.arguments.first(where: { $0.aliases.contains(name) }) { return alias }
        // candidate_id for candidateId, and the other way round.
        let plain = ArgumentReader.plain(name)
        let near = tool.arguments.filter { argument in
            ArgumentReader.plain(argument.name) == plain
                || argument.aliases.contains { ArgumentReader.plain($0) == plain }
        }
        return near.count == 1 ? near[0] : nil
    }

    private static func plain(_ name: String) -> String { name.lowercased().filter { $0 != "_" && $0 != "-" } }

    private func bind(_ values: JSONObject) -> Bound {
        var bound = Bound()
        for argument in tool.arguments {
            guard var value = values[argument.name] else { continue }
            if let flag = argument.flag {
                guard let meant = value == true ? flag : argument.flagOff else { continue }
                value = meant
            }
            switch argument.role {
            case .limit: bound.limit = value.integer
            case .cursor: bound.cursor = value.string
            case .search: bound.search = value.string
            case .plain: place(value, argument.target, &bound)
            }
        }
        for constant in tool.constants {
            if tool.constantsInBody.contains(constant.name) {
                bound.body[constant.name] = constant.value
            } else {
                bound.query.append((constant.name, constant.value, false))
            }
        }
        return bound
    }

    private func place(_ value: JSONValue, _ target: ToolArgument.Target, _ bound: inout Bound) {
        switch target {
        case .path(let name): bound.path[name] = RequestBuilder.text(of: value)
        case .query(let name, let explodes): bound.query.append((name, value, explodes))
        case .header(let name): bound.headers.append((name, RequestBuilder.text(of: value)))
        case .body(let name): bound.body[name] = value
        case .none: break
        }
    }
}

/// Arguments that a tool cannot be called with.
struct ArgumentError: Error {
    var tool: String
    /// A sentence each.
    var problems: [String]

    var message: String {
        "The arguments of \(tool) are wrong, and nothing was sent. " + problems.joined(separator: " ")
    }
}
