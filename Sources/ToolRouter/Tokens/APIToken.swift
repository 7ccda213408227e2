package import Basics
import Cryptography
package import JSON

/// What may be shown of an API token: everything but its secret.
package struct APIToken: Sendable, Hashable {
    /// `tok_…`; no secret.
    package var id: String
    /// What it is for, as its maker called it.
    package var name: String
    /// Whose it is.
    package var person: String
    package var role: PersonRole
    /// The last four characters of the secret, to tell tokens apart.
    package var hint: String
    /// When it stops to count; nil for never.
    package var expiresAt: Timestamp?
    package var createdAt: Timestamp

    /// Says what the secret is when it turns up somewhere it should not be.
    static let prefix = "sbk_"

    /// The token as the control API shows it.
    package var json: JSONObject {
        [
            "id": .string(id), "name": .string(name), "person": .string(person), "role": .string(role.rawValue),
            "hint": .string(hint), "expires_at": expiresAt.map { .string($0.iso8601) } ?? .null,
            "created_at": .string(createdAt.iso8601),
        ]
    }
}
