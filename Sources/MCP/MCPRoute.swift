import JSON

/// Which era a message belongs to, and what is wrong with it before anyone looks at its method.
enum MCPRoute: Sendable, Hashable {
    /// A request of 2026-07-28 that carries all it must.
    case modern
    /// A request of an earlier revision.
    case legacy(MCPVersion)
    /// A notification: nothing to answer.
    case notification

    /// Decides by the body first, then by the header, as the specification's rule for servers of both eras says.
    ///
    /// Without headers, on standard input, the session's version takes the place of the version header, and nothing
    /// has to be said twice.
    ///
    /// - Throws: ``MCPFailure`` in the order that both official SDKs and the conformance suite expect: missing keys,
    ///   then headers that differ from the body, then an unknown version, then the routing headers.
    static func decide(
        _ message: MCPMessage,
        headers: MCPHeaders?,
        session: MCPVersion = .unstated
    ) throws(MCPFailure) -> MCPRoute {
        if case .notification = message.kind {
            let stated = message.claim?.string ?? headers?.version.text
            if let stated, MCPVersion(rawValue: stated) == nil { throw .unsupportedVersion(stated) }
            return .notification
        }
        if let claim = message.claim {
            try checkModern(message, claim: claim, headers: headers)
            return .modern
        }
        switch headers?.version ?? .absent {
        case .absent: return .legacy(session)
        case .repeated: throw .headerMismatch("The header MCP-Protocol-Version is there more than once")
        case .one(let stated):
            guard let version = MCPVersion(rawValue: stated) else { throw .unsupportedVersion(stated) }
            guard version.isModern else { return .legacy(version) }
            if message.method == "initialize" {
                throw .headerMismatch("initialize belongs to earlier versions than MCP-Protocol-Version says")
            }
            throw .missingMeta(missingKeys(of: message))
        }
    }

    private static func missingKeys(of message: MCPMessage) -> [String] {
        [MCPMessage.MetaKey.version, MCPMessage.MetaKey.capabilities].filter { message.meta?[$0] == nil }
    }

    private static func checkModern(
        _ message: MCPMessage,
        claim: JSONElement,
        headers: MCPHeaders?
    ) throws(MCPFailure) {
        guard let version = claim.string else {
            throw MCPFailure(.invalidParams, status: 400, "params._meta.\(MCPMessage.MetaKey.version) must be a string")
        }
        guard let capabilities = message.meta?[MCPMessage.MetaKey.capabilities] else {
            throw .missingMeta([MCPMessage.MetaKey.capabilities])
        }
        guard capabilities.isObject else {
            throw MCPFailure(
                .invalidParams,
                status: 400,
                "params._meta.\(MCPMessage.MetaKey.capabilities) must be an object"
            )
        }
        if let headers { try MCPHeaders.check("MCP-Protocol-Version", headers.version, equals: version) }
        guard MCPVersion(rawValue: version)?.isModern == true else { throw .unsupportedVersion(version) }
        guard let headers else { return }
        try MCPHeaders.check("Mcp-Method", headers.method, equals: message.method)
        guard let key = nameKey(of: message.method) else { return }
        if let name = message.params?[key]?.string {
            try MCPHeaders.check("Mcp-Name", headers.name, equals: name, encoded: true)
        } else if headers.name != .absent {
            throw .headerMismatch("The header Mcp-Name names what params.\(key) does not")
        }
    }

    /// The parameter that the header `Mcp-Name` repeats.
    private static func nameKey(of method: String) -> String? {
        switch method {
        case "tools/call", "prompts/get": "name"
        case "resources/read": "uri"
        case "tasks/get", "tasks/update", "tasks/cancel": "taskId"
        default: nil
        }
    }
}
