import Basics
import Connections
import JSON
import Tools

/// Joins a toolkit's definition with its OpenAPI document, and keeps tools back that are not good enough to be offered.
struct ToolkitBuilder {
    let definition: ToolkitDefinition
    let document: OpenAPIDocument
    /// Complaints about `toolkit.json`.
    var reader: DefinitionReader
    /// Complaints about the OpenAPI document.
    var documentReader: DefinitionReader

    /// Text shorter than this describes nothing.
    private static let shortestDescription = 20

    mutating func build() -> Toolkit {
        var tools: [ToolkitTool] = []
        for tool in definition.tools {
            if let built = build(tool) { tools.append(built) }
        }
        check(tools)
        return Toolkit(
            name: definition.name,
            title: definition.title,
            description: definition.description,
            documentation: definition.documentation,
            authentication: authentication(),
            tools: tools,
            excluded: definition.excluded.map { ($0.operation, $0.reason) },
            triggers: definition.triggers,
            settings: ToolkitSettings(
                server: document.server,
                serverDefaults: document.serverDefaults,
                serverVariables: definition.authentication.serverVariables,
                egress: EgressRule(hosts: definition.hosts),
                request: definition.request,
                response: definition.response,
                pagination: definition.pagination,
                errors: definition.errors,
                rateLimit: definition.rateLimit,
                settle: definition.settle,
                probe: definition.authentication.probe
            )
        )
    }

    private mutating func build(_ tool: ToolDefinition) -> ToolkitTool? {
        let notOffered = "\(tool.name) is not offered: "
        guard let operation = document.operations[tool.operation] else {
            let nearest = nearestOperation(tool.operation)
            reader.error(
                tool.pointer.appending("operation"),
                notOffered + "the OpenAPI document has no operation \"\(tool.operation)\"\(nearest)"
            )
            return nil
        }
        let planner = ArgumentPlanner(definition: definition, tool: tool, operation: operation)
        var isGood = true
        let summary = tool.description ?? ToolkitBuilder.description(operation)
        if summary.count < ToolkitBuilder.shortestDescription {
            documentReader.error(operation.pointer, notOffered + "the operation has no summary that says what it does")
            isGood = false
        }
        for argument in planner.arguments {
            if argument.description.isEmpty {
                documentReader.error(argument.pointer, notOffered + "the argument \(argument.name) is not described")
                isGood = false
            }
            if !ToolArgument.isName(argument.name) {
                documentReader.error(argument.pointer, notOffered + "\"\(argument.name)\" cannot be an argument's name")
                isGood = false
            }
        }
        isGood = checkRules(of: tool, planner, operation, notOffered) && isGood
        let inputSchema = planner.inputSchema
        let input = InputSchema(inputSchema)
        for defect in input.defects {
            let name = defect.pointer.tokens.dropFirst().first ?? ""
            let place = planner.arguments.first { $0.name == name }?.pointer ?? operation.pointer
            if defect.isHarmless {
                documentReader.warning(place, "\(defect.message) (in \(tool.name))")
            } else {
                documentReader.error(place, notOffered + defect.message)
                isGood = false
            }
        }
        guard isGood else { return nil }
        let bodyNames = Set(operation.body?.schema["properties"]?.object?.names ?? [])
        let parameterNames = Set(operation.parameters.map(\.name))
        let constantNames = Set(tool.constants.names)
        return ToolkitTool(
            specification: ToolSpecification(
                name: tool.name,
                title: tool.title,
                description: summary,
                toolkit: definition.name,
                tags: tool.tags,
                effect: tool.effect,
                inputSchema: inputSchema,
                notes: tool.notes
            ),
            mark: tool.mark,
            lookup: tool.lookup,
            settle: tool.settle,
            operation: operation,
            arguments: planner.arguments,
            shape: planner.shape,
            input: input,
            oneOf: tool.oneOf,
            constants: tool.constants,
            constantsInBody: constantNames.intersection(bodyNames).subtracting(parameterNames),
            search: tool.search,
            response: tool.response,
            origin: tool.origin ?? definition.origin
        )
    }

    private mutating func checkRules(
        of tool: ToolDefinition,
        _ planner: ArgumentPlanner,
        _ operation: OpenAPIOperation,
        _ notOffered: String
    ) -> Bool {
        var isGood = true
        let names = Set(planner.arguments.map(\.name))
        func unknown(_ name: String) -> Bool { !names.contains(name) }
        for (position, group) in tool.oneOf.enumerated() {
            for name in group where unknown(name) {
                let place = tool.pointer.appending("one_of").appending(String(position))
                reader.error(place, notOffered + "it has no argument \"\(name)\"")
                isGood = false
            }
        }
        for (position, shorthand) in tool.shorthands.enumerated() {
            for name in shorthand.sets.names where unknown(name) {
                let place = tool.pointer.appending("shorthands").appending(String(position)).appending("sets")
                reader.error(place.appending(name), notOffered + "it has no argument \"\(name)\"")
                isGood = false
            }
        }
        if let mark = tool.mark, unknown(mark) {
            reader.error(tool.pointer.appending("mark"), notOffered + "it has no argument \"\(mark)\"")
            isGood = false
        }
        var parameters = Set(operation.parameters.map(\.name))
        parameters.formUnion(operation.body?.schema["properties"]?.object?.names ?? [])
        parameters.formUnion(planner.shape?.flatProperties.map(\.name) ?? [])
        for name in Array(tool.arguments.keys).sorted() + tool.constants.names where !parameters.contains(name) {
            let section = tool.constants[name] == nil ? "arguments" : "constants"
            let place = tool.pointer.appending(section).appending(name)
            reader.error(place, notOffered + "its operation has no parameter \"\(name)\"")
            isGood = false
        }
        if tool.search != nil, !planner.isPaged || definition.pagination?.style != .page {
            reader.error(
                tool.pointer.appending("search"),
                notOffered + "only a list whose pages have numbers can be searched"
            )
            isGood = false
        }
        let isSafe = operation.method == "GET"
        if isSafe, tool.effect.isWrite {
            reader.warning(tool.pointer.appending("effect"), "\(tool.name) is a GET but is said to change something")
        }
        if !isSafe, operation.method != "POST", !tool.effect.isWrite {
            reader.error(
                tool.pointer.appending("effect"),
                notOffered + "a \(operation.method) cannot be a read"
            )
            isGood = false
        }
        return isGood
    }

    /// What tools say about each other and about what is shared.
    private mutating func check(_ tools: [ToolkitTool]) {
        let byName = Dictionary(tools.map { ($0.specification.name, $0) }, uniquingKeysWith: { first, _ in first })
        let lookups = LookupCheck(tools: byName)
        for tool in tools {
            for problem in lookups.problems(of: tool) { reader.error(problem.place, problem.message) }
        }
        let authentication = JSONPointer(tokens: ["authentication", "probe", "tool"])
        if let probe = definition.authentication.probe {
            if byName[probe.tool]?.specification.effect != .read {
                reader.error(authentication, "\"\(probe.tool)\" is not a tool on offer that only reads")
            }
        } else if definition.authentication.scheme != nil {
            reader.warning(JSONPointer(tokens: ["authentication"]), "without a probe, connections cannot be tested")
        }
        for tool in definition.tools {
            for (position, shortcut) in (tool.search?.shortcuts ?? []).enumerated()
            where byName[shortcut.tool]?.specification.effect != .read {
                let place = tool.pointer.appending("search").appending("shortcuts").appending(String(position))
                reader.error(place, "\"\(shortcut.tool)\" is not a tool on offer that only reads")
            }
        }
    }

    private mutating func authentication() -> AuthenticationScheme {
        let given = definition.authentication
        let place = JSONPointer(tokens: ["authentication"])
        guard let name = given.scheme else { return AuthenticationScheme(placement: .none, fields: given.fields) }
        guard let scheme = document.securitySchemes[name]?.object else {
            reader.error(place.appending("scheme"), "the OpenAPI document has no security scheme \"\(name)\"")
            return AuthenticationScheme(placement: .none, fields: given.fields)
        }
        if scheme["type"]?.string == "oauth2" { return oauth(scheme, name) }
        if given.oauth.isGiven {
            reader.error(place.appending("oauth"), "\"\(name)\" in the OpenAPI document is not of type oauth2")
        }
        guard let credential = given.credential, given.fields.contains(where: { $0.name == credential && $0.isSecret })
        else {
            reader.error(place.appending("credential"), "must name a field that is secret")
            return AuthenticationScheme(placement: .none, fields: given.fields)
        }
        let placement: AuthenticationScheme.Placement
        switch (scheme["type"]?.string, scheme["scheme"]?.string?.lowercased(), scheme["in"]?.string) {
        case ("http", "basic", _): placement = .basic(username: credential, password: nil)
        case ("http", "bearer", _):
            placement = .header(name: "Authorization", prefix: "Bearer ", field: credential)
        case ("apiKey", _, "header"):
            placement = .header(name: scheme["name"]?.string ?? "Authorization", prefix: "", field: credential)
        default:
            reader.error(
                place.appending("scheme"),
                "must be http basic, http bearer or an apiKey in a header; a key in a URL would end up in logs"
            )
            placement = .none
        }
        return AuthenticationScheme(placement: placement, fields: given.fields)
    }

    private mutating func oauth(_ scheme: JSONObject, _ name: String) -> AuthenticationScheme {
        let given = definition.authentication
        let rule = given.oauth
        let place = JSONPointer(tokens: ["authentication"])
        let documentPlace = JSONPointer(tokens: ["components", "securitySchemes", name, "flows"])
        if given.credential != nil {
            reader.error(place.appending("credential"), "is not needed: the access token is sent")
        }
        for field in given.fields where OAuthScheme.clientFields.contains(where: { $0.name == field.name }) {
            reader.error(place.appending("fields"), "\"\(field.name)\" is asked for already")
        }
        let flows: [OAuthScheme.Grant: JSONValue] = [
            .authorizationCode: scheme["flows"]?["authorizationCode"] ?? .null,
            .clientCredentials: scheme["flows"]?["clientCredentials"] ?? .null,
        ]
        let offered = OAuthScheme.Grant.allCases.filter { flows[$0]?.object != nil }
        let grants = rule.grants ?? offered
        var address = ""
        var tokens: Set<String> = []
        var scopes: [String] = []
        for grant in grants {
            guard let flow = flows[grant]?.object else {
                documentReader.error(documentPlace, "has no flow for \(grant.rawValue)")
                continue
            }
            if grant == .authorizationCode { address = url(flow, "authorizationUrl", documentPlace) }
            tokens.insert(url(flow, "tokenUrl", documentPlace))
            for scope in flow["scopes"]?.object?.names ?? [] where !scopes.contains(scope) { scopes.append(scope) }
        }
        if grants.isEmpty {
            documentReader.error(documentPlace, "must have authorizationCode or clientCredentials; others are not safe")
        }
        if tokens.count > 1 { documentReader.error(documentPlace, "the flows must have one tokenUrl between them") }
        let oauth = OAuthScheme(
            grants: grants,
            authorizationURL: address,
            tokenURL: tokens.first ?? "",
            issuer: rule.issuer,
            scopes: rule.scopes ?? scopes,
            clientAuthentication: rule.clientAuthentication,
            parameters: rule.parameters
        )
        return AuthenticationScheme(oauth: oauth, fields: given.fields)
    }

    /// An address of a flow; its placeholders must be fields that can only be labels of host names.
    private mutating func url(_ flow: JSONObject, _ name: String, _ place: JSONPointer) -> String {
        let text = flow[name]?.string ?? ""
        var sample = text
        for field in definition.authentication.fields where field.isHostLabel {
            sample = sample.split(separator: "{\(field.name)}", omittingEmptySubsequences: false).joined(separator: "x")
        }
        if !OAuthScheme.isSafe(sample) || sample.contains("{") {
            documentReader.error(
                place,
                "\(name) must be an https address, or an http one on this machine; {field} stands for a field with "
                    + "\"server_variable\""
            )
        }
        return text
    }

    private func nearestOperation(_ name: String) -> String {
        let near = Similarity.nearest(to: name, among: document.operations.keys.sorted(), limit: 1)
        return near.first.map { "; did you mean \"\($0)\"?" } ?? ""
    }

    private static func description(_ operation: OpenAPIOperation) -> String {
        if operation.description.isEmpty { return operation.summary }
        return operation.summary.isEmpty ? operation.description : operation.summary + "\n" + operation.description
    }
}
