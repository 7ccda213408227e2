import JSON

/// A URL that wants to know what happens in Pinpoint.
struct PinpointWebhook: Sendable {
    var url: String
    var secret: String
    /// The names of the events; every one of them when it is empty.
    var events: [String]

    /// Reads `{"url", "secret", "events"?}`; nil when it is something else.
    init?(_ value: JSONValue) {
        guard let url = value["url"]?.string, url.hasPrefix("http://") || url.hasPrefix("https://"),
            let secret = value["secret"]?.string
        else { return nil }
        let events = (value["events"]?.array ?? []).compactMap(\.string)
        guard events.allSatisfy({ PinpointEvents.names.contains($0) }) else { return nil }
        self.url = url
        self.secret = secret
        self.events = events
    }

    /// What the control routes show: everything but the secret.
    var shown: JSONValue { ["url": .string(url), "events": .array(events.map { .string($0) })] }
}
