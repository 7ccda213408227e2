import Basics
package import JSON
package import Tools

/// Which calls of an endpoint a person must approve, and how the person is asked.
///
/// As text a rule is `WHEN` or `WHEN=HOW`: when is `write`, `destroy`, `send`, `tag:NAME`, `tool:NAME`, `batch:N` (more
/// than N writes asked for together) or `hour:N` (more than N writes within an hour); how is `page`, `client`, `refuse` or
/// `allow`. A bare `page`, `client` or `refuse` says how for the rules that do not. Where no rule speaks of `destroy` and
/// `send`, both ask.
package struct ApprovalRules: Sendable, Hashable {
    /// What happens to a call that a rule covers, mildest first.
    package enum How: String, Sendable, Hashable, CaseIterable, Comparable {
        /// It is made.
        case allow
        /// The client may show the question to its own user, in a form.
        case client
        /// A person decides on a page, after signing in.
        case page
        /// It is never made.
        case refuse

        package static func < (a: How, b: How) -> Bool { a.rank < b.rank }
        private var rank: Int { How.allCases.firstIndex(of: self) ?? 0 }
    }

    /// Which calls a rule covers.
    package enum When: Sendable, Hashable {
        case write, destroy, send
        case tag(String)
        case tool(String)
        /// More writes than this in one request.
        case batch(Int)
        /// More writes than this within an hour.
        case hour(Int)
    }

    package struct Rule: Sendable, Hashable {
        package var when: When
        /// Nil for the endpoint's own way.
        package var how: How?

        package init(_ when: When, _ how: How? = nil) {
            self.when = when
            self.how = how
        }
    }

    package var rules: [Rule]
    /// How a person is asked where a rule does not say it.
    package var how: How
    /// Who may decide.
    package var roles: [String]
    /// Whether somebody other than the endpoint's user must decide.
    package var separate: Bool
    /// Seconds until an approval can no longer be given or used.
    package var lifetime: Double

    /// Rules; without arguments, those of an endpoint that says nothing.
    package init(
        _ rules: [Rule] = [],
        how: How = .page,
        roles: [String] = ApprovalRequest.defaultRoles,
        separate: Bool = false,
        lifetime: Double = ApprovalRequest.defaultLifetime
    ) {
        self.rules = rules
        self.how = how
        self.roles = roles
        self.separate = separate
        self.lifetime = lifetime
    }

    /// What happens to a call of a tool.
    ///
    /// A rule for the tool itself wins over those for its tags, and those over the ones for effects; limits on numbers
    /// hold besides.
    ///
    /// - Parameters:
    ///   - tool: The tool.
    ///   - batch: The number of writes that are asked for together, this one included.
    ///   - hour: The number of writes within the last hour, this one included.
    package func how(_ tool: ToolSpecification, batch: Int = 1, hour: Int = 1) -> How {
        guard tool.effect.isWrite else { return .allow }
        let limits = rules.compactMap { rule -> How? in
            switch rule.when {
            case .batch(let most) where batch > most: rule.how ?? how
            case .hour(let most) where hour > most: rule.how ?? how
            default: nil
            }
        }
        return max(base(tool), limits.max() ?? .allow)
    }

    /// The largest number of writes within an hour that no rule minds; nil where none counts them.
    var hourlyLimit: Int? {
        rules.compactMap { if case .hour(let most) = $0.when { most } else { nil } }.min()
    }

    /// The tools that rules name.
    var toolNames: [String] { rules.compactMap { if case .tool(let name) = $0.when { name } else { nil } } }

    /// The tags that rules name.
    var tags: [String] { rules.compactMap { if case .tag(let name) = $0.when { name } else { nil } } }

    private func base(_ tool: ToolSpecification) -> How {
        func strictest(_ covers: (When) -> Bool) -> How? {
            rules.filter { covers($0.when) }.map { $0.how ?? how }.max()
        }
        if let found = strictest({ $0 == .tool(tool.name) }) { return found }
        if let found = strictest({ if case .tag(let tag) = $0 { tool.tags.contains(tag) } else { false } }) {
            return found
        }
        let write = strictest { $0 == .write }
        switch tool.effect {
        case .destroy: return strictest { $0 == .destroy } ?? max(how, write ?? .allow)
        case .send: return strictest { $0 == .send } ?? max(how, write ?? .allow)
        default: return write ?? .allow
        }
    }
}

// MARK: Text and JSON

extension ApprovalRules {
    /// The rules as texts, the bare word for how to ask last.
    package var texts: [String] { rules.map(\.text) + (how == .page ? [] : [how.rawValue]) }

    /// The rules as the control API shows them.
    package var json: JSONValue {
        [
            "ask": .array(rules.map { .string($0.text) }), "how": .string(how.rawValue),
            "roles": .array(roles.map { .string($0) }), "separate": .bool(separate), "expires_in": .double(lifetime),
        ]
    }

    /// Reads rules: a word for how to ask, a list of texts, or an object with `ask`, `how`, `roles`, `separate` and
    /// `expires_in`; null for the rules of an endpoint that says nothing.
    ///
    /// - Throws: ``RouterError`` with code `invalid` that names what is wrong.
    package init(_ value: JSONValue) throws(RouterError) {
        self.init()
        if value.isNull { return }
        if let word = value.string {
            try read([word])
        } else if let array = value.array {
            try read(try ApprovalRules.texts(array, "approvals"))
        } else if let object = value.object {
            let known = ["ask", "how", "roles", "separate", "expires_in"]
            let arguments = try ArgumentObject(object, known: known, in: "approvals")
            if let word = try arguments.optionalString("how", limit: 16) {
                guard let way = How(rawValue: word), way != .allow else {
                    throw arguments.wrong("how", "must be page, client or refuse")
                }
                how = way
            }
            if let asked = arguments.value("ask"), !asked.isNull {
                guard let array = asked.array else {
                    throw arguments.wrong("ask", "must be a list such as [\"write\", \"destroy=refuse\"]")
                }
                try read(try ApprovalRules.texts(array, "ask"))
            }
            if arguments.has("roles") { roles = try ApprovalRules.roles(arguments) }
            separate = try arguments.flag("separate") ?? false
            if let value = arguments.value("expires_in"), !value.isNull {
                guard let seconds = value.number?.double, (60...ApprovalStore.longestLifetime).contains(seconds) else {
                    throw arguments.wrong("expires_in", "must be 60 to \(Int(ApprovalStore.longestLifetime)) seconds")
                }
                lifetime = seconds
            }
        } else {
            throw RouterError(.invalid, "approvals must be a list such as [\"write\", \"destroy=refuse\"].")
        }
    }

    /// Reads rules from texts as a command line has them.
    ///
    /// - Throws: ``RouterError`` with code `invalid` that names what is wrong.
    package init(texts: [String]) throws(RouterError) {
        self.init()
        try read(texts)
    }

    /// Nobody has a role that does not exist, so such a rule could never be satisfied.
    private static func roles(_ arguments: ArgumentObject) throws(RouterError) -> [String] {
        var roles: [String] = []
        for text in try arguments.strings("roles", 1...8) {
            guard let role = PersonRole(text: text) else {
                let all = PersonRole.allCases.map(\.rawValue).joined(separator: ", ")
                throw arguments.wrong("roles", "must be some of \(all), and \(text.prefix(32)) is not")
            }
            roles.append(role.rawValue)
        }
        return roles
    }

    private mutating func read(_ texts: [String]) throws(RouterError) {
        for text in texts {
            if let word = How(rawValue: text), word != .allow {
                how = word
            } else {
                rules.append(try Rule(text))
            }
        }
    }

    private static func texts(_ array: [JSONValue], _ name: String) throws(RouterError) -> [String] {
        let texts = array.compactMap(\.string)
        guard texts.count == array.count, texts.count <= 100 else {
            throw RouterError(.invalid, "\(name) must be a list of 100 texts at most.")
        }
        return texts
    }
}

extension ApprovalRules.Rule {
    /// The rule as text, such as `destroy=refuse`.
    package var text: String {
        let condition: String =
            switch when {
            case .write: "write"
            case .destroy: "destroy"
            case .send: "send"
            case .tag(let name): "tag:" + name
            case .tool(let name): "tool:" + name
            case .batch(let most): "batch:\(most)"
            case .hour(let most): "hour:\(most)"
            }
        return condition + (how.map { "=" + $0.rawValue } ?? "")
    }

    /// Reads a rule.
    ///
    /// - Throws: ``RouterError`` with code `invalid`.
    package init(_ text: String) throws(RouterError) {
        let wrong = RouterError(
            .invalid,
            "\(text.prefix(64)) is no approval rule. A rule is write, destroy, send, tag:NAME, tool:NAME, batch:N or "
                + "hour:N, with =page, =client, =refuse or =allow after it where it differs."
        )
        var condition = text[...]
        var how: ApprovalRules.How?
        if let mark = text.lastIndex(of: "=") {
            guard let word = ApprovalRules.How(rawValue: String(text[text.index(after: mark)...])) else { throw wrong }
            how = word
            condition = text[..<mark]
        }
        let colon = condition.firstIndex(of: ":") ?? condition.endIndex
        let value = String(condition[colon...].dropFirst())
        guard value.isEmpty == (colon == condition.endIndex) else { throw wrong }
        switch (condition[..<colon], Int(value)) {
        case ("write", _) where value.isEmpty: self.init(.write, how)
        case ("destroy", _) where value.isEmpty: self.init(.destroy, how)
        case ("send", _) where value.isEmpty: self.init(.send, how)
        case ("tag", _) where !value.isEmpty: self.init(.tag(value), how)
        case ("tool", _) where !value.isEmpty: self.init(.tool(value), how)
        case ("batch", let most?) where most >= 0: self.init(.batch(most), how)
        case ("hour", let most?) where most >= 0: self.init(.hour(most), how)
        default: throw wrong
        }
    }
}
