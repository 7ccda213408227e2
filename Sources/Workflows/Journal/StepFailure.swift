package import JSON

/// Why a step, an item or a run did not do what it was meant to.
package struct StepFailure: Error, Sendable, Hashable {
    /// A word that files and programs act on, such as `not_found` or `rate_limited`.
    package var code: String
    /// What happened, to what, and what to do next.
    package var message: String
    /// Whether a write may have taken effect all the same.
    package var isUnknown: Bool
    /// The write's row in the ledger.
    package var write: String?
    /// Where it happened.
    package var place: String?

    package init(
        _ code: String,
        _ message: String,
        isUnknown: Bool = false,
        write: String? = nil,
        place: String? = nil
    ) {
        self.code = code
        self.message = message
        self.isUnknown = isUnknown
        self.write = write
        self.place = place
    }

    /// As expressions see it in `$error`, and as the journal keeps it.
    package var json: JSONValue {
        var object: JSONObject = ["code": .string(code), "message": .string(message)]
        if isUnknown { object["unknown"] = true }
        if let write { object["write"] = .string(write) }
        if let place { object["place"] = .string(place) }
        return .object(object)
    }

    package init?(_ json: JSONValue) {
        guard let code = json["code"]?.string, let message = json["message"]?.string else { return nil }
        self.init(
            code,
            message,
            isUnknown: json["unknown"]?.bool ?? false,
            write: json["write"]?.string,
            place: json["place"]?.string
        )
    }
}
