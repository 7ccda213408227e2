package import Basics
package import JSON

/// One execution of a workflow, as the journal keeps it.
package struct RunRecord: Sendable, Hashable {
    package var id: String
    /// The workflow's name.
    package var workflow: String
    package var title: String
    /// The SHA-256 of the file's text, in hex; a run goes on with the text that it began with.
    package var definition: String
    /// What started it: `command`, `chat`, `mcp`, `schedule`, `webhook` or `run`.
    package var trigger: String
    /// Who wants it.
    package var actor: String
    /// Whose connections it uses.
    package var user: String
    /// The connection that each of the file's aliases stands for, where somebody chose one.
    package var connections: [String: String]
    /// The endpoint that it was started through; its policy binds the run.
    package var endpoint: String?
    package var input: JSONObject
    /// Whether its writes are only listed.
    package var isPreview: Bool
    package var state: RunState
    /// What a run that does not go on waits for.
    package var waiting: RunWait?
    /// The file's `oneAtATime`, evaluated.
    package var oneKey: String?
    package var parent: String?
    package var schedule: String?
    /// The instant that the schedule meant.
    package var scheduledFor: Timestamp?
    package var writesLimit: Int
    package var writes: Int
    package var toolCalls: Int
    package var tokens: Int
    /// Milliseconds that it has run, without the time that it waited.
    package var elapsed: Int64
    /// How often it was begun or gone on with.
    package var attempt: Int
    package var failure: StepFailure?
    package var result: JSONValue?
    package var createdAt: Timestamp
    package var startedAt: Timestamp?
    package var endedAt: Timestamp?

    /// Whether a model in a chat or a client of an endpoint asked for it, and not a person, a schedule or a report.
    package var isWishOfModel: Bool { trigger == "chat" || trigger == "mcp" }

    package init(
        id: String,
        workflow: String,
        title: String,
        definition: String,
        trigger: String,
        actor: String,
        user: String,
        input: JSONObject,
        createdAt: Timestamp
    ) {
        self.id = id
        self.workflow = workflow
        self.title = title
        self.definition = definition
        self.trigger = trigger
        self.actor = actor
        self.user = user
        self.input = input
        self.createdAt = createdAt
        connections = [:]
        isPreview = false
        state = .ready
        writesLimit = 0
        writes = 0
        toolCalls = 0
        tokens = 0
        elapsed = 0
        attempt = 0
    }
}
