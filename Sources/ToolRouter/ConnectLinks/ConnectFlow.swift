package import Basics
package import Connections
import HTTP
import Toolkits

/// What happens behind a connect link: a person gives a key or goes to the vendor, the account is tried, and the link is
/// used up.
package struct ConnectFlow: Sendable {
    /// What a person is asked for.
    package struct Offer: Sendable {
        /// The toolkit's name for people.
        package var title: String
        package var description: String
        /// Where the vendor explains itself.
        package var documentation: String?
        /// In the order in which they are asked for.
        package var fields: [AuthenticationScheme.Field]
        /// Whether the person has to allow it at the vendor.
        package var isOAuth: Bool
    }

    /// What came of an attempt.
    package enum Outcome: Sendable {
        case connected(ConnectionRecord)
        /// The person goes on at this address, and comes back to the callback.
        case authorize(url: String)
        /// Nothing was connected, for this reason; the link is good for another attempt.
        case refused(String)
        /// The link was used or ran out meanwhile.
        case over
    }

    private struct Pending {
        var link: String
        var person: Person
        var expiresAt: Timestamp
    }

    package let links: ConnectLinks
    private let people: PeopleStore
    private let administration: ConnectionAdministration
    private let address: PublicAddress
    private let clock: any WallClock
    private let replaced: @Sendable (_ old: String, _ new: String) async -> Void
    /// Links that wait for a person who is at the vendor, by the flow's `state`.
    private let pending = Shared()

    private final class Shared: Sendable {
        let flows = Locked<[String: Pending]>([:])
    }

    /// Makes the flow.
    ///
    /// - Parameter replaced: Is told of each connection that another one takes the place of, before it is removed.
    package init(
        links: ConnectLinks,
        people: PeopleStore,
        administration: ConnectionAdministration,
        address: PublicAddress,
        clock: any WallClock = SystemClock(),
        replaced: @escaping @Sendable (_ old: String, _ new: String) async -> Void = { _, _ in }
    ) {
        self.replaced = replaced
        self.links = links
        self.people = people
        self.administration = administration
        self.address = address
        self.clock = clock
    }

    /// What a link's toolkit asks for; nil when the toolkit is gone.
    package func offer(for link: ConnectLink) -> Offer? {
        guard let toolkit = administration.toolkits.toolkit(named: link.toolkit) else { return nil }
        let scheme = toolkit.authentication
        // What the operator registered is not asked again, and the vendor's address is not needed where a link brings one.
        let hasClient = scheme.oauth != nil && administration.keeper.client(of: toolkit.name) != nil
        let fields = scheme.fields.filter { field in
            !(hasClient && [OAuthScheme.clientID, OAuthScheme.clientSecret].contains(field.name))
                && !(field.isHostLabel && link.baseURL != nil)
        }
        return Offer(
            title: toolkit.title,
            description: toolkit.description,
            documentation: toolkit.documentation,
            fields: fields,
            isOAuth: scheme.oauth?.grants.first == .authorizationCode
        )
    }

    /// Connects an account with what a person entered, or sends them to the vendor.
    ///
    /// - Parameters:
    ///   - link: The caller has checked that it is open and was made for this person.
    ///   - person: Who is signed in.
    ///   - values: What was entered, by field.
    ///   - browser: The browser, to which a flow at the vendor is bound.
    /// - Throws: ``RouterError`` with code `storage`.
    package func connect(
        _ link: ConnectLink,
        person: Person,
        values: [String: String],
        browser: BrowserToken
    ) async throws(RouterError) -> Outcome {
        guard let offer = offer(for: link) else {
            return .refused("The toolkit \(link.toolkit) is not offered any more.")
        }
        let new = ConnectFlow.connection(link, offer, values)
        if offer.isOAuth { return authorize(link, new, person, browser) }
        guard try await links.take(link.id) else { return .over }
        do {
            return try await settle(link, person, administration.connect(new))
        } catch let error as ConnectionError {
            try await links.giveBack(link.id)
            return .refused(error.message)
        } catch {
            try? await links.giveBack(link.id)
            throw RouterError(.storage, "The connection cannot be stored: \(error)", cause: error)
        }
    }

    /// Ends what ``connect(_:person:values:browser:)`` began at the vendor.
    ///
    /// - Parameters:
    ///   - parameters: The query of the callback.
    ///   - person: Who is signed in; nil for nobody.
    ///   - browser: The browser that came back.
    /// - Returns: What came of it, with the link that it belongs to; nil for a flow that the command line began.
    /// - Throws: ``RouterError`` with code `storage`.
    package func finish(
        _ parameters: CallbackParameters,
        person: Person?,
        browser: BrowserToken
    ) async throws(RouterError) -> (outcome: Outcome, link: ConnectLink?) {
        let state = parameters.first { $0.name == "state" }?.value ?? ""
        let known = pending.flows.withLock { $0.removeValue(forKey: state) }
        do {
            guard let known else {
                let trial = try await administration.finishOAuth(parameters, session: browser.secret.reveal())
                return (trial.works ? .connected(trial.record) : .refused(trial.message), nil)
            }
            guard let link = try await links.link(id: known.link) else { return (.over, nil) }
            guard let person, person.id == known.person.id else {
                return (
                    .refused("Somebody else is signed in now, so nothing was connected. Open the link again."), link
                )
            }
            guard try await links.take(link.id) else { return (.over, link) }
            do {
                let trial = try await administration.finishOAuth(parameters, session: browser.secret.reveal())
                return (try await settle(link, person, trial), link)
            } catch let error as ConnectionError {
                try await links.giveBack(link.id)
                return (.refused(error.message), link)
            }
        } catch let error as RouterError {
            throw error
        } catch let error as ConnectionError {
            return (.refused(error.message), nil)
        } catch {
            throw RouterError(.storage, "The connection cannot be stored: \(error)", cause: error)
        }
    }

    private func authorize(
        _ link: ConnectLink,
        _ new: NewConnection,
        _ person: Person,
        _ browser: BrowserToken
    ) -> Outcome {
        guard let base = address.url else { return .over }
        let now = clock.now()
        guard now < link.expiresAt else { return .over }
        do {
            let start = try administration.beginOAuth(
                new,
                redirectURI: base + ConnectionResource.callbackPath,
                session: browser.secret.reveal()
            )
            let query = start.url.split(separator: "?", maxSplits: 1).last ?? ""
            guard let state = PercentEncoding.decodeForm(query).first(where: { $0.name == "state" })?.value else {
                return .refused("The vendor's address cannot be made.")
            }
            pending.flows.withLock { flows in
                flows = flows.filter { $0.value.expiresAt > now }
                flows[state] = Pending(link: link.id, person: person, expiresAt: start.expiresAt)
            }
            return .authorize(url: start.url)
        } catch { return .refused(error.message) }
    }

    /// Uses the link up for a connection that works; gives it back, without the connection, otherwise.
    private func settle(
        _ link: ConnectLink,
        _ person: Person,
        _ trial: ConnectionAdministration.Trial
    ) async throws -> Outcome {
        var reason = trial.works ? nil : trial.message
        // While the account was being tried, the person may have been removed.
        if people.person(id: person.id) == nil { reason = "You were removed meanwhile, so nothing was connected." }
        if let reason {
            _ = try await administration.store.remove(trial.record.id)
            try await links.giveBack(link.id)
            return .refused(reason)
        }
        try await links.close(link.id, connection: trial.record.id)
        // The new one takes the place of one of the same name: otherwise no call would know which of them is meant.
        for old in administration.store.connections(of: link.user)
        where old.toolkit == link.toolkit && old.label == trial.record.label && old.id != trial.record.id {
            await replaced(old.id, trial.record.id)
            _ = try await administration.store.remove(old.id)
        }
        return .connected(trial.record)
    }

    private static func connection(_ link: ConnectLink, _ offer: Offer, _ values: [String: String]) -> NewConnection {
        var fields: [String: String] = [:]
        var secrets: [String: Secret] = [:]
        for field in offer.fields {
            guard let value = values[field.name], !value.isEmpty else { continue }
            if field.isSecret { secrets[field.name] = Secret(value) } else { fields[field.name] = value }
        }
        return NewConnection(
            user: link.user,
            toolkit: link.toolkit,
            label: link.label,
            fields: fields,
            secrets: secrets,
            baseURL: link.baseURL
        )
    }
}
