package import Basics
package import JSON

/// What became of a connect link.
package enum ConnectLinkState: Sendable, Hashable {
    /// Nobody has used it yet.
    case open
    /// Its connection, by id.
    case connected(String)
    case expired

    /// `open`, `connected` or `expired`.
    package var name: String {
        switch self {
        case .open: "open"
        case .connected: "connected"
        case .expired: "expired"
        }
    }
}

/// A link by which one person connects one account; good once, for ten minutes.
package struct ConnectLink: Sendable, Hashable {
    /// `link_…`; no secret: it tells what became of the link, and opens nothing.
    package var id: String
    /// Who it was made for.
    package var user: String
    package var toolkit: String
    /// What to call the connection; empty for the toolkit's name.
    package var label: String
    /// Where the connection leads instead of the vendor's address: a simulator of this machine.
    package var baseURL: String?
    package var expiresAt: Timestamp
    package var state: ConnectLinkState

    /// Seconds for which a link is good.
    package static let lifetime = 600.0

    /// The link as the control API shows it, without its URL.
    package var json: JSONObject {
        var connection: JSONValue = .null
        if case .connected(let id) = state { connection = .string(id) }
        return [
            "id": .string(id), "user": .string(user), "toolkit": .string(toolkit), "state": .string(state.name),
            "connection": connection, "expires_at": .string(expiresAt.iso8601),
        ]
    }
}

/// A new link with its URL, which is known here and nowhere else.
package struct NewConnectLink: Sendable {
    package var link: ConnectLink
    package var url: String
}
