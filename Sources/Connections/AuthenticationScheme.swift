package import Basics
package import HTTP

/// How a toolkit wants to be told who is calling: what a person is asked for, and where it goes in a request.
package struct AuthenticationScheme: Sendable, Hashable {
    /// Where the credentials go.
    package enum Placement: Sendable, Hashable {
        /// Nothing is sent.
        case none
        /// HTTP Basic (RFC 7617); the names of the fields that are user name and password, nil for an empty one.
        case basic(username: String?, password: String?)
        /// A header field of its own, with what stands before the credential, such as `Bearer `.
        case header(name: String, prefix: String, field: String)
    }

    /// Something that a person is asked for when a connection is made.
    package struct Field: Sendable, Hashable {
        /// The name in files and on the command line.
        package var name: String
        /// The name that people read.
        package var title: String
        /// What it is and where to find it.
        package var description: String
        /// Whether it is kept sealed and never shown again.
        package var isSecret: Bool
        /// Whether a connection needs it.
        package var isRequired: Bool
        /// Whether it becomes part of a host name, so that only a single label of letters, digits and hyphens will do.
        package var isHostLabel: Bool

        package init(
            name: String,
            title: String,
            description: String,
            isSecret: Bool = false,
            isRequired: Bool = true,
            isHostLabel: Bool = false
        ) {
            self.name = name
            self.title = title
            self.description = description
            self.isSecret = isSecret
            self.isRequired = isRequired
            self.isHostLabel = isHostLabel
        }
    }

    package var placement: Placement
    /// In the order in which they are asked for.
    package var fields: [Field]
    /// How the credentials are had, where a person has none to give; nil for keys.
    package var oauth: OAuthScheme?

    package init(placement: Placement, fields: [Field], oauth: OAuthScheme? = nil) {
        self.placement = placement
        self.fields = fields
        self.oauth = oauth
    }

    /// A scheme whose credentials are bearer tokens of an authorization server (RFC 6750).
    ///
    /// Before the toolkit's own fields a person is asked for the client.
    package init(oauth: OAuthScheme, fields: [Field]) {
        self.init(
            placement: .header(name: "Authorization", prefix: "Bearer ", field: OAuthScheme.accessToken),
            fields: OAuthScheme.clientFields + fields,
            oauth: oauth
        )
    }

    /// Puts the credentials of a connection into a request.
    ///
    /// - Throws: ``ConnectionError`` with code `invalid` that names the connection and the credential it lacks.
    package func authorize(
        _ request: inout HTTPRequest,
        with connection: AuthorizedConnection
    ) throws(ConnectionError) {
        switch placement {
        case .none: break
        case .basic(let username, let password):
            let user = try value(username, of: connection)
            let pair = user + ":" + (try value(password, of: connection))
            request.fields["Authorization"] = "Basic " + Base64.encode(pair.utf8)
        case .header(let name, let prefix, let field):
            request.fields[name] = prefix + (try value(field, of: connection))
        }
    }

    /// Holds what a person gave for a new connection against what is asked for.
    ///
    /// - Parameters:
    ///   - toolkit: The name to use in messages.
    ///   - fields: The values that are no secrets.
    ///   - secrets: The secrets.
    ///   - hasBaseURL: Whether the connection brings its own address, so that parts of host names are not needed.
    /// - Throws: ``ConnectionError`` with code `invalid`.
    package func check(
        toolkit: String,
        fields given: [String: String],
        secrets: [String: Secret],
        hasBaseURL: Bool = false
    ) throws(ConnectionError) {
        for field in fields {
            let text = field.isSecret ? secrets[field.name]?.reveal() : given[field.name]
            guard let text, !text.isEmpty else {
                guard field.isRequired, !(field.isHostLabel && hasBaseURL) else { continue }
                throw ConnectionError(.invalid, "\(toolkit) needs \(field.name): \(field.description)")
            }
            guard text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) else {
                throw ConnectionError(.invalid, "\(field.name) of \(toolkit) must be printable ASCII without spaces.")
            }
            guard !field.isHostLabel || AuthenticationScheme.isHostLabel(text) else {
                throw ConnectionError(
                    .invalid,
                    "\(field.name) of \(toolkit) must be letters, digits and hyphens only: \(field.description)"
                )
            }
        }
        let known = Set(fields.map(\.name))
        for name in (Array(given.keys) + secrets.keys).sorted() where !known.contains(name) {
            let nearest = Similarity.nearest(to: name, among: known.sorted(), limit: 1).first
            throw ConnectionError(
                .invalid,
                "\(toolkit) has no field \(name)" + (nearest.map { "; did you mean \($0)?" } ?? ".")
            )
        }
    }

    /// Whether text is one label of a host name (RFC 1123), so that it cannot lead a request elsewhere.
    package static func isHostLabel(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard (1...63).contains(bytes.count), bytes.first != 0x2D, bytes.last != 0x2D else { return false }
        return bytes.allSatisfy { byte in
            (0x30...0x39).contains(byte) || (0x61...0x7A).contains(byte | 0x20) || byte == 0x2D
        }
    }

    private func value(_ field: String?, of connection: AuthorizedConnection) throws(ConnectionError) -> String {
        guard let field else { return "" }
        let text = connection.secrets[field]?.reveal() ?? connection.fields[field] ?? ""
        guard !text.isEmpty else {
            throw ConnectionError(
                .invalid,
                """
                The connection \(connection.id) to \(connection.toolkit) has no \(field). Add it with \
                `switchboard connections add \(connection.toolkit)`.
                """
            )
        }
        // A line break would let a credential add header fields of its own.
        guard text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
            throw ConnectionError(.invalid, "The \(field) of connection \(connection.id) contains control characters.")
        }
        return text
    }
}
