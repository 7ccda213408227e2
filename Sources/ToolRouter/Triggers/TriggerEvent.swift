package import Basics
package import JSON

/// Something that a vendor reported, verified and kept.
package struct TriggerEvent: Sendable, Hashable {
    package var id: String
    package var toolkit: String
    /// The vendor's name of what happened.
    package var trigger: String
    /// The connection whose secret the report was signed with.
    package var connection: String
    package var receivedAt: Timestamp
    /// When every subscriber had taken it; nil until then.
    package var handledAt: Timestamp?
    /// What was reported; personal data, written by somebody else.
    package var body: JSONValue

    package init(
        id: String,
        toolkit: String,
        trigger: String,
        connection: String,
        receivedAt: Timestamp,
        handledAt: Timestamp? = nil,
        body: JSONValue
    ) {
        self.id = id
        self.toolkit = toolkit
        self.trigger = trigger
        self.connection = connection
        self.receivedAt = receivedAt
        self.handledAt = handledAt
        self.body = body
    }
}

/// Somebody who acts on what vendors report, such as workflows.
package protocol TriggerSubscriber: Sendable {
    /// Takes an event that has been stored.
    ///
    /// It may come again after a crash, so what is done with it has to be done once by its id. When it throws, the event
    /// comes again later.
    func received(_ event: TriggerEvent) async throws
}
