import JSON

/// Work that goes on after the call that began it was answered.
///
/// Clients of 2025-11-25 know it as the experimental utility `tasks`, those of 2026-07-28 as the extension
/// `io.modelcontextprotocol/tasks`.
package struct MCPTask: Sendable, Hashable {
    package enum Status: String, Sendable, Hashable {
        case working
        /// Until a person decides something.
        case inputRequired = "input_required"
        case completed
        /// The call's result is an error, which 2026-07-28 calls completed too.
        case failed
        case cancelled

        package var isEnded: Bool { self == .completed || self == .failed || self == .cancelled }
    }

    package var id: String
    package var status: Status
    /// How far it is, or what it waits for, in words.
    package var message: String?
    /// ISO 8601.
    package var createdAt: String
    package var updatedAt: String
    /// Milliseconds to leave between two looks.
    package var pollInterval: Int
    /// What a person at the client can be asked so that it goes on.
    package var questions: [MCPElicitation] = []

    package init(id: String, status: Status, message: String?, createdAt: String, updatedAt: String, pollInterval: Int)
    {
        self.id = id
        self.status = status
        self.message = message
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.pollInterval = pollInterval
    }

    /// The extension's name, since 2026-07-28.
    static let extensionName = "io.modelcontextprotocol/tasks"
    /// The member of `_meta` that says which task a message belongs to, in 2025-11-25.
    static let relatedKey = "io.modelcontextprotocol/related-task"

    /// The members that describe the task itself, as a revision names them.
    func members(_ version: MCPVersion) -> JSONObject {
        var status = status
        // An error of the tool is a result there; failing is for errors of the protocol.
        if version.isModern, status == .failed { status = .completed }
        var members: JSONObject = ["taskId": .string(id), "status": .string(status.rawValue)]
        members["statusMessage"] = message.map { .string($0) }
        members["createdAt"] = .string(createdAt)
        members["lastUpdatedAt"] = .string(updatedAt)
        // Runs are kept for good.
        members[version.isModern ? "ttlMs" : "ttl"] = .null
        members[version.isModern ? "pollIntervalMs" : "pollInterval"] = .integer(pollInterval)
        return members
    }
}

/// What of a service goes on after a call was answered, for one client.
package protocol MCPTaskService: Sendable {
    /// Whether calls of a tool can go on as tasks.
    func startsTask(_ tool: String) -> Bool

    /// A task; nil where this client has none of that id.
    func task(_ id: String) async -> MCPTask?

    /// What the call of a task gives that has ended; nil where this client has none of that id.
    func result(of id: String) async -> MCPToolResult?

    /// A task as it is, and again whenever it is in another state; ends when the task does.
    func states(of id: String) -> AsyncStream<MCPTask>

    /// Has a task end after what is under way; one that has ended stays as it is.
    func cancelTask(_ id: String) async

    /// Tasks, newest first.
    ///
    /// - Parameter last: The last task of the page before; nil for the first page.
    func tasks(after last: String?, limit: Int) async -> [MCPTask]
}
