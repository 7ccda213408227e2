/// Who wants a call and what it is part of; the write ledger and the audit write it down.
package struct CallContext: Sendable, Hashable {
    /// Who is behind the call, such as `person:ada`, `endpoint:ep_…` or `schedule:…`; nil for the call's user.
    package var actor: String?
    /// What it came through where that is neither an endpoint nor a run, such as `chat`, `mcp` or `control`.
    package var via: String?
    /// The endpoint that the call came through.
    package var endpoint: String?
    /// The run that the call is a step of.
    package var run: String?
    /// The step in that run.
    package var path: String?
    /// The key of the loop item that the step works on.
    package var item: String?
    /// How many writes are wanted together with it, itself included; nil for one alone.
    package var batch: Int?
    /// Whether a run that the call starts is to go on without it: the call is answered at once.
    package var isDetached = false
    /// Where to say how far the call is; nil where nobody wants to know.
    package var progress: CallProgress?

    package init(
        actor: String? = nil,
        via: String? = nil,
        endpoint: String? = nil,
        run: String? = nil,
        path: String? = nil,
        item: String? = nil
    ) {
        self.actor = actor
        self.via = via
        self.endpoint = endpoint
        self.run = run
        self.path = path
        self.item = item
    }
}
