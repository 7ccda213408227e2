import Basics

/// Makes connections of environment variables: `<TOOLKIT>_<FIELD>` for every field that a toolkit asks for.
package enum EnvironmentConnections {
    /// The connections for which every required field is there.
    ///
    /// `<TOOLKIT>_BASE_URL` leads one to another address.
    ///
    /// - Parameters:
    ///   - schemes: What each toolkit asks for, by its name.
    ///   - variables: The environment.
    /// - Returns: The connections in the order of their toolkits' names, and what is wrong with those that are
    ///   incomplete.
    package static func read(
        schemes: [String: AuthenticationScheme],
        variables: [String: String]
    ) -> (connections: [AuthorizedConnection], problems: [ConnectionError]) {
        var connections: [AuthorizedConnection] = []
        var problems: [ConnectionError] = []
        // Tokens change, and the environment does not: it can only give the client.
        for (toolkit, scheme) in schemes.sorted(by: { $0.key < $1.key }) where scheme.oauth == nil {
            var fields: [String: String] = [:]
            var secrets: [String: Secret] = [:]
            for field in scheme.fields {
                guard let value = variables[name(toolkit, field.name)], !value.isEmpty else { continue }
                if field.isSecret { secrets[field.name] = Secret(value) } else { fields[field.name] = value }
            }
            // A subdomain alone is no sign that somebody wants a connection; a secret is.
            guard !secrets.isEmpty else { continue }
            let baseURL = variables[name(toolkit, "base_url")].flatMap { $0.isEmpty ? nil : $0 }
            do {
                try scheme.check(toolkit: toolkit, fields: fields, secrets: secrets, hasBaseURL: baseURL != nil)
                connections.append(
                    AuthorizedConnection(
                        id: "env_" + toolkit,
                        toolkit: toolkit,
                        fields: fields,
                        secrets: secrets,
                        baseURL: baseURL
                    )
                )
            } catch {
                let names = scheme.fields.map { name(toolkit, $0.name) }.joined(separator: ", ")
                problems.append(
                    ConnectionError(
                        .invalid,
                        "The environment gives no complete connection to \(toolkit) (it takes \(names)): \(error)"
                    )
                )
            }
        }
        return (connections, problems)
    }

    /// The OAuth clients that the operator registered: `<TOOLKIT>_CLIENT_ID` and `<TOOLKIT>_CLIENT_SECRET`.
    package static func clients(
        schemes: [String: AuthenticationScheme],
        variables: [String: String]
    ) -> [String: OAuthClient] {
        var clients: [String: OAuthClient] = [:]
        for (toolkit, scheme) in schemes where scheme.oauth != nil {
            guard let id = variables[name(toolkit, OAuthScheme.clientID)], !id.isEmpty else { continue }
            let secret = variables[name(toolkit, OAuthScheme.clientSecret)].flatMap { $0.isEmpty ? nil : Secret($0) }
            clients[toolkit] = OAuthClient(id: id, secret: secret)
        }
        return clients
    }

    /// The variable for a field of a toolkit, such as `ACME_API_KEY`.
    package static func name(_ toolkit: String, _ field: String) -> String {
        let text = (toolkit + "_" + field).uppercased()
        return String(text.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "_" })
    }
}
