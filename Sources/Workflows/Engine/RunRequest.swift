package import Basics
package import JSON

/// A wish to run a workflow.
package struct RunRequest: Sendable, Hashable {
    package var workflow: String
    package var input: JSONObject
    /// Whose connections are used.
    package var user: String
    /// Who wants it.
    package var actor: String
    /// What started it: `command`, `chat`, `mcp`, `schedule`, `webhook` or `run`.
    package var trigger: String
    /// Whether writes are only listed.
    package var isPreview: Bool
    /// The connection for an alias of the file, where the user has several.
    package var connections: [String: String]
    package var endpoint: String?
    package var parent: String?
    package var schedule: String?
    package var scheduledFor: Timestamp?

    package init(
        workflow: String,
        input: JSONObject = [:],
        user: String,
        actor: String,
        trigger: String,
        isPreview: Bool = false,
        connections: [String: String] = [:],
        endpoint: String? = nil,
        parent: String? = nil,
        schedule: String? = nil,
        scheduledFor: Timestamp? = nil
    ) {
        self.workflow = workflow
        self.input = input
        self.user = user
        self.actor = actor
        self.trigger = trigger
        self.isPreview = isPreview
        self.connections = connections
        self.endpoint = endpoint
        self.parent = parent
        self.schedule = schedule
        self.scheduledFor = scheduledFor
    }
}
