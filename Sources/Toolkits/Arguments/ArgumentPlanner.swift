import JSON

/// Makes the flat arguments of a tool from the parameters and the body of its operation.
///
/// Where two have the same name, path wins over query and query over the body; the other one stays reachable under its
/// name with `query_` or `body_` before it.
struct ArgumentPlanner {
    let definition: ToolkitDefinition
    let tool: ToolDefinition
    let operation: OpenAPIOperation
    private(set) var arguments: [ToolArgument] = []
    /// For JSON:API bodies: how flat values become a document.
    private(set) var shape: ResourceShape?

    static let cursorDescription = """
        Where to go on. Send back the next_cursor of the previous result exactly as it is, unchanged; never write, \
        shorten or decode one. Leave it out for the first page.
        """

    init(definition: ToolkitDefinition, tool: ToolDefinition, operation: OpenAPIOperation) {
        self.definition = definition
        self.tool = tool
        self.operation = operation
        for place in [OpenAPIParameter.Place.path, .query, .header] {
            for parameter in operation.parameters where parameter.place == place { add(parameter) }
        }
        addBody()
        addShorthands()
        addSearch()
        // What is needed comes first and what turns pages last: models read in order.
        arguments = ArgumentPlanner.ranks.flatMap { rank in arguments.filter { ArgumentPlanner.rank($0) == rank } }
    }

    private static let ranks = 0..<5

    private static func rank(_ argument: ToolArgument) -> Int {
        switch argument.role {
        case .search: 1
        case .limit: 3
        case .cursor: 4
        case .plain: argument.isRequired ? 0 : argument.sets == nil ? 2 : 1
        }
    }

    /// Whether the operation is a list that has pages.
    var isPaged: Bool { arguments.contains { $0.role == .cursor } }

    private mutating func add(_ parameter: OpenAPIParameter) {
        let target: ToolArgument.Target =
            switch parameter.place {
            case .path: .path(parameter.name)
            case .query: .query(parameter.name, explodes: parameter.explodes)
            case .header: .header(parameter.name)
            }
        add(
            parameter.name,
            schema: parameter.schema,
            description: parameter.description,
            isRequired: parameter.isRequired,
            target: target,
            prefix: "query_",
            pointer: parameter.pointer
        )
    }

    private mutating func addBody() {
        guard let body = operation.body else { return }
        if definition.request.body == .jsonAPI {
            guard let shape = ResourceShape(document: body.schema) else { return }
            self.shape = shape
            let place = body.pointer.appending("properties").appending("data")
            for (name, schema) in shape.flatProperties {
                addBodyMember(name, schema, isRequired: shape.required.contains(name), at: place)
            }
            return
        }
        let required = Set(body.schema["required"]?.array?.compactMap(\.string) ?? [])
        for property in body.schema["properties"]?.object ?? [:] {
            let place = body.pointer.appending("properties").appending(property.name)
            addBodyMember(property.name, property.value, isRequired: required.contains(property.name), at: place)
        }
    }

    private mutating func addBodyMember(_ name: String, _ schema: JSONValue, isRequired: Bool, at pointer: JSONPointer)
    {
        add(
            name,
            schema: schema,
            description: schema["description"]?.string ?? "",
            isRequired: isRequired,
            target: .body(name),
            prefix: "body_",
            pointer: pointer
        )
    }

    private mutating func addShorthands() {
        for shorthand in tool.shorthands {
            arguments.append(
                ToolArgument(
                    name: shorthand.argument,
                    schema: ["type": .string(shorthand.type), "description": .string(shorthand.description)],
                    isRequired: false,
                    target: .none,
                    sets: shorthand.sets,
                    pointer: tool.pointer
                )
            )
        }
    }

    private mutating func addSearch() {
        guard let search = tool.search else { return }
        arguments.append(
            ToolArgument(
                name: search.argument,
                schema: [
                    "type": "string", "minLength": 1, "maxLength": 200, "description": .string(search.description),
                ],
                isRequired: false,
                role: .search,
                target: .none,
                pointer: tool.pointer
            )
        )
    }

    private mutating func add(
        _ parameter: String,
        schema: JSONValue,
        description: String,
        isRequired: Bool,
        target: ToolArgument.Target,
        prefix: String,
        pointer: JSONPointer
    ) {
        guard tool.constants[parameter] == nil else { return }
        let own = tool.arguments[parameter]
        let shared = definition.arguments[parameter]
        guard !(own?.isHidden ?? shared?.isHidden ?? false) else { return }
        var argument = ToolArgument(name: "", schema: schema, isRequired: isRequired, target: target, pointer: pointer)
        argument.aliases = (own?.aliases ?? []) + (shared?.aliases ?? [])
        argument.flag = own?.flag ?? shared?.flag
        argument.flagOff = own?.flagOff ?? shared?.flagOff
        var text = own?.description ?? shared?.description ?? description
        if argument.flag != nil { argument.schema = ["type": "boolean"] }
        var name = own?.name ?? shared?.name ?? definition.names.lazy.compactMap { $0.apply(to: parameter) }.first
        if let pagination = definition.pagination {
            if parameter == pagination.limit {
                argument.role = .limit
                name = name ?? "limit"
            } else if parameter == pagination.position {
                argument.role = .cursor
                name = "next_cursor"
                argument.aliases += ["cursor"]
                argument.schema = ["type": "string", "minLength": 1, "maxLength": 4096]
                text = ArgumentPlanner.cursorDescription
            }
        }
        var chosen = name ?? ArgumentPlanner.identifier(parameter)
        if arguments.contains(where: { $0.name == chosen }) { chosen = prefix + chosen }
        argument.name = chosen
        argument.aliases.removeAll { $0 == chosen }
        if chosen != parameter { argument.aliases.append(parameter) }
        argument.schema["description"] = text.isEmpty ? nil : .string(text)
        arguments.append(argument)
    }

    /// A vendor name with everything that an argument name cannot have replaced by underscores.
    private static func identifier(_ name: String) -> String {
        let parts = name.split { character in
            guard let byte = character.asciiValue else { return true }
            return
                !((0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x5F || byte == 0x2D)
        }
        return parts.joined(separator: "_")
    }

    /// The schema of the one flat object of arguments.
    var inputSchema: JSONValue {
        var properties = JSONObject()
        for argument in arguments { properties[argument.name] = argument.schema }
        var schema: JSONObject = ["type": "object", "properties": .object(properties)]
        let required = arguments.filter(\.isRequired).map { JSONValue.string($0.name) }
        if !required.isEmpty { schema["required"] = .array(required) }
        schema["additionalProperties"] = false
        return .object(schema)
    }
}
