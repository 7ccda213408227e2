import JSON

/// A JSON-RPC error, and the HTTP status that it travels under.
struct MCPFailure: Error, Sendable, Hashable {
    /// What went wrong, as JSON-RPC and MCP number it.
    enum Code: Int, Sendable {
        case parse = -32700
        case invalidRequest = -32600
        case methodNotFound = -32601
        case invalidParams = -32602
        case headerMismatch = -32020
        case missingCapability = -32021
        case unsupportedVersion = -32022
        case internalError = -32603
    }

    var code: Code
    var status: Int
    /// What happened and what to do about it.
    var message: String
    var data: JSONValue?

    init(_ code: Code, status: Int, _ message: String, data: JSONValue? = nil) {
        self.code = code
        self.status = status
        self.message = message
        self.data = data
    }

    static func invalidRequest(_ message: String) -> MCPFailure {
        MCPFailure(.invalidRequest, status: 400, message)
    }

    /// Parameters that are wrong in themselves; the request was understood, so the status is 200.
    static func invalidParams(_ message: String, data: JSONValue? = nil) -> MCPFailure {
        MCPFailure(.invalidParams, status: 200, message, data: data)
    }

    static func missingMeta(_ keys: [String]) -> MCPFailure {
        let message = "params._meta lacks \(keys.joined(separator: " and ")), which every request must carry"
        return MCPFailure(.invalidParams, status: 400, message, data: ["missing": .array(keys.map { .string($0) })])
    }

    static func methodNotFound(_ method: String) -> MCPFailure {
        MCPFailure(.methodNotFound, status: 404, "This server has no method \"\(shortened(method))\"")
    }

    /// A client that does not say it knows tasks may not ask for them.
    static let missingTasks = MCPFailure(
        .missingCapability,
        status: 400,
        "The request must declare the extension \(MCPTask.extensionName) among its clientCapabilities",
        data: ["requiredCapabilities": ["extensions": .object([MCPTask.extensionName: [:]])]]
    )

    static func unknownTask(_ id: String) -> MCPFailure {
        .invalidParams("There is no task \"\(shortened(id))\" here")
    }

    /// A session that is not one of this server's: the client begins a new one.
    static let unknownSession = MCPFailure(
        .invalidRequest,
        status: 404,
        "There is no such session; begin a new one with initialize"
    )

    static func headerMismatch(_ message: String) -> MCPFailure {
        MCPFailure(.headerMismatch, status: 400, message)
    }

    static func unsupportedVersion(_ requested: String) -> MCPFailure {
        let legacy = MCPVersion.allCases.filter { !$0.isModern }.map(\.rawValue).joined(separator: ", ")
        let version = MCPVersion.modern.rawValue
        return MCPFailure(
            .unsupportedVersion,
            status: 400,
            "Protocol version \"\(shortened(requested))\" is not supported. Use \(version), or one of \(legacy) after initialize",
            data: ["supported": [.string(version)], "requested": .string(shortened(requested))]
        )
    }

    /// What a client sent, short enough to be sent back.
    static func shortened(_ text: String) -> String {
        text.count <= 128 ? text : text.prefix(127) + "…"
    }
}
