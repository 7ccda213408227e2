package import Basics
package import JSON

/// Somebody who signs in to the pages: connects accounts, decides about approvals, administers.
///
/// The name is the `user` of connections and endpoints: what belongs to that user belongs to this person.
package struct Person: Sendable, Hashable {
    /// `person_…`; another one when a name is removed and added again, so that nothing old comes back with it.
    package var id: String
    package var name: String
    package var role: PersonRole
    /// The address by which an identity provider knows them; nil when they sign in by code only.
    package var email: String?
    package var createdAt: Timestamp

    package init(id: String, name: String, role: PersonRole, email: String?, createdAt: Timestamp) {
        self.id = id
        self.name = name
        self.role = role
        self.email = email
        self.createdAt = createdAt
    }

    /// The person as the control API shows them.
    package var json: JSONObject {
        [
            "id": .string(id), "name": .string(name), "role": .string(role.rawValue),
            "email": email.map { .string($0) } ?? .null, "created_at": .string(createdAt.iso8601),
        ]
    }

    /// Whether a name can be a person's: 1 to 64 bytes without spaces at the ends, control characters, `/`, `<` or `>`.
    package static func isName(_ text: String) -> Bool {
        guard (1...64).contains(text.utf8.count), text.first != " ", text.last != " " else { return false }
        return text.unicodeScalars.allSatisfy { scalar in
            switch scalar.properties.generalCategory {
            case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
            default: scalar != "/" && scalar != "<" && scalar != ">"
            }
        }
    }
}
