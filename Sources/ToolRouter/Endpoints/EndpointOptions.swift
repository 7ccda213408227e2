package import JSON

/// What an endpoint does besides choosing tools.
package struct EndpointOptions: Sendable, Hashable {
    /// How many calls it takes; nil for as many as there are.
    package var rateLimit: RateLimit?
    /// Whether its meta-tools include the one that connects accounts.
    package var managesConnections = true

    package init(rateLimit: RateLimit? = nil, managesConnections: Bool = true) {
        self.rateLimit = rateLimit
        self.managesConnections = managesConnections
    }

    /// The options as a row keeps them; what is usual is not written.
    var stored: String {
        var object = JSONObject()
        object["rate_limit"] = rateLimit.map { .object($0.json) }
        if !managesConnections { object["manage_connections"] = false }
        return JSONWriter.text(of: .object(object))
    }

    /// Reads what a row keeps.
    ///
    /// An option that this program does not know must not be taken for none, so it makes the row unusable.
    init(stored text: String) throws {
        guard let object = try JSONParser.parse(text).object,
            object.names.allSatisfy(["rate_limit", "manage_connections"].contains)
        else { throw EndpointRow.damaged("options") }
        if let value = object["rate_limit"] {
            guard let calls = value["calls"]?.integer, let seconds = value["seconds"]?.integer else {
                throw EndpointRow.damaged("options")
            }
            rateLimit = RateLimit(calls: calls, seconds: seconds)
        }
        managesConnections = object["manage_connections"]?.bool ?? true
    }
}

/// How many calls are let through in some time.
package struct RateLimit: Sendable, Hashable {
    /// How many calls may come at once, and in each span of ``seconds``.
    package var calls: Int
    package var seconds: Int

    package init(calls: Int, seconds: Int) {
        self.calls = calls
        self.seconds = seconds
    }

    /// The limit as the control API shows it.
    package var json: JSONObject { ["calls": .integer(calls), "seconds": .integer(seconds)] }
}
