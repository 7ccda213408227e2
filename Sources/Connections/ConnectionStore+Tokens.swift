import Basics
import Storage

/// The life of a connection's tokens. Every step is on disk before the next one begins.
extension ConnectionStore {
    /// What a renewal needs to know of a connection.
    struct TokenState: Sendable {
        var record: ConnectionRecord
        var generation: Int
        /// A renewal was begun before this process started, and nobody knows how it ended.
        var isInterrupted: Bool
    }

    func tokenState(_ id: String) -> TokenState? {
        rows.withLock { rows in
            rows[id].map { TokenState(record: $0.record, generation: $0.epoch, isInterrupted: $0.isInterrupted) }
        }
    }

    /// Every connection that has tokens and can be used.
    var tokenStates: [TokenState] {
        rows.withLock { rows in
            rows.values.compactMap { row in
                guard row.record.grant != nil, row.record.state == .active else { return nil }
                return TokenState(record: row.record, generation: row.epoch, isInterrupted: row.isInterrupted)
            }
        }
    }

    /// Notes that the refresh token is about to be sent, so that a crash before the answer is kept can be told.
    ///
    /// - Returns: False when the connection is gone or was renewed meanwhile.
    func beginRenewal(_ id: String, generation: Int) async throws(ConnectionError) -> Bool {
        let now = clock.now()
        return try await changed { transaction in
            try transaction.execute(
                "UPDATE connection SET refresh_started = ? WHERE id = ? AND refresh_epoch = ?",
                .integer(now.milliseconds),
                .text(id),
                .integer(Int64(generation))
            )
        }
    }

    /// Takes the note back: the server has certainly not used the refresh token up.
    func abandonRenewal(_ id: String, generation: Int) async throws(ConnectionError) {
        _ = try await changed { transaction in
            try transaction.execute(
                "UPDATE connection SET refresh_started = NULL WHERE id = ? AND refresh_epoch = ?",
                .text(id),
                .integer(Int64(generation))
            )
        }
        rows.withLock { $0[id]?.isInterrupted = false }
    }

    /// Keeps new tokens; only after that may anybody use them.
    ///
    /// - Returns: False when the connection is gone or was renewed meanwhile.
    func keep(_ tokens: TokenSet, of id: String, generation: Int) async throws(ConnectionError) -> Bool {
        let old = try authorized(id)
        guard var record = record(id) else { return false }
        let now = clock.now()
        var secrets = old.secrets
        secrets[OAuthScheme.accessToken] = tokens.access
        if let refresh = tokens.refresh, record.grant == .authorizationCode {
            secrets[OAuthScheme.refreshToken] = refresh
        }
        record.secretNames = secrets.keys.sorted()
        record.accessExpires = tokens.expires
        record.updatedAt = now
        let sealed = try vault.seal(ConnectionStore.encode(secrets), for: ConnectionStore.place(record))
        let names = record.secretNames.joined(separator: " ")
        let isKept = try await changed { transaction in
            try transaction.execute(
                """
                UPDATE connection SET secrets = ?, secret_names = ?, access_expires = ?, refresh_started = NULL,
                    refresh_epoch = refresh_epoch + 1, updated_at = ? WHERE id = ? AND refresh_epoch = ?
                """,
                .blob(sealed),
                .text(names),
                .optional(tokens.expires?.milliseconds),
                .integer(now.milliseconds),
                .text(id),
                .integer(Int64(generation))
            )
        }
        guard isKept else { return false }
        let (secretNames, expires) = (record.secretNames, record.accessExpires)
        rows.withLock { rows in
            rows[id]?.record.secretNames = secretNames
            rows[id]?.record.accessExpires = expires
            rows[id]?.record.updatedAt = now
            rows[id]?.sealed = sealed
            rows[id]?.epoch = generation + 1
            rows[id]?.isInterrupted = false
            rows[id]?.opened = nil
        }
        return true
    }

    /// Seals anew what is sealed under a key that does not seal any more.
    ///
    /// - Returns: How many were sealed anew, and the ids of those that cannot be opened, which stay as they are.
    /// - Throws: ``ConnectionError`` with code `storage` or `sealed`.
    package func reseal() async throws(ConnectionError) -> (resealed: Int, unreadable: [String]) {
        var (count, unreadable) = (0, [String]())
        for record in all {
            guard let row = rows.withLock({ $0[record.id] }), !vault.isCurrent(row.sealed) else { continue }
            let place = ConnectionStore.place(row.record)
            guard let text = try? vault.open(row.sealed, from: place) else {
                unreadable.append(record.id)
                continue
            }
            let (old, sealed) = (row.sealed, try vault.seal(text, for: place))
            // A renewal may have stored other tokens meanwhile; those are sealed under the key of now.
            let isChanged = try await changed { transaction in
                try transaction.execute(
                    "UPDATE connection SET secrets = ? WHERE id = ? AND secrets = ?",
                    .blob(sealed),
                    .text(record.id),
                    .blob(old)
                )
            }
            guard isChanged else { continue }
            rows.withLock { if $0[record.id]?.sealed == old { $0[record.id]?.sealed = sealed } }
            count += 1
        }
        return (count, unreadable)
    }

    private func changed(
        _ body: @escaping @Sendable (any SQLTransaction) throws -> Int
    ) async throws(ConnectionError) -> Bool {
        do {
            return try await database.write(body) > 0
        } catch { throw ConnectionStore.storage(error) }
    }
}
