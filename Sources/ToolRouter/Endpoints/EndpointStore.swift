package import Basics
import Cryptography
import JSON
package import Storage
package import Tools

/// The endpoints; kept in memory as well, so that a request finds its own without a disk.
package final class EndpointStore: Sendable {
    package static let migrations = [
        Migration(
            domain: "endpoints",
            version: 1,
            sql: """
                CREATE TABLE endpoint(
                    id TEXT PRIMARY KEY, name TEXT NOT NULL, user TEXT NOT NULL, policy TEXT NOT NULL,
                    mode TEXT NOT NULL CHECK(mode IN('meta','direct')), requires_api_token INTEGER NOT NULL,
                    expires_at INTEGER, version INTEGER NOT NULL, token_hash BLOB NOT NULL UNIQUE,
                    token_hint TEXT NOT NULL, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL) STRICT
                """
        ),
        Migration(
            domain: "endpoints",
            version: 2,
            sql: "ALTER TABLE endpoint ADD COLUMN options TEXT NOT NULL DEFAULT '{}'"
        ),
    ]

    private struct State {
        var endpoints: [String: Endpoint] = [:]
        var hashes: [String: [UInt8]] = [:]
        var ids: [[UInt8]: String] = [:]
        /// Those whose rows cannot be understood.
        var damaged: Set<String> = []

        mutating func remove(_ id: String) {
            endpoints[id] = nil
            damaged.remove(id)
            if let hash = hashes.removeValue(forKey: id) { ids[hash] = nil }
        }
    }

    private let database: any Database
    private let clock: any WallClock
    private let state: Locked<State>

    /// Reads the endpoints that there are; the migrations must have been applied.
    ///
    /// A row that cannot be understood is left out and logged by its id: an endpoint whose policy is not certain must
    /// not serve.
    ///
    /// - Throws: ``RouterError`` with code `storage`.
    package init(
        database: any Database,
        clock: any WallClock = SystemClock(),
        log: Log = .none
    ) async throws(RouterError) {
        let rows: [SQLRow]
        do {
            rows = try await database.read { try $0.query("SELECT * FROM endpoint") }
        } catch { throw EndpointStore.storage(error) }
        var state = State()
        for row in rows {
            do {
                let endpoint = try EndpointRow.decode(row)
                let hash = try row.blob("token_hash")
                state.endpoints[endpoint.id] = endpoint
                state.hashes[endpoint.id] = hash
                state.ids[hash] = endpoint.id
            } catch {
                let id = (try? row.optionalText("id")) ?? "?"
                state.damaged.insert(id)
                log.error("endpoint is damaged and left out", ["endpoint": id, "error": "\(error)"])
            }
        }
        self.database = database
        self.clock = clock
        self.state = Locked(state)
    }

    /// The endpoints that have not expired, in the order in which they were made.
    package var all: [Endpoint] {
        let now = clock.now()
        return state.withLock { Array($0.endpoints.values) }
            .filter { !$0.isExpired(at: now) }
            .sorted { ($0.createdAt, $0.id) < ($1.createdAt, $1.id) }
    }

    /// The endpoint of that id, unless it has expired.
    package func endpoint(_ id: String) -> Endpoint? {
        guard let endpoint = state.withLock({ $0.endpoints[id] }) else { return nil }
        return endpoint.isExpired(at: clock.now()) ? nil : endpoint
    }

    /// The endpoint that a token opens, unless it has expired.
    ///
    /// What is compared are digests, and those in constant time, so the time it takes tells nothing about any token.
    package func endpoint(token: String) -> Endpoint? {
        guard token.utf8.count <= 128 else { return nil }
        let hash = EndpointToken.hash(token)
        let found = state.withLock { state -> Endpoint? in
            guard let id = state.ids[hash], let stored = state.hashes[id], ConstantTime.equal(stored, hash) else {
                return nil
            }
            return state.endpoints[id]
        }
        guard let found, !found.isExpired(at: clock.now()) else { return nil }
        return found
    }

    /// Makes an endpoint; its token is in the result and nowhere else.
    ///
    /// - Throws: ``RouterError`` with code `invalid` or `storage`.
    package func create(
        _ draft: EndpointDraft,
        catalog: ToolCatalog
    ) async throws(RouterError) -> (endpoint: Endpoint, token: EndpointToken) {
        let now = clock.now()
        try draft.check(against: catalog, now: now)
        let token = EndpointToken()
        let endpoint = Endpoint(
            id: Identifier.make("ep", at: now),
            name: draft.name,
            user: draft.user,
            policy: draft.policy,
            approvals: draft.approvals,
            mode: draft.mode,
            requiresAPIToken: draft.requiresAPIToken,
            options: draft.options,
            expiresAt: draft.expiresAt,
            version: 1,
            tokenHint: token.hint,
            createdAt: now,
            updatedAt: now
        )
        do {
            try await database.write { transaction in
                try transaction.execute(
                    """
                    INSERT INTO endpoint(id, name, user, policy, mode, requires_api_token, expires_at, version,
                        token_hash, token_hint, options, created_at, updated_at)
                    VALUES(?, ?, ?, ?, ?, ?, ?, 1, ?, ?, ?, ?, ?)
                    """,
                    .text(endpoint.id),
                    .text(endpoint.name),
                    .text(endpoint.user),
                    .text(EndpointRow.encode(endpoint.policy, endpoint.approvals)),
                    .text(endpoint.mode.rawValue),
                    .flag(endpoint.requiresAPIToken),
                    .optional(endpoint.expiresAt?.milliseconds),
                    .blob(token.hash),
                    .text(token.hint),
                    .text(endpoint.options.stored),
                    .integer(now.milliseconds),
                    .integer(now.milliseconds)
                )
            }
        } catch { throw EndpointStore.storage(error) }
        state.withLock { state in
            state.endpoints[endpoint.id] = endpoint
            state.hashes[endpoint.id] = token.hash
            state.ids[token.hash] = endpoint.id
        }
        return (endpoint, token)
    }

    /// Changes an endpoint, from the next request on.
    ///
    /// - Parameters:
    ///   - id: The endpoint.
    ///   - version: The version that the change is based on.
    ///   - draft: What it is to be; its mode must stay.
    ///   - catalog: The tools that there are.
    /// - Throws: ``RouterError`` with code `notFound`, `invalid`, `conflict` when it was changed since that version, or
    ///   `storage`.
    package func update(
        _ id: String,
        version: Int,
        to draft: EndpointDraft,
        catalog: ToolCatalog
    ) async throws(RouterError) -> Endpoint {
        let now = clock.now()
        guard let old = endpoint(id) else { throw missing(id) }
        guard draft.mode == old.mode else {
            throw RouterError(
                .invalid,
                "The mode of an endpoint is fixed; make a new one with mode \(draft.mode.rawValue)."
            )
        }
        // An expiry that was set earlier may have come near without being part of the change.
        var checked = draft
        if draft.expiresAt == old.expiresAt { checked.expiresAt = nil }
        try checked.check(against: catalog, now: now)
        var new = old
        (new.name, new.user, new.policy) = (draft.name, draft.user, draft.policy)
        new.approvals = draft.approvals
        (new.requiresAPIToken, new.options, new.expiresAt) = (draft.requiresAPIToken, draft.options, draft.expiresAt)
        (new.version, new.updatedAt) = (version + 1, now)
        let changed = new
        let count: Int
        do {
            count = try await database.write { transaction in
                try transaction.execute(
                    """
                    UPDATE endpoint SET name = ?, user = ?, policy = ?, requires_api_token = ?, options = ?,
                        expires_at = ?, version = ?, updated_at = ? WHERE id = ? AND version = ?
                    """,
                    .text(changed.name),
                    .text(changed.user),
                    .text(EndpointRow.encode(changed.policy, changed.approvals)),
                    .flag(changed.requiresAPIToken),
                    .text(changed.options.stored),
                    .optional(changed.expiresAt?.milliseconds),
                    .integer(Int64(changed.version)),
                    .integer(now.milliseconds),
                    .text(id),
                    .integer(Int64(version))
                )
            }
        } catch { throw EndpointStore.storage(error) }
        guard count == 1 else {
            let current = endpoint(id)?.version ?? old.version
            throw RouterError(
                .conflict,
                "The endpoint \(id) is at version \(current), not \(version): it was changed meanwhile. Read it, then "
                    + "change it again."
            )
        }
        state.withLock { state in
            // Commits are in order, but what follows them here need not be; and it may have been deleted since.
            if let current = state.endpoints[id], current.version < changed.version { state.endpoints[id] = changed }
        }
        return changed
    }

    /// Lets the endpoints that may use a connection use the one that takes its place.
    ///
    /// - Throws: ``RouterError`` as ``update(_:version:to:catalog:)`` does.
    package func replace(connection old: String, with new: String, catalog: ToolCatalog) async throws(RouterError) {
        for endpoint in all where endpoint.policy.connections.values.contains(where: { $0.contains(old) }) {
            var draft = EndpointDraft(endpoint)
            draft.policy.connections = endpoint.policy.connections.mapValues { $0.map { $0 == old ? new : $0 } }
            _ = try await update(endpoint.id, version: endpoint.version, to: draft, catalog: catalog)
        }
    }

    /// Deletes an endpoint, from the next request on; false when there is none of that id.
    ///
    /// - Throws: ``RouterError`` with code `storage`; it is refused all the same until the next start.
    package func delete(_ id: String) async throws(RouterError) -> Bool {
        let existed = state.withLock { state in
            let existed = state.endpoints[id] != nil
            state.remove(id)
            return existed
        }
        do {
            return try await database.write { try $0.execute("DELETE FROM endpoint WHERE id = ?", .text(id)) } > 0
                || existed
        } catch { throw EndpointStore.storage(error) }
    }

    /// Deletes the endpoints whose time is over, and returns how many there were.
    ///
    /// - Throws: ``RouterError`` with code `storage`.
    @discardableResult
    package func purge() async throws(RouterError) -> Int {
        let now = clock.now()
        let over = state.withLock { state in
            let over = state.endpoints.values.filter { $0.isExpired(at: now) }.map(\.id)
            for id in over { state.remove(id) }
            return over
        }
        guard !over.isEmpty else { return 0 }
        do {
            try await database.write { transaction in
                for id in over { try transaction.execute("DELETE FROM endpoint WHERE id = ?", .text(id)) }
            }
        } catch { throw EndpointStore.storage(error) }
        return over.count
    }

    /// Deletes the endpoints whose time is over now and after every wait, until a wait throws.
    ///
    /// - Parameters:
    ///   - log: Is told when the store refuses; the next time may be better.
    ///   - wait: Returns when it is time to look again; throws when it is time to end.
    package func keepPurged(log: Log, wait: () async throws -> Void) async {
        repeat {
            do {
                try await purge()
            } catch { log.warning("expired endpoints were not deleted", ["error": "\(error)"]) }
        } while (try? await wait()) != nil
    }

    private static func storage(_ error: any Error) -> RouterError {
        RouterError(.storage, "Endpoints cannot be stored or read: \(error)", cause: error)
    }

    /// Why there is no endpoint of that id to be had: there is none, or its row cannot be read.
    func missing(_ id: String) -> RouterError {
        if state.withLock({ $0.damaged.contains(id) }) {
            return RouterError(
                .damaged,
                "The endpoint \(id) is there, but its row in the database cannot be read, so it does not serve. Remove it "
                    + "with `switchboard endpoints delete \(id)` and make a new one."
            )
        }
        return RouterError(.notFound, "There is no endpoint \(id). See: switchboard endpoints list")
    }
}
