package import JSON

/// What is known of the rate limits of a call's connection after the call.
package struct CallLimits: Sendable, Hashable {
    /// Calls within a window.
    package var limit: Int?
    /// Calls that are left in this window.
    package var remaining: Int?
    /// Seconds until the window is over.
    package var reset: Int?
    /// Seconds that a window lasts.
    package var window: Int?

    package init(limit: Int? = nil, remaining: Int? = nil, reset: Int? = nil, window: Int? = nil) {
        self.limit = limit
        self.remaining = remaining
        self.reset = reset
        self.window = window
    }

    /// Whether nothing is known.
    package var isEmpty: Bool { self == CallLimits() }

    /// The values that are known, by the names that results and header fields give them.
    package var members: JSONObject {
        var object = JSONObject()
        if let limit { object["ratelimit-limit"] = .integer(limit) }
        if let remaining { object["ratelimit-remaining"] = .integer(remaining) }
        if let reset { object["ratelimit-reset"] = .integer(reset) }
        return object
    }

    /// Header fields: the three that many clients know, and `RateLimit` with `RateLimit-Policy` of
    /// draft-ietf-httpapi-ratelimit-headers-10, where enough is known for those.
    package var fields: [(name: String, value: String)] {
        var fields = members.map { ($0.name, $0.value.number?.text ?? "") }
        if let remaining {
            fields.append(("RateLimit", "\"upstream\";r=\(remaining)" + (reset.map { ";t=\($0)" } ?? "")))
        }
        if let limit {
            fields.append(("RateLimit-Policy", "\"upstream\";q=\(limit)" + (window.map { ";w=\($0)" } ?? "")))
        }
        return fields
    }
}
