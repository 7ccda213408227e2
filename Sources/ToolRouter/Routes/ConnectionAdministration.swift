import Basics
package import Connections
package import Toolkits
import Tools

/// What pages, the control API and the command line do with connections.
package struct ConnectionAdministration: Sendable {
    package let keeper: ConnectionKeeper
    package let toolkits: ToolkitProvider
    package var store: ConnectionStore { keeper.store }

    package init(keeper: ConnectionKeeper, toolkits: ToolkitProvider) {
        self.keeper = keeper
        self.toolkits = toolkits
    }

    /// What came of making or trying a connection.
    package struct Trial: Sendable {
        /// As it is now.
        package var record: ConnectionRecord
        /// Whether its toolkit's probe was answered, or there is none.
        package var works: Bool
        /// What happened, for people.
        package var message: String
    }

    /// The toolkit of that name.
    ///
    /// - Throws: ``ConnectionError`` with code `invalid` that names the nearest ones.
    @discardableResult
    package func check(toolkit name: String) throws(ConnectionError) -> Toolkit {
        if let toolkit = toolkits.toolkit(named: name) { return toolkit }
        let names = toolkits.toolkits.map(\.name)
        let near = Similarity.nearest(to: name, among: names, limit: 3)
        throw ConnectionError(
            .invalid,
            "There is no toolkit \(name)."
                + (near.isEmpty
                    ? " There are: \(names.joined(separator: ", "))."
                    : " Did you mean \(near.joined(separator: ", "))?")
        )
    }

    /// Connects an account with what a person gave: a key, or a client that acts for itself.
    ///
    /// The connection is kept as `pending`, tried, and then `active` or `failed`.
    ///
    /// - Parameter isTried: False to call it active without trying.
    /// - Throws: ``ConnectionError``; nothing was kept.
    package func connect(_ new: NewConnection, isTried: Bool = true) async throws(ConnectionError) -> Trial {
        let scheme = try check(toolkit: new.toolkit).authentication
        let record: ConnectionRecord
        if let oauth = scheme.oauth {
            guard oauth.grants.contains(.clientCredentials), new.grant != .authorizationCode else {
                throw ConnectionError(
                    .invalid,
                    "\(new.toolkit) is connected in a browser; begin with its authorization."
                )
            }
            record = try await keeper.connectClient(new)
        } else {
            try scheme.check(
                toolkit: new.toolkit,
                fields: new.fields,
                secrets: new.secrets,
                hasBaseURL: new.baseURL != nil
            )
            record = try await store.add(new, state: .pending)
        }
        if isTried { return try await test(record.id) }
        try await store.mark(record.id, as: .active)
        return Trial(record: store.record(record.id) ?? record, works: true, message: "It was not tried.")
    }

    /// Begins to connect an account in a browser; see ``ConnectionKeeper/beginOAuth(_:redirectURI:session:)``.
    package func beginOAuth(
        _ new: NewConnection,
        redirectURI: String,
        session: String?
    ) throws(ConnectionError) -> OAuthStart {
        try check(toolkit: new.toolkit)
        return try keeper.beginOAuth(new, redirectURI: redirectURI, session: session)
    }

    /// Ends what ``beginOAuth(_:redirectURI:session:)`` began, and tries the connection.
    ///
    /// - Parameters:
    ///   - parameters: The query of the callback, decoded, every pair of it.
    ///   - session: As at the beginning; a flow that was begun with one ends with the same one only.
    /// - Throws: ``ConnectionError`` with code `refused` when the answer is not one to our question, `unavailable` when
    ///   the authorization server failed; each says what to do.
    package func finishOAuth(
        _ parameters: CallbackParameters,
        session: String?
    ) async throws(ConnectionError) -> Trial {
        let (flow, record) = try await keeper.finishOAuth(parameters, session: session)
        let trial = try await test(record.id)
        keeper.settle(flow: flow, connection: record.id)
        return trial
    }

    /// Tries a connection with its toolkit's own probe, and remembers what came of it.
    ///
    /// One that works is `active`; one that has never worked is `failed`; one that did work stays what it is unless its
    /// credentials were refused.
    ///
    /// - Throws: ``ConnectionError`` with code `missing` or `storage`.
    package func test(_ id: String) async throws(ConnectionError) -> Trial {
        guard let record = store.record(id) else {
            throw ConnectionError(.missing, "There is no connection \(id). See: switchboard connections list")
        }
        let result: ToolResult
        do throws(ConnectionError) {
            result = await toolkits.probe(try await keeper.ready(id))
        } catch {
            result = .failure(error.code.rawValue, error.message)
        }
        let works = !result.isError || result.problem?.code == ToolkitProvider.noProbe
        if works {
            try await store.mark(id, as: .active)
        } else if record.state == .pending || record.state == .failed {
            try await store.mark(id, as: .failed, because: result.displayText)
        }
        return Trial(record: store.record(id) ?? record, works: works, message: result.displayText)
    }
}
