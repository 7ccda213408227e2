package import Basics

/// Whether a connection can be used.
package enum ConnectionState: String, Sendable, Hashable {
    /// It was given and not tried yet.
    case pending
    case active
    /// It was tried when it was made, and did not work.
    case failed
    /// The other side refused the credentials; they must be given anew.
    case needsReauthorization = "needs_reauth"
}

/// What may be shown of a connection: everything but its secrets.
package struct ConnectionRecord: Sendable, Hashable {
    /// `conn_…`, or `env_…` for one that the environment makes.
    package var id: String
    /// Whose it is; nil for one that everybody may use.
    package var user: String?
    package var toolkit: String
    /// A name that tells people which of several it is.
    package var label: String
    /// What the toolkit asks for besides secrets.
    package var fields: [String: String]
    /// The names of the secrets that it has, in order.
    package var secretNames: [String]
    /// Where requests go instead of the toolkit's own address.
    package var baseURL: String?
    package var state: ConnectionState
    /// Why it cannot be used, as a sentence; nil while it can.
    package var problem: String?
    /// How its tokens are had; nil for keys.
    package var grant: OAuthScheme.Grant?
    /// When its access token ends, as far as known.
    package var accessExpires: Timestamp?
    package var createdAt: Timestamp
    package var updatedAt: Timestamp

    package init(
        id: String,
        user: String?,
        toolkit: String,
        label: String,
        fields: [String: String],
        secretNames: [String],
        baseURL: String?,
        state: ConnectionState,
        problem: String? = nil,
        grant: OAuthScheme.Grant? = nil,
        accessExpires: Timestamp? = nil,
        createdAt: Timestamp,
        updatedAt: Timestamp
    ) {
        self.id = id
        self.user = user
        self.toolkit = toolkit
        self.label = label
        self.fields = fields
        self.secretNames = secretNames
        self.baseURL = baseURL
        self.state = state
        self.problem = problem
        self.grant = grant
        self.accessExpires = accessExpires
        self.createdAt = createdAt
        self.updatedAt = updatedAt
    }
}

/// What is known of a connection before it is made.
package struct NewConnection: Sendable {
    package var user: String
    package var toolkit: String
    /// Empty for one made of the toolkit's name.
    package var label: String
    package var fields: [String: String]
    package var secrets: [String: Secret]
    package var baseURL: String?
    /// How its tokens are had; nil for keys.
    package var grant: OAuthScheme.Grant?

    package init(
        user: String,
        toolkit: String,
        label: String = "",
        fields: [String: String] = [:],
        secrets: [String: Secret] = [:],
        baseURL: String? = nil,
        grant: OAuthScheme.Grant? = nil
    ) {
        self.user = user
        self.toolkit = toolkit
        self.label = label
        self.fields = fields
        self.secrets = secrets
        self.baseURL = baseURL
        self.grant = grant
    }
}

/// A source that can also say what it has.
package protocol ConnectionDirectory: ConnectionSource {
    /// The connections that a user may use, in the order in which they were made.
    func connections(of user: String) -> [ConnectionRecord]
}

/// How a user stands with a toolkit.
package enum ConnectionStatus: Sendable, Hashable {
    /// A connection is there and was not refused.
    case active
    /// The only connection has not been tried yet.
    case pending
    /// The only connection did not work when it was made.
    case failed
    /// The only connection was refused.
    case needsReauthorization
    case missing

    /// `active`, `pending`, `failed`, `needs_reauth` or `missing`.
    package var name: String {
        switch self {
        case .active: "active"
        case .pending: "pending"
        case .failed: "failed"
        case .needsReauthorization: "needs_reauth"
        case .missing: "missing"
        }
    }
}

extension ConnectionDirectory {
    /// How a user stands with a toolkit.
    ///
    /// - Parameter ids: The only connections that may be used; nil for any.
    package func status(user: String, toolkit: String, among ids: [String]? = nil) -> ConnectionStatus {
        let connections = connections(of: user).filter { $0.toolkit == toolkit && ids?.contains($0.id) ?? true }
        let states = Set(connections.map(\.state))
        if states.contains(.active) { return .active }
        if states.contains(.needsReauthorization) { return .needsReauthorization }
        return states.contains(.pending) ? .pending : states.contains(.failed) ? .failed : .missing
    }
}
