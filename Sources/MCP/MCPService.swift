package import JSON

/// What an MCP server is for one client: the tools and their execution, behind the protocol.
///
/// The protocol's eras, headers and envelopes are ``MCPServer``'s business; a service never sees them.
package protocol MCPService: Sendable {
    /// How the server introduces itself, and what a model should know before using it.
    var instructions: String { get }

    /// The tools on offer, in a fixed order. Rendered once and served as bytes until `version` changes.
    var toolList: MCPToolList { get }

    /// Runs a tool.
    ///
    /// - Parameters:
    ///   - name: The tool's name as the client wrote it.
    ///   - arguments: One object; empty when the client sent none.
    ///   - context: What the client told about itself with this request.
    /// - Returns: The result, or nil when no such tool exists for this client.
    func callTool(_ name: String, arguments: JSONObject, context: MCPCallContext) async -> MCPToolResult?

    /// Names of tools that resemble one that does not exist; at most three.
    func suggestions(for name: String) -> [String]

    /// What goes on after a call was answered; nil where nothing does.
    var tasks: (any MCPTaskService)? { get }
}

extension MCPService {
    package var tasks: (any MCPTaskService)? { nil }
}

/// The tools of a service and the version of that list.
package struct MCPToolList: Sendable {
    /// Changes whenever the list does; rendered pages are kept under it.
    package var version: String
    package var tools: [MCPTool]

    package init(version: String, tools: [MCPTool]) {
        self.version = version
        self.tools = tools
    }
}

/// A tool as MCP describes it.
package struct MCPTool: Sendable, Hashable {
    package var name: String
    package var title: String?
    package var description: String
    /// A JSON Schema with type `object`.
    package var inputSchema: JSONValue
    package var outputSchema: JSONValue?
    /// `readOnlyHint`, `destructiveHint`, `idempotentHint`, `openWorldHint`.
    package var annotations: MCPToolAnnotations?
    /// Whether a call of it can go on as a task.
    package var startsTask: Bool

    package init(
        name: String,
        title: String? = nil,
        description: String,
        inputSchema: JSONValue,
        outputSchema: JSONValue? = nil,
        annotations: MCPToolAnnotations? = nil,
        startsTask: Bool = false
    ) {
        self.name = name
        self.title = title
        self.description = description
        self.inputSchema = inputSchema
        self.outputSchema = outputSchema
        self.annotations = annotations
        self.startsTask = startsTask
    }
}

/// Hints about what a tool does to the world.
package struct MCPToolAnnotations: Sendable, Hashable {
    package var readOnly: Bool
    package var destructive: Bool
    package var idempotent: Bool
    package var openWorld: Bool

    package init(readOnly: Bool, destructive: Bool, idempotent: Bool, openWorld: Bool) {
        self.readOnly = readOnly
        self.destructive = destructive
        self.idempotent = idempotent
        self.openWorld = openWorld
    }
}

/// What a tool gave back.
package struct MCPToolResult: Sendable, Hashable {
    /// The text block; where it is nil, the JSON of `structured` is the text.
    package var text: String?
    /// One complete, validated JSON value without raw line breaks, spliced into the reply as it is.
    package var structured: [UInt8]?
    package var isError: Bool
    /// The members of `_meta`, for programs; models do not see them.
    package var meta: JSONObject
    /// What the person at the client must be asked first; then nothing was done, and the tool is called again with the
    /// answers.
    package var questions: [MCPElicitation] = []
    /// Where the client wanted a task: the id of what goes on, whose result is not there yet.
    package var task: String?

    package init(text: String? = nil, structured: [UInt8]? = nil, isError: Bool = false, meta: JSONObject = [:]) {
        self.text = text
        self.structured = structured
        self.isError = isError
        self.meta = meta
    }

    /// No result yet, but questions.
    package init(questions: [MCPElicitation]) {
        self.init()
        self.questions = questions
    }
}

/// What a client told about itself with a request; for logs and for optional features, never for decisions of access.
package struct MCPCallContext: Sendable, Hashable {
    /// The protocol version the request is served under.
    package var protocolVersion: String
    /// The client's own name and version, where it sent them.
    package var clientInfo: JSONObject?
    /// What the client can do.
    package var clientCapabilities: JSONObject
    /// How the person at the client can be asked something.
    package var elicits: Set<MCPElicitation.Kind> = []
    /// The person's answers to the questions of an earlier round of this call, by key.
    package var answers: [String: MCPElicitationAnswer] = [:]
    /// Whether the call is to go on as a task.
    package var isTask = false
    /// Where to say how far the call is; nil where nobody wants to know.
    package var progress: MCPProgress?

    package init(protocolVersion: String, clientInfo: JSONObject? = nil, clientCapabilities: JSONObject = [:]) {
        self.protocolVersion = protocolVersion
        self.clientInfo = clientInfo
        self.clientCapabilities = clientCapabilities
    }
}
