import Basics
import Connections
import JSON
import JSONata
import Tools

/// Turns a `toolkit.json` into a definition.
struct ToolkitDefinitionReader {
    var reader: DefinitionReader

    private typealias Section = DefinitionReader.Section

    /// The definition; nil when it cannot be used at all.
    ///
    /// What is wrong is in the reader's diagnostics.
    mutating func read(folderName: String) -> ToolkitDefinition? {
        let keys = [
            "format", "name", "title", "description", "documentation", "openapi", "authentication", "hosts", "request",
            "response", "pagination", "errors", "rate_limit", "settle", "origin", "names", "arguments", "tools",
            "excluded", "triggers",
        ]
        guard let value = reader.parse(), let root = reader.section(value, at: JSONPointer(), keys: keys) else {
            return nil
        }
        if reader.integer(root, "format", from: 1, to: 1) == nil, !root.has("format") {
            reader.error(root.pointer, "\"format\" is missing; this version reads format 1")
        }
        let name = reader.string(root, "name", required: true)
        if let name, name != folderName {
            reader.error(root.place("name"), "must be the folder's name, \"\(folderName)\"")
        }
        let title = reader.string(root, "title", required: true)
        let description = reader.string(root, "description", required: true)
        let authentication = readAuthentication(root)
        let hosts = reader.strings(root, "hosts")
        if hosts.isEmpty { reader.error(root.pointer, "\"hosts\" must list the hosts that requests may go to") }
        for (position, host) in hosts.enumerated() where !EgressRule.isPattern(host) {
            reader.error(
                root.place("hosts").appending(String(position)),
                "must be a host name such as api.example.com or *.example.com, without scheme, port or path"
            )
        }
        let settle = LookupRuleReader.settle(root, &reader, usual: SettleTimes()) ?? SettleTimes()
        let tools = readTools(root, settle)
        let definition = ToolkitDefinition(
            name: name ?? folderName,
            title: title ?? folderName,
            description: description ?? "",
            documentation: reader.string(root, "documentation"),
            openAPIFile: reader.string(root, "openapi") ?? "openapi.json",
            authentication: authentication,
            hosts: hosts,
            request: readRequest(root),
            response: readResponse(root),
            pagination: readPagination(root),
            errors: readErrors(root),
            rateLimit: readRateLimit(root),
            settle: settle,
            triggers: readTriggers(root, fields: authentication.fields.map(\.name)),
            origin: reader.choice(root, "origin") ?? .candidate,
            names: reader.sections(root, "names", keys: ["match", "name"]).compactMap { readName($0) },
            arguments: readArguments(root),
            tools: tools,
            excluded: reader.sections(root, "excluded", keys: ["operation", "reason"]).compactMap { readExcluded($0) }
        )
        return name == nil || title == nil || description == nil ? nil : definition
    }

    private mutating func readAuthentication(_ root: Section) -> ToolkitDefinition.Authentication {
        var result = ToolkitDefinition.Authentication()
        let keys = ["scheme", "credential", "fields", "probe", "oauth"]
        guard let section = reader.section(root, "authentication", keys: keys) else { return result }
        result.oauth = readOAuth(section)
        result.scheme = reader.string(section, "scheme")
        result.credential = reader.string(section, "credential")
        let fieldKeys = ["name", "title", "description", "secret", "optional", "server_variable"]
        for field in reader.sections(section, "fields", keys: fieldKeys) {
            guard let name = reader.string(field, "name", required: true),
                let title = reader.string(field, "title", required: true),
                let description = reader.string(field, "description", required: true)
            else { continue }
            let variable = reader.string(field, "server_variable")
            if let variable { result.serverVariables[variable] = name }
            result.fields.append(
                AuthenticationScheme.Field(
                    name: name,
                    title: title,
                    description: description,
                    isSecret: reader.bool(field, "secret") ?? false,
                    isRequired: !(reader.bool(field, "optional") ?? false),
                    isHostLabel: variable != nil
                )
            )
        }
        if let probe = reader.section(section, "probe", keys: ["tool", "arguments"]),
            let tool = reader.string(probe, "tool", required: true)
        {
            result.probe = (tool, reader.section(probe, "arguments")?.object ?? [:])
        }
        return result
    }

    private mutating func readOAuth(_ authentication: Section) -> OAuthRule {
        var rule = OAuthRule()
        let keys = ["grants", "issuer", "scopes", "client_authentication", "authorization_parameters"]
        guard let section = reader.section(authentication, "oauth", keys: keys) else { return rule }
        rule.isGiven = true
        rule.issuer = reader.string(section, "issuer")
        if section.has("scopes") { rule.scopes = reader.strings(section, "scopes") }
        rule.clientAuthentication = reader.choice(section, "client_authentication") ?? .basic
        if section.has("grants") {
            rule.grants = reader.strings(section, "grants").enumerated().compactMap { position, name in
                let grant = OAuthScheme.Grant(rawValue: name)
                if grant == nil {
                    let all = OAuthScheme.Grant.allCases.map(\.rawValue).joined(separator: ", ")
                    reader.error(
                        section.place("grants").appending(String(position)),
                        "\"\(name)\" is not one of: \(all)"
                    )
                }
                return grant
            }
        }
        guard let parameters = reader.section(section, "authorization_parameters") else { return rule }
        for parameter in parameters.object {
            guard let value = reader.string(parameters, parameter.name) else { continue }
            if OAuthScheme.reservedParameters.contains(parameter.name) {
                reader.error(parameters.place(parameter.name), "\"\(parameter.name)\" is made for every flow anew")
            }
            rule.parameters.append(OAuthScheme.Parameter(name: parameter.name, value: value))
        }
        return rule
    }

    private mutating func readRequest(_ root: Section) -> RequestRule {
        var rule = RequestRule()
        guard let section = reader.section(root, "request", keys: ["headers", "body"]) else { return rule }
        rule.body = reader.choice(section, "body") ?? .plain
        if let headers = reader.section(section, "headers") {
            for header in headers.object {
                guard let value = reader.string(headers, header.name) else { continue }
                rule.headers.append((header.name, value))
            }
        }
        return rule
    }

    private mutating func readResponse(_ root: Section) -> ResponseRule {
        var rule = ResponseRule()
        guard let section = reader.section(root, "response", keys: ["format", "success", "payload", "extra"])
        else { return rule }
        rule.format = reader.choice(section, "format") ?? .plain
        rule.success = reader.pointer(section, "success")
        rule.payload = reader.pointer(section, "payload") ?? JSONPointer()
        if let extra = reader.section(section, "extra") {
            for name in extra.object.names {
                guard let place = reader.pointer(extra, name) else { continue }
                rule.extra.append(ExtraValue(name: name, place: place))
            }
        }
        return rule
    }

    private mutating func readPagination(_ root: Section) -> PaginationRule? {
        let keys = ["style", "limit", "cursor", "page", "next", "more", "total", "default_limit"]
        guard let section = reader.section(root, "pagination", keys: keys),
            let style: PaginationRule.Style = reader.choice(section, "style", required: true),
            let limit = reader.string(section, "limit", required: true),
            let position = reader.string(section, style == .cursor ? "cursor" : "page", required: true)
        else { return nil }
        let next = reader.pointer(section, "next")
        if style == .cursor, next == nil { reader.error(section.pointer, "\"next\" must say where the next cursor is") }
        return PaginationRule(
            style: style,
            limit: limit,
            position: position,
            next: next,
            more: reader.pointer(section, "more"),
            total: reader.pointer(section, "total"),
            defaultLimit: reader.integer(section, "default_limit", from: 1, to: 10000) ?? 100
        )
    }

    private mutating func readErrors(_ root: Section) -> ErrorRules {
        var rules = ErrorRules()
        let keys = ["message", "text", "code", "request_id", "request_id_headers", "rules"]
        guard let section = reader.section(root, "errors", keys: keys) else { return rules }
        rules.message = reader.pointers(section, "message")
        rules.text = readMapping(section, "text")
        rules.code = reader.pointers(section, "code")
        rules.requestID = reader.pointers(section, "request_id")
        rules.requestIDHeaders = reader.strings(section, "request_id_headers")
        let ruleKeys = ["status", "code", "error", "advice", "credentials"]
        for rule in reader.sections(section, "rules", keys: ruleKeys) {
            guard let error = reader.string(rule, "error", required: true) else { continue }
            rules.rules.append(
                ErrorRule(
                    statuses: reader.integers(rule, "status"),
                    codes: reader.strings(rule, "code"),
                    error: error,
                    advice: reader.string(rule, "advice"),
                    refusesCredentials: reader.bool(rule, "credentials") ?? false
                )
            )
        }
        return rules
    }

    private mutating func readRateLimit(_ root: Section) -> RateLimitRule {
        var rule = RateLimitRule()
        let keys = ["limit", "remaining", "reset", "retry_after", "wait", "limits", "concurrent"]
        guard let section = reader.section(root, "rate_limit", keys: keys) else { return rule }
        rule.limit = reader.strings(section, "limit")
        rule.remaining = reader.strings(section, "remaining")
        rule.reset = reader.strings(section, "reset")
        if section.has("retry_after") { rule.retryAfter = reader.strings(section, "retry_after") }
        rule.wait = readMapping(section, "wait")
        rule.concurrent = reader.integer(section, "concurrent", from: 1, to: 1000) ?? rule.concurrent
        for limit in reader.sections(section, "limits", keys: ["requests", "seconds"]) {
            guard let requests = reader.integer(limit, "requests", from: 1, to: 1_000_000),
                let seconds = reader.integer(limit, "seconds", from: 1, to: 86_400)
            else {
                reader.error(limit.pointer, "must say how many \"requests\" are allowed in how many \"seconds\"")
                continue
            }
            rule.limits.append(RateLimitRule.Limit(requests: requests, seconds: seconds))
        }
        return rule
    }

    private mutating func readName(_ section: Section) -> NameRule? {
        guard let match = reader.string(section, "match", required: true),
            let name = reader.string(section, "name", required: true)
        else { return nil }
        return NameRule(match: match, name: name)
    }

    private mutating func readExcluded(_ section: Section) -> ExcludedOperation? {
        guard let operation = reader.string(section, "operation", required: true),
            let reason = reader.string(section, "reason", required: true)
        else { return nil }
        return ExcludedOperation(operation: operation, reason: reason)
    }

    private mutating func readArguments(_ parent: Section) -> [String: ArgumentRule] {
        guard let section = reader.section(parent, "arguments") else { return [:] }
        var rules: [String: ArgumentRule] = [:]
        for parameter in section.object.names {
            let keys = ["name", "aliases", "description", "flag", "flag_off", "hidden"]
            guard let entry = reader.section(section, parameter, keys: keys) else { continue }
            rules[parameter] = ArgumentRule(
                name: reader.string(entry, "name"),
                aliases: reader.strings(entry, "aliases"),
                description: reader.string(entry, "description"),
                flag: entry.object["flag"],
                flagOff: entry.object["flag_off"],
                isHidden: reader.bool(entry, "hidden") ?? false
            )
        }
        return rules
    }

    private mutating func readTools(_ root: Section, _ settle: SettleTimes) -> [ToolDefinition] {
        let keys = [
            "name", "title", "operation", "tags", "effect", "description", "notes", "origin", "arguments", "constants",
            "one_of", "shorthands", "search", "mark", "response", "lookup", "settle",
        ]
        var names: Set<String> = []
        return reader.sections(root, "tools", keys: keys, required: true).compactMap { section in
            let name = reader.string(section, "name", required: true)
            if let name {
                if !ToolArgument.isName(name) {
                    reader.error(section.place("name"), "must be 1 to 64 letters, digits, underscores and hyphens")
                }
                if !names.insert(name).inserted { reader.error(section.place("name"), "\"\(name)\" is there twice") }
            }
            let title = reader.string(section, "title", required: true)
            let operation = reader.string(section, "operation", required: true)
            let effect: Effect? = reader.choice(section, "effect", required: true)
            guard let name, let title, let operation, let effect else { return nil }
            return ToolDefinition(
                name: name,
                title: title,
                operation: operation,
                tags: reader.strings(section, "tags"),
                effect: effect,
                description: reader.string(section, "description"),
                notes: reader.strings(section, "notes"),
                origin: reader.choice(section, "origin"),
                arguments: readArguments(section),
                constants: reader.section(section, "constants")?.object ?? [:],
                oneOf: readGroups(section),
                shorthands: readShorthands(section),
                search: readSearch(section),
                mark: reader.string(section, "mark"),
                lookup: LookupRuleReader.lookup(section, &reader),
                settle: LookupRuleReader.settle(section, &reader, usual: settle),
                response: readMapping(section, "response"),
                pointer: section.pointer
            )
        }
    }

    private mutating func readMapping(_ section: Section, _ name: String) -> ResponseMapping? {
        guard let text = reader.string(section, name) else { return nil }
        do throws(JSONataError) {
            return try ResponseMapping(text)
        } catch {
            let place = error.place(in: text).map { ", \($0)" } ?? ""
            reader.error(section.place(name), "is not a JSONata expression (\(error.code)\(place)): \(error.message)")
            return nil
        }
    }

    private mutating func readGroups(_ section: Section) -> [[String]] {
        guard let value = section.object["one_of"] else { return [] }
        let groups = value.array?.compactMap { $0.array?.compactMap(\.string) } ?? []
        guard groups.count == value.array?.count, !groups.contains(where: \.isEmpty) else {
            reader.error(section.place("one_of"), "must be an array of arrays of argument names")
            return []
        }
        return groups
    }

    private mutating func readShorthands(_ tool: Section) -> [Shorthand] {
        let keys = ["argument", "type", "description", "sets"]
        return reader.sections(tool, "shorthands", keys: keys).compactMap { section in
            guard let argument = reader.string(section, "argument", required: true),
                let type = reader.string(section, "type", required: true),
                let description = reader.string(section, "description", required: true),
                let sets = reader.section(section, "sets", required: true)
            else { return nil }
            if !["string", "integer", "boolean"].contains(type) {
                reader.error(section.place("type"), "must be string, integer or boolean")
            }
            return Shorthand(argument: argument, type: type, description: description, sets: sets.object)
        }
    }

    private mutating func readSearch(_ tool: Section) -> SearchRule? {
        let keys = [
            "argument", "description", "fields", "page_size", "maximum_pages", "default_limit", "arguments",
            "shortcuts",
        ]
        guard let section = reader.section(tool, "search", keys: keys),
            let argument = reader.string(section, "argument", required: true),
            let description = reader.string(section, "description", required: true)
        else { return nil }
        let shortcuts = reader.sections(
            section,
            "shortcuts",
            keys: ["when", "tool", "argument", "arguments", "record"]
        ).compactMap { readShortcut($0) }
        let fields = reader.strings(section, "fields")
        if fields.isEmpty { reader.error(section.pointer, "\"fields\" must name the members that are searched") }
        return SearchRule(
            argument: argument,
            description: description,
            fields: fields,
            pageSize: reader.integer(section, "page_size", from: 1, to: 10000) ?? 100,
            maximumPages: reader.integer(section, "maximum_pages", from: 1, to: 1000) ?? 10,
            defaultLimit: reader.integer(section, "default_limit", from: 1, to: 1000) ?? 25,
            arguments: reader.section(section, "arguments")?.object ?? [:],
            shortcuts: shortcuts
        )
    }

    private mutating func readShortcut(_ section: Section) -> SearchShortcut? {
        guard let condition: SearchShortcut.Condition = reader.choice(section, "when", required: true),
            let tool = reader.string(section, "tool", required: true),
            let argument = reader.string(section, "argument", required: true)
        else { return nil }
        return SearchShortcut(
            condition: condition,
            tool: tool,
            argument: argument,
            arguments: reader.section(section, "arguments")?.object ?? [:],
            record: reader.string(section, "record")
        )
    }
}
