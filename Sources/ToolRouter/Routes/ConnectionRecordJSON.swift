import Basics
package import Connections
package import JSON

extension ConnectionRecord {
    /// The connection as the control API shows it: the names of its secrets, never their values.
    package var json: JSONObject {
        var fields = JSONObject()
        for (name, value) in self.fields.sorted(by: { $0.key < $1.key }) { fields[name] = .string(value) }
        return [
            "id": .string(id), "user": user.map { .string($0) } ?? .null, "toolkit": .string(toolkit),
            "label": .string(label), "fields": .object(fields),
            "secrets": .array(secretNames.map { .string($0) }), "base_url": baseURL.map { .string($0) } ?? .null,
            "state": .string(state.rawValue), "problem": problem.map { .string($0) } ?? .null,
            "grant": grant.map { .string($0.rawValue) } ?? .null,
            "token_expires_at": accessExpires.map { .string($0.iso8601) } ?? .null,
            "created_at": .string(createdAt.iso8601),
            "updated_at": .string(updatedAt.iso8601),
        ]
    }
}

extension AuthenticationScheme {
    /// What a person is asked for, as the control API shows it.
    package var json: JSONObject {
        let asked = fields.map { field -> JSONValue in
            [
                "name": .string(field.name), "title": .string(field.title), "description": .string(field.description),
                "secret": .bool(field.isSecret), "required": .bool(field.isRequired),
            ]
        }
        let grants = oauth.map { JSONValue.array($0.grants.map { .string($0.rawValue) }) }
        return ["fields": .array(asked), "grants": grants ?? .null]
    }
}
