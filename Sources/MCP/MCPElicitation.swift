package import JSON

/// A question to the person at the client, which the client passes on.
package struct MCPElicitation: Sendable, Hashable {
    /// The ways to ask, each of which a client can or cannot do.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The client shows a form.
        case form
        /// The client opens a page.
        case url
    }

    /// What the person sees.
    package enum Content: Sendable, Hashable {
        /// A form for the primitive properties of a JSON Schema.
        case form(schema: JSONValue)
        /// A page; what the person enters there never passes the client.
        case url(String)
    }

    /// Names the question among those of one call.
    package var key: String
    package var message: String
    package var content: Content

    package init(key: String, message: String, content: Content) {
        self.key = key
        self.message = message
        self.content = content
    }

    package var kind: Kind {
        switch content {
        case .form: .form
        case .url: .url
        }
    }

    /// The parameters of `elicitation/create`.
    func params(_ version: MCPVersion) -> JSONValue {
        switch content {
        case .form(let schema):
            // `mode` is as young as the other mode; without it a form is meant.
            var params: JSONObject = version >= .november2025 ? ["mode": "form"] : [:]
            params["message"] = .string(message)
            params["requestedSchema"] = schema
            return .object(params)
        case .url(let url):
            var params: JSONObject = ["mode": "url", "message": .string(message), "url": .string(url)]
            if !version.isModern { params["elicitationId"] = .string(key) }
            return .object(params)
        }
    }

    /// What a client can be asked, from the capabilities that it declared.
    static func kinds(_ capabilities: JSONElement?, _ version: MCPVersion) -> Set<Kind> {
        guard let declared = capabilities?["elicitation"], declared.isObject, version.hasElicitation else { return [] }
        var kinds: Set<Kind> = []
        if declared["url"] != nil, version >= .november2025 { kinds.insert(.url) }
        // Before there were two ways, nothing had to be said about the first.
        if declared["form"] != nil || declared["url"] == nil { kinds.insert(.form) }
        return kinds
    }
}

/// What the person at the client answered.
package struct MCPElicitationAnswer: Sendable, Hashable {
    package enum Action: String, Sendable, Hashable {
        /// The form was sent, or the page opened; what was done on the page is not known to the client.
        case accept
        case decline
        /// The question was closed without an answer.
        case cancel
    }

    package var action: Action
    /// The values of a form.
    package var content: JSONObject

    package init(_ action: Action, content: JSONObject = [:]) {
        self.action = action
        self.content = content
    }

    /// Reads a result of `elicitation/create`; nil when it is none.
    init?(_ element: JSONElement) {
        guard let action = element["action"]?.string.flatMap(Action.init) else { return nil }
        self.init(action, content: element["content"]?.value.object ?? [:])
    }
}
