package import Basics
package import JSON

/// What an approval is to be about; for asking for one.
package struct ApprovalRequest: Sendable, Hashable {
    /// What waits for the decision.
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        /// One call.
        case call
        /// Several calls that were asked for together.
        case batch
        /// A step of a workflow run.
        case run
    }

    package var kind: Kind
    /// One line for a person.
    package var title: String
    package var plan: ApprovalPlan
    /// The person on whose behalf it is asked.
    package var requester: String
    /// Who made the request, in the words of the audit; the store makes of it the person whose API token it came with.
    package var asker: String?
    /// The endpoint that asks, or nil.
    package var endpoint: String?
    /// The run that asks, or nil.
    package var run: String?
    /// Who may decide: anybody with one of these roles.
    package var roles: [String]
    /// Whether somebody other than the requester must decide.
    package var separateFromRequester: Bool
    /// Seconds until it can no longer be decided or used.
    package var lifetime: Double
    /// Whether the client that asks may show the question to its own user.
    var allowsClient = false

    /// The roles that may decide unless it is said otherwise.
    package static let defaultRoles = ["administrator", "recruiting_lead"]
    /// A day.
    package static let defaultLifetime = 86_400.0

    package init(
        kind: Kind,
        title: String,
        plan: ApprovalPlan,
        requester: String,
        endpoint: String? = nil,
        run: String? = nil,
        roles: [String] = ApprovalRequest.defaultRoles,
        separateFromRequester: Bool = false,
        lifetime: Double = ApprovalRequest.defaultLifetime
    ) {
        self.kind = kind
        self.title = title
        self.plan = plan
        self.requester = requester
        self.endpoint = endpoint
        self.run = run
        self.roles = roles
        self.separateFromRequester = separateFromRequester
        self.lifetime = lifetime
    }
}

/// Who decides, and by what means.
package struct Approver: Sendable, Hashable {
    /// How the decision came.
    package enum Means: String, Sendable, Hashable, CaseIterable {
        /// The page, after signing in.
        case page
        /// A command on the server's machine, or the question at the terminal of a chat.
        case command
        /// The control API, with a person's credential.
        case api
        /// A form that an MCP client showed, where the endpoint's rules allow it.
        case client
    }

    /// The person's name, as in the list of people.
    package var name: String
    /// The person's roles.
    package var roles: [String]
    package var means: Means

    package init(name: String, roles: [String], means: Means) {
        self.name = name
        self.roles = roles
        self.means = means
    }
}

/// A plan that waits for a person, or has been decided.
package struct Approval: Sendable, Hashable {
    /// Where an approval stands.
    package enum State: String, Sendable, Hashable, CaseIterable {
        case pending, approved, rejected
        /// Its time was over before it was decided or used.
        case expired
        /// Approved, and every call of it was made.
        case used
    }

    /// What a person decided.
    package struct Decision: Sendable, Hashable {
        package var isApproved: Bool
        package var by: String
        package var means: Approver.Means
        package var at: Timestamp
        package var comment: String?

        package init(isApproved: Bool, by: String, means: Approver.Means, at: Timestamp, comment: String? = nil) {
            self.isApproved = isApproved
            self.by = by
            self.means = means
            self.at = at
            self.comment = comment
        }
    }

    /// `ap_…`; no secret.
    package var id: String
    package var request: ApprovalRequest
    /// The plan's hash when it was asked for.
    package var planHash: String
    package var createdAt: Timestamp
    package var expiresAt: Timestamp
    package var decision: Decision?
    /// When the last of its calls was made.
    package var usedAt: Timestamp?

    /// Where it stands at an instant.
    package func state(at now: Timestamp) -> State {
        if usedAt != nil { return .used }
        if let decision, !decision.isApproved { return .rejected }
        if expiresAt <= now { return .expired }
        return decision == nil ? .pending : .approved
    }

    /// Whether somebody is behind the request: as the user whose connections are used, or by the token that came with it.
    func wasAskedFor(by name: String) -> Bool { name == request.requester || name == request.asker }

    /// The approval as the control API shows it.
    package func json(at now: Timestamp) -> JSONObject {
        func text(_ value: String?) -> JSONValue { value.map { .string($0) } ?? .null }
        return [
            "id": .string(id), "kind": .string(request.kind.rawValue), "title": .string(request.title),
            "state": .string(state(at: now).rawValue), "plan": request.plan.json, "plan_hash": .string(planHash),
            "requester": .string(request.requester), "asked_with_token_of": text(request.asker),
            "endpoint": text(request.endpoint), "run": text(request.run),
            "roles": .array(request.roles.map { .string($0) }),
            "separate_from_requester": .bool(request.separateFromRequester),
            "created_at": .string(createdAt.iso8601), "expires_at": .string(expiresAt.iso8601),
            "decision": decision.map { $0.isApproved ? "approved" : "rejected" } ?? .null,
            "decided_by": text(decision?.by), "decided_by_means": text(decision?.means.rawValue),
            "decided_at": text(decision?.at.iso8601), "comment": text(decision?.comment),
            "used_at": text(usedAt?.iso8601),
        ]
    }
}
